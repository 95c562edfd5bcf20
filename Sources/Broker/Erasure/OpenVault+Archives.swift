internal import AccessLog
internal import Authority
internal import Backup
internal import Primitives
internal import Storage
internal import Synchronization
internal import Turnstile
internal import VaultModel
internal import Wire

/// Erasures and the archives of keys. The broker sees no target: what lies there it knows from operators' reports.
extension OpenVault {
    /// Whether archives of this vault may lie anywhere: a set was begun in this life, or there was a life before, out of
    /// whose archives this one came.
    var hasArchives: Bool {
        if LogOrigin(logKeys.verifier.name)?.incarnation != 1 || compared.withLock({ $0.hasArchives }) { return true }
        return backups.last != nil
    }

    /// Logs what an operator has found on the targets, and says of every erasure that it reaches what follows.
    func take(_ report: KeysNote, _ decision: Decision) async throws(RequestRefusal) -> CommittedEntry {
        guard report.oldest ?? 0 <= loggedNow else {
            throw await refuse(
                decision, .conflict("an archive of keys is dated in the future: set the clock that is wrong"),
                as: .backup)
        }
        let entry = try await turnstile.logReport(decision, report)
        // What is not said now is said within a minute, or after the next start.
        try? await stateArchives()
        return entry
    }

    /// Makes the second statement about each erasure that a report holds for. Entry and statement are one transaction, which
    /// is refused where there is one already: nobody need take turns.
    func stateArchives() async throws(RequestRefusal) {
        for erasure in try stored({ () throws(StorageError) in try stores.log.erasuresReported() }) {
            try requireReport(of: erasure)
            guard let report = erasure.report, let oldest = report.note.oldest, let proof = erasure.proof,
                let first = try? DSSEEnvelope(parsing: proof.receipt), let customer = CustomerNumber(erasure.customer)
            else { throw Self.brokenErasure }
            let statement = ErasureArchivesStatement(
                vault: vault, origin: logKeys.verifier.name, id: erasure.id, customer: customer,
                first: Hex.encode(SHA256.hash(first.payload)), report: report.place.seq, reported: report.place.time,
                oldest: oldest, targets: Int64(report.note.targets)
            ).sealed(by: logKeys.verifier, logKeys.signCheckpoint)
            try await turnstile.logArchives(
                erasure.id, of: erasure.customer, statement.encode(),
                object: Hex.encode(SHA256.hash(statement.payload)))
        }
    }

    /// Whether the log says what the table says: that she was erased, and that somebody reported that later. Nothing is
    /// signed because somebody edited a file.
    private func requireReport(of erasure: StoredErasure) throws(RequestRefusal) {
        guard let ended = erasure.ended, let report = erasure.report, report.note.oldest ?? 0 > ended.time else {
            throw Self.brokenErasure
        }
        if let core = try core(ended.seq) {
            guard core.kind == .eraseDone, core.decision == .allow, core.xid == erasure.id, core.time == ended.time
            else { throw Self.brokenErasure }
        }
        if let core = try core(report.place.seq) {
            guard core.kind == .backup, core.decision == .allow, core.xid == report.note.text,
                core.object == report.note.object, core.time == report.place.time
            else { throw Self.brokenErasure }
        }
    }

    /// An entry's core; nil for one that was purged by order.
    private func core(_ seq: UInt64) throws(RequestRefusal) -> EntryCore? {
        let entry = try stored { () throws(StorageError) in try reader.entries(seq..<seq + 1).first }
        guard let bytes = entry?.core else {
            guard turnstile.controls.authority.isPurged(coreOf: seq) else { throw Self.brokenErasure }
            return nil
        }
        guard let core = try? EntryCore(parsing: bytes) else { throw Self.brokenErasure }
        return core
    }
}
