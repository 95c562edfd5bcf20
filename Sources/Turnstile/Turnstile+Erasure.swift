internal import AccessLog
internal import Keys
internal import Policy
internal import Primitives
public import Storage
internal import Synchronization
public import VaultModel
internal import Wire

extension Turnstile {
    // MARK: - Frozen customers

    /// When the erasure of a customer is due, in milliseconds since 1970; nil when none is under way.
    public func due(_ customer: RecordID) -> Int64? { frozen.withLock { $0[customer] } }

    /// Remembers erasures that an older process was asked for.
    public func restoreFrozen(_ erasures: [StoredErasure]) {
        frozen.withLock { frozen in for erasure in erasures { frozen[erasure.customer] = erasure.due } }
    }

    /// Whether an entry is about a customer who is being erased, and would show or change something of hers. Entries
    /// about the log, about erasures and about holds go on.
    func concernsFrozen(_ draft: EntryDraft) -> Bool {
        switch draft.act {
        case .read, .match, .find, .list, .write, .propose, .import, .export, .attach, .notify, .delegate,
            .backupRestore:
            break
        default: return false
        }
        return frozen.withLock { frozen in
            guard !frozen.isEmpty else { return false }
            return draft.subject.customers.contains { text in
                CustomerNumber(text).map { frozen[RecordID($0)] != nil } ?? false
            }
        }
    }

    /// Has the table and the memory of erasures changed with the entry: the next one in the log is judged by it.
    func record(_ change: ErasureChange, in submission: inout LogSubmission) {
        submission.erasure = change
        submission.endsBatch = true
        let frozen = self
        submission.onCommit = { place in
            switch change {
            case .request(_, let customer, _, _, _, let wait):
                frozen.frozen.withLock { $0[customer] = place.time + wait }
            case .undo, .begin, .finish, .report, .archives: break
            }
        }
    }

    // MARK: - Logging

    /// Logs that a customer is to be erased: from this entry on nothing of hers is shown or changed.
    ///
    /// - Parameter wait: milliseconds until it is due.
    public func logErasure(
        _ decision: Decision, of record: StoredRecord, wait: Int64
    ) async throws(RequestRefusal) -> (id: String, entry: CommittedEntry) {
        _ = try decision.requireAllowed()
        let id = decision.consent?.request ?? "e_" + Crockford.randomLower(26)
        let subject = EntrySubject(
            customers: Self.numbers(of: [record]), ref: decision.head.ref, revisions: [record.rev])
        var draft = decision.draft(.eraseRequest, subject: subject, released: 0)
        draft.xid = id
        let change = ErasureChange.request(
            id: id, customer: record.customer, shop: record.shop, kid: decision.verified.request.kid,
            object: decision.head.object, wait: wait)
        return (id, try await append(draft, for: decision, erasure: change))
    }

    /// Logs that an erasure was taken back; from then on the customer's file is as it was.
    public func logUndo(
        _ decision: Decision, of erasure: StoredErasure
    ) async throws(RequestRefusal) -> CommittedEntry {
        _ = try decision.requireAllowed()
        let subject = EntrySubject(
            customers: [erasure.customer].compactMap { CustomerNumber($0)?.text }, ref: decision.head.ref)
        var draft = decision.draft(.eraseUndo, subject: subject, released: 0)
        draft.xid = erasure.id
        // Named again, so that a start that looks at named things only sees the end of what the request began.
        draft.object = erasure.object
        let entry = try await append(draft, for: decision, erasure: .undo(id: erasure.id))
        _ = frozen.withLock { $0.removeValue(forKey: erasure.customer) }
        return entry
    }

    /// Logs that an erasure is finished. `object` is the hash of its receipt.
    public func finishErasure(
        _ grant: JobGrant, of customer: RecordID, _ proof: StoredErasure.Proof, object: String
    ) async throws(RequestRefusal) -> CommittedEntry {
        try await append(
            .eraseDone, of: customer, xid: grant.id, object: object, change: .finish(id: grant.id, proof))
    }

    /// Logs what an operator says of the archives of keys, and marks in the same transaction for whom it holds.
    public func logReport(_ decision: Decision, _ note: KeysNote) async throws(RequestRefusal) -> CommittedEntry {
        _ = try decision.requireAllowed()
        var draft = decision.draft(.backup, subject: EntrySubject(ref: decision.head.ref), released: 0)
        draft.xid = note.text
        return try await append(draft, for: decision, erasure: note.oldest == nil ? nil : .report(note))
    }

    /// Logs that no archive holds a customer's key, by a report that is in the log. `object` is the hash of the statement.
    @discardableResult
    public func logArchives(
        _ id: String, of customer: RecordID, _ receipt: [UInt8], object: String
    ) async throws(RequestRefusal) -> CommittedEntry {
        try await append(
            .eraseArchives, of: customer, xid: id, object: object, change: .archives(id: id, receipt: receipt))
    }

    func append(
        _ kind: EntryKind, of customer: RecordID, xid: String, object: String = "", change: ErasureChange
    ) async throws(RequestRefusal) -> CommittedEntry {
        var draft = EntryDraft(
            kind: kind, decision: .allow, why: .granted, policy: policy.sha256, object: object, xid: xid)
        draft.subject.customers = [customer].compactMap { CustomerNumber($0)?.text }
        var submission = LogSubmission(draft: draft)
        record(change, in: &submission)
        return try await write(submission)
    }

    /// Zeroes what is unwrapped of a customer's keys. Nobody may be reading her by then.
    public func forgetKeys(of customer: RecordID) { opener.cache.remove(customer) }
}
