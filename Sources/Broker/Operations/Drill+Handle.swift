internal import AccessLog
internal import Archive
internal import Backup
internal import Host
internal import Keys
internal import Policy
internal import Turnstile
internal import VaultModel
internal import Wire

/// What took place without the broker, or lies where it does not see it, by the word of whoever did or saw it.
enum NoteBackupHandler: OperationHandler {
    typealias Op = NoteBackup

    static func handle(
        _ call: Call<NoteBackup.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        let body = call.body
        let ask: PolicyAsk? =
            switch body.event {
            case .drill: PolicyAsk(act: .backupRun, verb: "drill")
            case .prune: PolicyAsk(act: .backupPrune, verb: "prune-apply")
            case .keys: PolicyAsk(reportUnder: call.head.act)
            }
        guard let ask, call.head.act == ask.act else {
            throw .malformed("the head names another act than the event takes")
        }
        guard call.head.object == body.object else { throw .malformed("the head must name the result by its hash") }
        let decision = try await vault.admit(call.verified, ask, as: .backup)
        if let keys = body.keys { return Answer(NoMembers(), try await vault.take(keys, decision)) }
        let entry = try await vault.turnstile.log(decision, as: .backup, xid: body.text).entry
        if let note = body.note {
            var notes = BackupNotes.read(in: vault.files.folder)
            notes.take(note, at: call.verified.receivedMilliseconds)
            do throws(HostError) { try notes.write(in: vault.files.folder) } catch {
                throw RequestRefusal(.unavailable, .unavailable, hint: "the spool: \(error.reason)")
            }
        }
        return Answer(NoMembers(), entry)
    }
}

/// Says who besides the recovery quorum can open data and log of the archives to come. Whoever may name the cards' successor
/// may name her too; the keys are never sealed to her.
enum SetDrillKeyHandler: OperationHandler {
    typealias Op = SetDrillKey

    static func handle(
        _ call: Call<SetDrillKey.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .rotate, verb: "recover"), as: .rotate)
        let recipient = call.body.recipient
        guard call.head.object == SetDrillKey.object(recipient: recipient) else {
            throw .malformed("the head must name the recipient by its hash")
        }
        guard recipient.isEmpty || (try? AgeRecipient(recipient)) != nil else {
            throw .malformed("this is no age recipient: age1 and 58 letters and digits")
        }
        let facts = try vault.verifiedFacts()
        guard facts.drillRecipient != recipient else {
            throw await vault.refuse(
                decision,
                .conflict(recipient.isEmpty ? "there is no drill key" : "this is the drill key already"), as: .rotate)
        }
        guard !facts.recoveryRecipients.contains(recipient) else {
            throw await vault.refuse(
                decision, .conflict("this is the key of the recovery cards, which open everything as it is"),
                as: .rotate)
        }
        let change = try await vault.files.prepare { (seal) throws(RequestRefusal) in
            seal.changing { $0.drillRecipient = recipient }
        }
        let entry = try await vault.replaceSeal(change, decision)
        // What waits there is sealed to those who could read before; a run that is under way throws its set away itself.
        if vault.backups.last?.state != .running { vault.spool.discard() }
        return Answer(NoMembers(), entry)
    }
}
