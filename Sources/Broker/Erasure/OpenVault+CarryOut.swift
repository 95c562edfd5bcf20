internal import AccessLog
internal import Archive
internal import Authority
internal import CanonicalJSON
internal import Host
internal import Policy
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Carrying erasures out. No transaction spans two files: every step is one atomic write to one file and can be repeated,
/// and the table of erasures says which has to be finished.
extension OpenVault {
    /// How often a cut of a write-ahead log is tried while a reader needs it, 20 ms apart.
    private static let walTries = 250
    /// Records opened or deleted in one turn.
    private static let atOnce = 500

    /// Carries out all that has begun, then all that is due and not held, oldest first; then says of whom no archive holds
    /// the key any more. One that fails stays for the next time and keeps nobody else waiting; its refusal is thrown at the
    /// end.
    func carryOutDue() async throws(RequestRefusal) {
        var failure: RequestRefusal?
        do throws(RequestRefusal) {
            try await erasures.run { () throws(RequestRefusal) in try await carryOutInTurn() }
        } catch { failure = error }
        try await stateArchives()
        if let failure { throw failure }
    }

    /// The same for somebody who has the turn already.
    func carryOutInTurn() async throws(RequestRefusal) {
        let waiting = try stored { () throws(StorageError) in try stores.log.erasures([.pending, .begun]) }
        let now = loggedNow
        // A hold that came later keeps her; she stays frozen.
        let ready =
            waiting.filter { $0.state == .begun }
            + waiting.filter { $0.state == .pending && $0.due <= now && !isHeld($0.customer, at: now) }
        var failure: RequestRefusal?
        for erasure in ready {
            do throws(RequestRefusal) { try await carryOut(erasure) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    /// Erases one customer: announcement │ what outlives her │ keyring │ rows │ tags │ write-ahead logs │ ledger │ receipt.
    ///
    /// What is about no person is sealed for the shop before her keys go, because nothing could open it afterwards; the
    /// entry that announces it stands before either, so that a crash in between is finished and not undone.
    private func carryOut(_ erasure: StoredErasure) async throws(RequestRefusal) {
        try requireRequest(of: erasure)
        // She is frozen: whoever reads her began before that. Nobody may hold her values or her key when they are gone.
        await calls.drain()
        let grant = try await writes.run { () throws(RequestRefusal) in
            let grant = try await turnstile.beginErasure(
                erasure.id, of: erasure.customer, try count(erasure.customer))
            // After a crash it is announced again; the rows bear the first announcement.
            let seq = try stored { () throws(StorageError) in
                try stores.log.erasure(erasure.id)?.began?.seq ?? grant.begin.seq
            }
            try await detach(erasure.customer, grant, seq)
            try stored { () throws(StorageError) in
                try stores.keyring.erase([erasure.customer], time: grant.begin.time)
            }
            try await deleteRows(of: erasure.customer, seq)
            return grant
        }
        // Whoever compared her phone with another's meanwhile may have unwrapped her key just before it was gone.
        await calls.drain()
        turnstile.forgetKeys(of: erasure.customer)
        imports.forget(erasure.customer)
        noteErased(at: grant.begin.time)
        try await cutLogs()
        try await finish(erasure.id, grant)
    }

    /// Whether the log says what the table says: nobody is erased because somebody edited a file.
    private func requireRequest(of erasure: StoredErasure) throws(RequestRefusal) {
        let seq = erasure.requested.seq
        let entry = try stored { () throws(StorageError) in try reader.entries(seq..<seq + 1).first }
        // A purged core was an entry once: its row is what is left.
        guard let bytes = entry?.core else {
            guard turnstile.controls.authority.isPurged(coreOf: seq) else { throw Self.brokenErasure }
            return
        }
        guard let core = try? EntryCore(parsing: bytes), core.kind == .eraseRequest, core.decision == .allow,
            core.xid == erasure.id, core.time == erasure.requested.time, core.object == erasure.object,
            core.kid == erasure.kid, let order = ErasureOrder(digest: core.object),
            let policy = try policy(sha256: core.policy),
            erasure.due >= core.time + policy.erasure.wait(isNow: order.isNow, isBeyondLimit: false)
        else { throw Self.brokenErasure }
        guard let part = entry?.subject else { return }
        guard let subject = try? EntrySubject(parsing: part),
            subject.customers == [erasure.customer].compactMap({ CustomerNumber($0)?.text })
        else { throw Self.brokenErasure }
    }

    /// The policy of that time.
    private func policy(sha256: String) throws(RequestRefusal) -> PolicyDocument? {
        if turnstile.policy.sha256 == sha256 { return turnstile.policy }
        let bytes = try stored { () throws(StorageError) in
            try Hex.decode(sha256).flatMap { (hash) throws(StorageError) in try stores.records.policy(sha256: hash) }
        }
        guard let bytes, case .success(let policy) = PolicyDocument.parse(bytes, file: "policy") else { return nil }
        return policy
    }

    static var brokenErasure: RequestRefusal { .integrity("the table of erasures in log.db") }

    // MARK: - The steps

    /// What there is of a customer now.
    private func count(_ customer: RecordID) throws(RequestRefusal) -> StoredErasure.Counts {
        let (all, keys) = try stored { () throws(StorageError) in
            (
                try stores.records.records(of: customer, limit: .max),
                try stores.keyring.fetch(customers: [customer])[customer]
            )
        }
        let versions = if case .keys(let versions)? = keys { versions.count } else { 0 }
        return .init(records: all.count, keys: versions)
    }

    /// Whether a record's kind has fields that are about no person.
    private func mayOutlive(_ record: StoredRecord) -> Bool {
        guard record.kind != turnstile.fieldMap.kind(Self.customerKind) else { return false }
        let kind = turnstile.policy.records.first { turnstile.fieldMap.kind($0.name) == record.kind }
        return kind?.fields.contains { !$0.isPersonal } ?? false
    }

    /// Seals for the shop what is about no person. What has been detached already is nobody's and not found again.
    private func detach(_ customer: RecordID, _ grant: JobGrant, _ seq: UInt64) async throws(RequestRefusal) {
        let all = try stored { () throws(StorageError) in try stores.records.records(of: customer, limit: .max) }
        for ids in all.chunked(Self.atOnce) {
            var batch = RecordBatch(logSeq: seq)
            for record in try fetch(ids) where mayOutlive(record) {
                if let update = try turnstile.settlement(grant, of: record) { batch.updates.append(update) }
            }
            if !batch.updates.isEmpty { try await makeDurable(batch) }
        }
    }

    private func deleteRows(of customer: RecordID, _ seq: UInt64) async throws(RequestRefusal) {
        let all = try stored { () throws(StorageError) in try stores.records.records(of: customer, limit: .max) }
        for ids in all.chunked(Self.atOnce) {
            var batch = RecordBatch(logSeq: seq)
            batch.deletes = try fetch(ids).map { RecordDeletion(id: $0.id, expectedRev: $0.rev) }
            try await makeDurable(batch)
            try stored { () throws(StorageError) in try stores.index.delete(ids) }
        }
        // Also where a crash came between rows and tags.
        try stored { () throws(StorageError) in try stores.index.delete([customer]) }
    }

    private func makeDurable(_ batch: RecordBatch) async throws(RequestRefusal) {
        var batch = batch
        batch.isOneOfMany = true
        do throws(StorageError) { try await commit(batch) } catch { throw RequestRefusal(storage: error) }
    }

    /// Removes what was deleted from the write-ahead logs. A reader may need them for a moment.
    private func cutLogs() async throws(RequestRefusal) {
        for _ in 0..<Self.walTries {
            let isCut = try stored { () throws(StorageError) in
                let isCut = try stores.records.truncateWAL()
                return try stores.index.truncateWAL() && isCut
            }
            if isCut { return }
            try? await Task.sleep(for: .milliseconds(20))
        }
        throw RequestRefusal(
            .unavailable, .unavailable,
            hint: "a program keeps vault.db or index.db open; the erasure goes on in a minute")
    }

    /// Writes the ledger, signs the receipt, and logs that it is finished.
    private func finish(_ id: String, _ grant: JobGrant) async throws(RequestRefusal) {
        let erasure = try stored { () throws(StorageError) in try stores.log.erasure(id) }
        guard let erasure, let began = erasure.began, let counts = erasure.counts,
            let number = CustomerNumber(erasure.customer), let order = ErasureOrder(digest: erasure.object)
        else { throw Self.brokenErasure }
        // Carried out again, after files were put back: place and receipt stay those of the first time.
        var proof = erasure.proof
        if proof == nil {
            let (end, kept) = try stored { () throws(StorageError) in
                (try stores.log.ledgerEnd(), try stores.records.countDetached(by: began.seq))
            }
            let place = (end?.place ?? 0) + 1
            let line = ErasureLedgerLine(
                vault: vault, origin: logKeys.verifier.name, place: place, previous: Hex.encode(end?.hash ?? []),
                id: id, customer: number, entry: began.seq, at: began.time
            ).sealed(by: logKeys.verifier, logKeys.signCheckpoint).encode()
            try files.writeLedger(line, place: place)
            let receipt = ErasureStatement(
                vault: vault, origin: logKeys.verifier.name, id: id, customer: number, reason: order.reason,
                request: erasure.requested.seq, requested: erasure.requested.time, entry: began.seq, at: began.time,
                records: Int64(counts.records), kept: Int64(kept), keys: Int64(counts.keys), ledger: place,
                ledgerHash: Hex.encode(SHA256.hash(line)),
                archivesUntil: hasArchives ? RetentionClass.keyring.end(from: loggedNow) : 0
            ).sealed(by: logKeys.verifier, logKeys.signCheckpoint)
            proof = .init(ledger: place, ledgerHash: SHA256.hash(line), receipt: receipt.encode())
        }
        guard let proof, let envelope = try? DSSEEnvelope(parsing: proof.receipt) else { throw Self.brokenErasure }
        _ = try await turnstile.finishErasure(
            grant, of: erasure.customer, proof, object: Hex.encode(SHA256.hash(envelope.payload)))
    }

    // MARK: - After a start

    /// Brings in order what a crash left, or somebody who put files back, before anything is answered: what has begun is
    /// finished, whoever was erased is erased again where keys or rows of hers are back, and what is due is carried out.
    func finishErasures() async throws(RequestRefusal) {
        let known = try stored { () throws(StorageError) in
            try stores.log.erasures([.pending, .begun, .done])
        }
        turnstile.restoreFrozen(known.filter { $0.state != .done })
        for erasure in known where erasure.state == .done {
            let isBack = try stored { () throws(StorageError) in
                guard case .erased? = try stores.keyring.fetch(customers: [erasure.customer])[erasure.customer] else {
                    return true
                }
                return try !stores.records.records(of: erasure.customer, limit: 1).isEmpty
            }
            if isBack {
                try await turnstile.logAlert(xid: erasure.id)
                try await carryOut(erasure)
            }
        }
        try await finishTombstones(besides: Set(known.map(\.customer)))
        // What cannot be carried out now stays frozen, and is tried again each minute: it must not keep the shop closed. A
        // table that does not say what the log says must.
        do throws(RequestRefusal) { try await carryOutDue() } catch {
            guard error.code != .integrity else { throw error }
        }
    }

    /// Tombstones of which `log.db` knows nothing: keys or rows that are there all the same go.
    private func finishTombstones(besides known: Set<RecordID>) async throws(RequestRefusal) {
        let (marks, unfinished) = try stored { () throws(StorageError) in
            (try stores.keyring.tombstones(), try stores.keyring.unfinishedErasures())
        }
        try stored { () throws(StorageError) in
            for mark in unfinished { try stores.keyring.erase([mark.customer], time: mark.time) }
        }
        for mark in marks where !known.contains(mark.customer) {
            let rows = try stored { () throws(StorageError) in
                try stores.records.records(of: mark.customer, limit: 1)
            }
            guard !rows.isEmpty else { continue }
            let alert = try await turnstile.appendInternal(
                EntryDraft(kind: .alert, decision: .allow, why: .erased, policy: turnstile.policy.sha256))
            try await writes.run { () throws(RequestRefusal) in try await deleteRows(of: mark.customer, alert.seq) }
            try await cutLogs()
        }
    }
}

extension Array {
    /// Pieces of at most `count` elements.
    fileprivate func chunked(_ count: Int) -> [[Element]] {
        stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
    }
}
