internal import AccessLog
internal import Archive
internal import Backup
internal import Host
internal import Keys
internal import Policy
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Makes the archives of one run, or keeps those that wait in the spool.
enum RunBackupHandler: OperationHandler {
    typealias Op = RunBackup

    static func handle(
        _ call: Call<RunBackup.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<RunBackup.Reply> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .backupRun, verb: "run"), as: .backup)
        let body = call.body
        let facts = try vault.verifiedFacts()
        guard let source = BackupSource(facts) else {
            throw await vault.refuse(
                decision,
                .conflict(
                    "there are no recovery cards for this log, so nobody could ever open an archive; "
                        + "a vault gets them at coffer init --recovery"), as: .backup)
        }
        guard facts.recovery.map({ facts.isConfirmed($0.set.id) }) == true || facts.profile == .test else {
            throw await vault.refuse(
                decision,
                .conflict("the recovery cards were never read back; run coffer keys cards confirm first"), as: .backup)
        }
        if !body.resume.isEmpty {
            guard let waiting = vault.waitingSet(facts)?.first?.manifest, waiting.set == body.resume else {
                throw await vault.refuse(
                    decision, .notFound("this set waits no more in the spool; run coffer backup run again"),
                    as: .backup)
            }
            let entry = try await vault.turnstile.log(decision, as: .backup, xid: waiting.set).entry
            return Answer(RunBackup.Reply(set: waiting.set), entry)
        }
        let set = "b_" + Crockford.randomLower(26)
        do throws(RequestRefusal) {
            try vault.backups.begin(BackupRunProgress(set: set))
        } catch { throw await vault.refuse(decision, error, as: .backup) }
        do throws(RequestRefusal) {
            let entry = try await vault.turnstile.log(decision, as: .backup, xid: set).entry
            // Not later than the log's time: who is erased after this entry may be in it, whatever the clock does meanwhile.
            let now = min(call.verified.receivedMilliseconds, entry.time)
            let order = BackupOrder(
                set: set, isFull: body.full,
                head: body.sequence == 0
                    ? nil : BackupOrder.Head(sequence: body.sequence, hash: body.hash, created: min(body.created, now)),
                bases: Dictionary(body.bases.map { ($0.hash, $0.until) }) { first, _ in first },
                now: now)
            vault.makeArchives(order, of: source, facts)
            return Answer(RunBackup.Reply(set: order.set), entry)
        } catch {
            vault.backups.cancel()
            throw error
        }
    }
}

/// The run, the spool, and what arrived last.
enum BackupStatusHandler: OperationHandler {
    typealias Op = BackupStatus

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<BackupStatus.Reply> {
        let isOperator = call.head.act == .backupRun
        _ = try await vault.admit(
            call.verified, PolicyAsk(act: call.head.act, verb: isOperator ? "run" : "status"), as: .list)
        let waiting = vault.waitingSet(try vault.verifiedFacts())?.first?.manifest.set
        let last = vault.backups.last
        let notes = BackupNotes.read(in: vault.files.folder)
        let drillKey = try vault.verifiedFacts().drillRecipient
        let state =
            switch last?.state {
            case .running: "running"
            case .failed where waiting == nil: "failed"
            default: waiting == nil ? "none" : "ready"
            }
        let progress = state == "running" ? last?.progress.progress : nil
        let ledger: UInt64
        do { ledger = try vault.stores.log.ledgerEnd()?.place ?? 0 } catch { throw RequestRefusal(storage: error) }
        return Answer(
            BackupStatus.Reply(
                state: state, set: (state == "running" ? last?.progress.set : waiting) ?? "",
                phase: progress?.phase.rawValue ?? "", part: progress?.part.rawValue ?? "",
                done: progress?.doneBytes ?? 0, total: progress?.totalBytes ?? 0,
                problem: state == "failed" ? last?.progress.problem ?? "" : "", lastSet: notes.set,
                archives: notes.state(hasDrillKey: !drillKey.isEmpty), drillKey: drillKey,
                warnings: notes.warnings(
                    now: vault.files.clock.nowMilliseconds(), hasDrillKey: !drillKey.isEmpty), ledger: ledger),
            nil)
    }
}

/// A piece of what waits in the spool. Sealed bytes; covered by the entry of the run.
enum GetBackupObjectHandler: OperationHandler {
    typealias Op = GetBackupObject

    static func handle(
        _ call: Call<GetBackupObject.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<GetBackupObject.Reply> {
        _ = try await vault.admit(call.verified, PolicyAsk(act: .backupRun, verb: "run"), as: .backup)
        let name = call.body.name
        let (offset, most) = (call.body.offset, GetBackupObject.pieceBytes)
        func piece(of object: [UInt8]) -> BackupSpool.Piece {
            BackupSpool.Piece(
                size: UInt64(object.count), data: Array(object.dropFirst(Int(clamping: offset)).prefix(most)))
        }
        let found: BackupSpool.Piece? =
            switch call.body.kind {
            case .pack: vault.spool.pack(name, from: offset, most: most)
            case .manifest:
                vault.waitingSet(try vault.verifiedFacts())?.first { $0.manifest.part.rawValue == name }
                    .map { piece(of: $0.file) }
            case .ledger: UInt64(name).flatMap(vault.files.readLedger).map(piece)
            }
        guard let found else {
            throw .notFound("nothing of this name waits in the spool; run coffer backup run again")
        }
        guard !found.data.isEmpty else { throw .malformed("the object ends before that byte") }
        return Answer(GetBackupObject.Reply(size: found.size, data: found.data), nil)
    }
}

/// The set has arrived: the receipt of a run in the log.
enum StoredBackupHandler: OperationHandler {
    typealias Op = StoredBackup

    static func handle(
        _ call: Call<StoredBackup.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .backupRun, verb: "run"), as: .backup)
        let body = call.body
        guard let set = vault.waitingSet(try vault.verifiedFacts()), set.first?.manifest.set == body.set else {
            throw await vault.refuse(
                decision, .notFound("no set of this name waits in the spool; run coffer backup run again"),
                as: .backup)
        }
        // What has arrived nowhere is named by no hash: the entry then says no more than that of the run.
        let digest = body.stored > 0 ? Hex.encode(SHA256.hash(set[set.count - 1].file)) : ""
        let entry = try await vault.turnstile.log(decision, as: .backup, object: digest, xid: body.set).entry
        guard body.stored > 0 else { return Answer(NoMembers(), entry) }
        do throws(HostError) {
            var notes = BackupNotes.read(in: vault.files.folder)
            (notes.set, notes.made) = (body.set, set[0].manifest.created)
            notes.stored = call.verified.receivedMilliseconds
            try notes.write(in: vault.files.folder)
            // A target that was away gets what it lacks from the spool, or from another target.
            if body.failed == 0 { try vault.spool.finish() }
        } catch { throw RequestRefusal(.unavailable, .unavailable, hint: "the spool: \(error.reason)") }
        return Answer(NoMembers(), entry)
    }
}
