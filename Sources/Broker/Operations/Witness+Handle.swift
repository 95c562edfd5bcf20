internal import AccessLog
internal import Policy
internal import Primitives
internal import Storage
internal import Synchronization
internal import Turnstile
internal import VaultModel
internal import Wire

/// Adds a witness. Who is asked decides what a rollback would be noticed by, so that this is a matter of policy.
enum AddWitnessHandler: OperationHandler {
    typealias Op = AddWitness

    static func handle(
        _ call: Call<AddWitness.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .policy, verb: "apply"), as: .witness)
        let body = call.body
        guard let key = VerifierKey(body.key), key.algorithm == .cosignature else {
            throw await vault.refuse(
                decision, .invalid("this is not a witness's key; coffer witness key prints it on the witness"),
                as: .witness)
        }
        guard call.head.object == AddWitness.object(name: body.name, key: body.key, url: body.url) else {
            throw .malformed("the head must name the witness by the hash of its name, key and URL")
        }
        let known = try vault.witnesses()
        if known.contains(where: { $0.name == body.name || $0.key.key == key.key }) {
            throw await vault.refuse(
                decision, .conflict("a witness of this name or key is there already"), as: .witness)
        }
        guard known.count < AddWitness.mostWitnesses else {
            throw await vault.refuse(
                decision, .conflict("a vault has \(AddWitness.mostWitnesses) witnesses at the most"), as: .witness)
        }
        let stored = StoredWitness(name: body.name, key: body.key, url: body.url)
        return Answer(NoMembers(), try await vault.turnstile.log(decision, changing: .add(stored)))
    }
}

/// Removes a witness, and what it cosigned.
enum RemoveWitnessHandler: OperationHandler {
    typealias Op = RemoveWitness

    static func handle(
        _ call: Call<RemoveWitness.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .policy, verb: "apply"), as: .witness)
        guard let known = try vault.witnesses().first(where: { $0.name == call.body.name }) else {
            throw await vault.refuse(decision, .notFound("there is no witness of this name"), as: .witness)
        }
        guard call.head.object == known.stored.object else {
            throw .malformed("the head must name the witness by the hash of its name, key and URL")
        }
        return Answer(NoMembers(), try await vault.turnstile.log(decision, changing: .remove(known.stored)))
    }
}

/// Lists the witnesses.
enum ListWitnessesHandler: OperationHandler {
    typealias Op = ListWitnesses

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ListWitnesses.Reply> {
        let decision = try await vault.admit(call.verified, .showingLog(call.head), as: .list)
        let grant = try await vault.turnstile.log(decision, as: .list)
        let witnesses = try vault.witnesses().map { witness in
            ListWitnesses.Witness(
                name: witness.name, url: witness.stored.url, key: witness.stored.key,
                size: witness.cosigned?.checkpoint.size ?? 0, time: witness.cosigned?.time ?? 0)
        }
        return Answer(ListWitnesses.Reply(witnesses: witnesses), grant.entry)
    }
}

/// Gives the checkpoint of the call's own entry, and a proof for a witness.
enum GetCheckpointHandler: OperationHandler {
    typealias Op = GetCheckpoint

    static func handle(
        _ call: Call<GetCheckpoint.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<GetCheckpoint.Reply> {
        let decision = try await vault.admit(call.verified, .showingLog(call.head), as: .list)
        let entry = try await vault.turnstile.log(decision, as: .list).entry
        let (from, to) = (call.body.from, call.body.to == 0 ? entry.size : call.body.to)
        guard from <= to, to <= entry.size else { throw .notFound("the log has \(entry.size) entries") }
        let proof = try vault.stored { () throws(StorageError) in
            try vault.stores.log.consistencyProof(old: from, new: to)
        }
        return Answer(
            GetCheckpoint.Reply(
                checkpoint: String(decoding: entry.checkpoint, as: UTF8.self), proof: proof.map(Base64.encode)), entry)
    }
}

/// Keeps a cosigned checkpoint: it is of this log, this log contains it, and a witness of the list has signed it.
enum StoreCosignedHandler: OperationHandler {
    typealias Op = StoreCosigned
    /// How far ahead of this clock a witness's may be: a cosignature from the future would count for fresh too long.
    private static let slackSeconds: Int64 = 600

    static func handle(
        _ call: Call<WitnessedNote>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<StoreCosigned.Reply> {
        let decision = try await vault.admit(call.verified, .showingLog(call.head), as: .witness)
        let note = Array(call.body.note.utf8)
        guard call.head.object == Hex.encode(SHA256.hash(note)) else {
            throw .malformed("the head must name the note by its hash")
        }
        let signers = try vault.witnesses().compactMap { known in
            KnownWitness.Cosigned(note, by: known.key, logKey: vault.logKeys.verifier).map { (known, $0) }
        }
        guard let checkpoint = signers.first?.1.checkpoint else {
            throw await vault.refuse(
                decision, .invalid("this is not a checkpoint of this log that one of its witnesses has cosigned"),
                as: .witness)
        }
        guard try vault.contains(checkpoint) else {
            throw await vault.refuse(
                decision,
                RequestRefusal(
                    .integrity, .integrity,
                    hint: "this log does not contain what was cosigned: coffer witness check raises the alarm"),
                as: .witness)
        }
        let now = call.verified.receivedMilliseconds / 1_000
        guard signers.allSatisfy({ $0.1.time <= now + slackSeconds }) else {
            throw await vault.refuse(
                decision, .invalid("the clock of a witness is ahead of the broker's: set the one that is wrong"),
                as: .witness)
        }
        let isNewer = signers.allSatisfy { known, shown in
            guard let last = known.cosigned else { return true }
            return last.checkpoint.size <= shown.checkpoint.size && last.time <= shown.time
        }
        guard isNewer else {
            throw await vault.refuse(decision, .conflict("a newer cosignature is here already"), as: .witness)
        }
        let entry = try await vault.turnstile.log(
            decision, changing: .cosigned(note, by: signers.map(\.0.stored)))
        return Answer(StoreCosigned.Reply(witnesses: signers.map(\.0.name)), entry)
    }
}

extension PolicyAsk {
    /// The right to show the log to its witnesses, by the act the head names.
    fileprivate static func showingLog(_ head: RequestHead) -> PolicyAsk {
        head.act == .seal ? PolicyAsk(act: .seal, verb: "seal") : PolicyAsk(act: .logTail, verb: "tail")
    }
}

extension OpenVault {
    /// Whether the tree of so many first entries has this root.
    func contains(_ checkpoint: Checkpoint) throws(RequestRefusal) -> Bool {
        do throws(StorageError) { return try stores.log.root(size: checkpoint.size) == checkpoint.root } catch {
            guard case .notFound = error else { throw RequestRefusal(storage: error) }
            return false
        }
    }
}

extension BrokerService {
    /// Seals the vault when it is shown a note under its own log's key that its log does not contain.
    ///
    /// Nobody else can make such a note, so that whoever brings it need not be believed. What a witness merely says, a
    /// 409 for example, anybody could have said; it never comes here.
    func alarm(_ verified: VerifiedRequest) async throws(RequestRefusal) -> [UInt8] {
        let body: WitnessedNote = try Self.decode(verified.request.body)
        let open = try openVault()
        let decision = try await open.admit(verified, .showingLog(verified.request.head), as: .witness)
        let note = Array(body.note.utf8)
        guard verified.request.head.object == Hex.encode(SHA256.hash(note)) else {
            throw .malformed("the head must name the note by its hash")
        }
        guard let checkpoint = try? Checkpoint.open(note, key: open.logKeys.verifier) else {
            throw await open.refuse(
                decision, .invalid("no note under this log's key: anybody could have made it; nothing was sealed"),
                as: .witness)
        }
        if try open.contains(checkpoint) {
            throw await open.refuse(
                decision, .conflict("this log contains that checkpoint: nothing is wrong, and nothing was sealed"),
                as: .witness)
        }
        self.alarm.withLock { $0 = .foreignCheckpoint }
        return try await close(open, decision, as: .witness)
    }
}
