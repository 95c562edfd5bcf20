public import AccessLog
public import Authority
public import Host
public import Keys
public import Policy
internal import Primitives
public import Storage
internal import Synchronization
public import VaultModel
internal import Wire

/// The only place that opens ciphertext, and the only way through it leads over the log.
///
/// `Authenticator` makes a `VerifiedRequest` of bytes, `Gate` a `Decision` of that, and this type a `LoggedGrant` of
/// an allowed decision, once its entry is durable. Values come out of a `LoggedGrant` and of nothing else.
public final class Turnstile: Sendable {
    public let vault: VaultID
    let opener: RecordOpener
    private let logWriter: LogWriter
    private let keyset: LiveKeyset
    private let clock: any WallClock
    private let current: Mutex<Controls>
    /// What committed entries have opened, and which rights they used.
    let books = Mutex(Books())
    private let unauthenticated = Atomic<Int>(0)
    private let orders = OrderLedger()
    /// Customers who are being erased, or were since the broker started, and when that is due (milliseconds).
    let frozen = Mutex<[RecordID: Int64]>([:])

    /// Unwrapped customer keys kept in locked memory at once. A lookup among 100,000 customers opens about 98, and
    /// a key that is not here is read from the keyring and unwrapped first.
    public static let cachedKeys = 81_920

    /// For how long what was lent and approved is remembered after it ran out; the log has it for good.
    public static let keptSeconds: Int64 = 7 * 86_400

    public init(
        controls: Controls, keyset: LiveKeyset, keyring: KeyringStore, log: LogWriter, clock: any WallClock
    ) {
        vault = controls.authority.vault
        opener = RecordOpener(
            vault: controls.authority.vault, live: keyset, keyring: keyring,
            cache: CustomerKeyCache(capacity: Self.cachedKeys))
        logWriter = log
        self.keyset = keyset
        self.clock = clock
        current = Mutex(controls)
    }

    /// What decides now.
    public var controls: Controls { current.withLock { $0 } }
    public var policy: PolicyDocument { controls.policy }
    public var fieldMap: FieldMap { controls.fields }
    public var gate: Gate {
        let controls = controls
        return Gate(
            authority: controls.authority, policy: controls.policy, lastLogged: logWriter.last?.time ?? 0)
    }

    /// Lets another policy decide. The block that puts it in force has been logged.
    public func replace(policy: PolicyDocument, registry: Registry) {
        current.withLock { controls in
            controls = Controls(
                authority: controls.authority, policy: policy, fields: FieldMap(policy: policy, registry: registry),
                keyset: keyset.value)
        }
    }

    /// Looks up the generations of the blind indexes again, after a rotation has put another keyset in force.
    public func reloadIndexes() {
        current.withLock { controls in
            controls = Controls(
                authority: controls.authority, policy: controls.policy, fields: controls.fields, keyset: keyset.value)
        }
    }

    /// The key a record's changed fields are sealed under. It seals; opening needs a grant.
    public func sealingKey(of record: StoredRecord) throws(RequestRefusal) -> CustomerKey {
        guard let key = try opener.keys(of: [record])[record.customer] else {
            throw .notFound("this customer has been erased")
        }
        try opener.checkSeal(of: record, key: key)
        return key
    }

    // MARK: - Unauthenticated requests

    /// Counts a request nobody can be named for. Logged as a sum, so that strangers cannot fill the log.
    public func countUnauthenticated() { unauthenticated.add(1, ordering: .relaxed) }

    /// Logs the sum since the last call, if it is not zero.
    public func logUnauthenticated() async {
        let count = unauthenticated.exchange(0, ordering: .relaxed)
        guard count > 0 else { return }
        var draft = EntryDraft(kind: .unauthSummary, decision: .deny, why: .notEnrolled)
        draft.subject.scanned = count
        if (try? await appendInternal(draft)) == nil { unauthenticated.add(count, ordering: .relaxed) }
    }

    // MARK: - Appending

    /// Logs a refusal of a request that was verified.
    @discardableResult
    public func logRefusal(
        _ decision: Decision, as kind: EntryKind, records: [StoredRecord] = []
    ) async throws(RequestRefusal) -> CommittedEntry {
        let subject = EntrySubject(customers: Self.numbers(of: records), ref: decision.head.ref)
        return try await append(decision.draft(kind, subject: subject, released: 0), for: decision)
    }

    /// Logs an allowed change of rows before it is made: the entry is its intent.
    ///
    /// - Parameters:
    ///   - ending: an order whose end this change is: what was lent for it is dead from this entry on.
    ///   - seals: the new record seals; the entry vouches for what will be stored.
    ///   - records: ids and revisions the rows will have.
    ///   - orders: names of records that the head does not name.
    ///   - xid: the opaque id of what the change is part of.
    public func logChange(
        _ decision: Decision, as kind: EntryKind, numbers: [CustomerNumber], revisions: [UInt64], seals: [[UInt8]],
        records: [RecordID], scanned: Int, ending: RecordID? = nil, orders: [String] = [], xid: String = ""
    ) async throws(RequestRefusal) -> CommittedEntry {
        _ = try decision.requireAllowed()
        let subject = EntrySubject(
            customers: numbers.map(\.text), orders: decision.head.orders + orders, ref: decision.head.ref,
            revisions: revisions, scanned: scanned, seals: seals.map(Hex.encode))
        let intent = zip(records, revisions).map { LogIntent.Record(id: $0, rev: $1) }
        var draft = decision.draft(kind, subject: subject, released: 0)
        if !xid.isEmpty { draft.xid = xid }
        return try await append(draft, for: decision, intent: intent, ending: ending)
    }

    // MARK: - Orders

    /// The order a lent capability is for, as it was when it was lent.
    public func binding(of capability: BlockID) -> OrderBinding? { orders.binding(of: capability) }

    /// Remembers the end of an order, when its entry is read back after a start.
    public func restoreEnd(of order: RecordID, seq: UInt64, time: Int64) { orders.end(order, seq: seq, time: time) }

    /// Remembers what a registered capability is for, when its entry is read back after a start.
    public func restore(_ binding: OrderBinding, of capability: RegisteredCapability) {
        orders.bind(capability.id, binding, expires: capability.block.expires, now: clock.nowSeconds())
    }

    /// Notes that the rows an entry announced are durable.
    public func settle(_ entry: CommittedEntry) { logWriter.resolve(intent: entry.seq) }

    /// Logs that the rows an entry announced were not stored. When even that fails, the next start finds the open
    /// intent.
    public func logAborted(_ entry: CommittedEntry) async { await logAborted(seq: entry.seq) }

    public func logAborted(seq: UInt64) async {
        let draft = EntryDraft(kind: .aborted, decision: .deny, why: .aborted, policy: policy.sha256)
        _ = try? await write(LogSubmission(draft: draft, aborts: seq))
    }

    /// Whether a block would be registered now: asked before anything is prepared for it. The writer asks again.
    public func requireRegistrable(_ signed: SignedBlock, _ decision: Decision) throws(RequestRefusal) {
        guard decision.head.object == Hex.encode(signed.id.bytes) else {
            throw .malformed("the head must name the block by its hash")
        }
        let controls = controls
        var trial = controls.authority
        do throws(BlockRefusal) {
            try trial.register(signed, at: (trial.lastIndex ?? 0) + 1, time: clock.nowMilliseconds())
        } catch { throw RequestRefusal(block: error) }
    }

    /// Registers a signed block in the entry of the request that brought it. The head must name the block's hash. A block
    /// that would not be taken is refused with an entry.
    ///
    /// - Parameters:
    ///   - binding: the order a lent capability is for. The entry names it with its customer and revision.
    ///   - xid: the opaque id of the request an approval is for.
    public func register(
        _ signed: SignedBlock, _ decision: Decision, as kind: EntryKind, binding: OrderBinding? = nil,
        xid: String = ""
    ) async throws(RequestRefusal) -> CommittedEntry {
        _ = try decision.requireAllowed()
        do throws(RequestRefusal) { try requireRegistrable(signed, decision) } catch {
            try await logRefusal(decision.refused(error), as: kind)
            throw error
        }
        var subject = EntrySubject(orders: decision.head.orders, ref: decision.head.ref)
        if let binding {
            subject.customers = [binding.customer].compactMap { CustomerNumber($0)?.text }
            subject.revisions = [binding.revision]
        }
        var draft = decision.draft(kind, subject: subject, released: 0)
        draft.xid = xid
        return try await append(draft, for: decision, registering: signed, binding: binding)
    }

    /// Logs that something happened which somebody should look at: an emergency was claimed, or a wait took the place of
    /// a second person. `xid` is the request it is about.
    public func logAlert(xid: String) async throws(RequestRefusal) {
        try await appendInternal(
            EntryDraft(kind: .alert, decision: .allow, why: .granted, policy: policy.sha256, xid: xid))
    }

    /// Logs an allowed change of the witnesses, or of what they cosigned, and makes it in the same transaction.
    public func log(_ decision: Decision, changing witnesses: WitnessChange) async throws(RequestRefusal)
        -> CommittedEntry
    {
        _ = try decision.requireAllowed()
        let draft = decision.draft(.witness, subject: EntrySubject(ref: decision.head.ref), released: 0)
        return try await append(draft, for: decision, witness: witnesses)
    }

    /// Appends an entry that nobody signed: the broker's own startup, seal, job, alert.
    @discardableResult
    public func appendInternal(_ draft: EntryDraft) async throws(RequestRefusal) -> CommittedEntry {
        try await write(LogSubmission(draft: draft))
    }

    /// The same for an entry that announces a change of rows.
    func appendJob(_ draft: EntryDraft, intent: [LogIntent.Record]) async throws(RequestRefusal) -> CommittedEntry {
        try await write(LogSubmission(draft: draft, intent: intent))
    }

    func append(
        _ draft: EntryDraft, for decision: Decision, intent: [LogIntent.Record] = [],
        registering signed: SignedBlock? = nil, binding: OrderBinding? = nil, ending: RecordID? = nil,
        witness: WitnessChange? = nil, erasure: ErasureChange? = nil
    ) async throws(RequestRefusal) -> CommittedEntry {
        let request = decision.verified.request
        let nonce = RequestNonce(
            key: request.kid.rawKey, created: request.created, nonce: Array(request.nonce.utf8),
            keepUntil: request.nonceKeptUntil(received: decision.verified.receivedMilliseconds / 1_000))
        var submission = LogSubmission(
            draft: draft, nonce: nonce, counter: request.head.counter, uses: decision.uses(as: draft), intent: intent,
            admit: { [self] place in admit(decision, signed, draft, at: place) })
        submission.witness = witness
        if let erasure { record(erasure, in: &submission) }
        if let ending {
            submission.endsBatch = true
            submission.onCommit = { [self] place in orders.end(ending, seq: place.seq, time: place.time) }
        }
        if draft.decision == .allow, let consent = decision.consent {
            submission.approvals = consent.approvals.map(\.bytes)
        }
        if let signed {
            submission.block = BlockRegistration(
                id: signed.id.bytes, type: type(of: signed.block.body).kind.rawValue, envelope: signed.envelope.encode()
            )
            submission.onCommit = { [self] place in
                if let binding, case .capability(let block) = signed.block {
                    orders.bind(signed.id, binding, expires: block.expires, now: place.time / 1_000)
                }
                enter(signed, at: place)
            }
        }
        let opening = meter(&submission, decision)
        let entry: CommittedEntry
        do throws(RequestRefusal) { entry = try await write(submission) } catch {
            settle(opening)
            // The writer found a budget or an approval used up, or a block refused by now, and stored nothing; that it was
            // asked for is stored all the same.
            if draft.decision == .allow, error.code == .denied || error.code == .conflict {
                try await logRefusal(decision.refused(error), as: draft.kind)
            }
            throw error
        }
        guard !entry.isSubstitute else {
            settle(opening)
            throw refusal(for: entry)
        }
        return entry
    }

    /// The last word, on the writer's thread and in the order of the log: a revocation that was committed a moment ago
    /// counts, whatever was decided before.
    private func admit(
        _ decision: Decision, _ signed: SignedBlock?, _ draft: EntryDraft, at place: LogPlace
    ) -> Admission {
        current.withLock { controls in
            if draft.decision == .allow, let obstacle = obstacle(to: decision, controls, at: place) {
                return .substitute(Self.denial(of: draft, for: obstacle))
            }
            if draft.decision == .allow, concernsFrozen(draft) {
                return .substitute(Self.denial(of: draft, for: .frozen))
            }
            return signed.map { Self.admit($0, controls, at: place) } ?? .admit
        }
    }

    /// The same for a block that nobody's request brings.
    func admit(_ signed: SignedBlock, at place: LogPlace) -> Admission {
        current.withLock { Self.admit(signed, $0, at: place) }
    }

    private static func admit(_ signed: SignedBlock, _ controls: Controls, at place: LogPlace) -> Admission {
        var trial = controls.authority
        do throws(BlockRefusal) {
            try trial.register(signed, at: place.seq, time: place.time)
            return .admit
        } catch { return .refuse(.refused(error.reason)) }
    }

    /// What has come in between since the decision.
    private func obstacle(to decision: Decision, _ controls: Controls, at place: LogPlace) -> Reason? {
        let authority = controls.authority
        if authority.isRevoked(decision.verified.request.kid) { return .revokedKey }
        if let consent = decision.consent, !controls.upholds(consent, of: decision, now: place.time / 1_000) {
            return .approvalRequired
        }
        guard let chain = decision.standing?.chain else { return nil }
        for link in chain.links {
            if authority.isRevoked(link.block.issuer) || authority.isRevoked(link.block.audience) { return .revokedKey }
            if authority.isRevoked(link.id) { return .revokedCapability }
        }
        for link in chain.links.dropFirst() {
            let index = authority.capabilities[link.id]?.index ?? 0
            if orders.hasEnded(link.id, registeredAt: index) { return .orderClosed }
        }
        return nil
    }

    func enter(_ signed: SignedBlock, at place: LogPlace) {
        current.withLock { controls in
            var authority = controls.authority
            do throws(BlockRefusal) {
                try authority.register(signed, at: place.seq, time: place.time)
            } catch { preconditionFailure("a block that was admitted is registered") }
            // Now and then, because it looks at all of them.
            if authority.registered.count.isMultiple(of: 256) {
                authority.forget(endedBefore: place.time / 1_000 - Self.keptSeconds)
            }
            controls = Controls(controls, authority: authority)
        }
    }

    func write(_ submission: LogSubmission) async throws(RequestRefusal) -> CommittedEntry {
        do throws(LogRefusal) { return try await logWriter.append(submission) } catch {
            throw RequestRefusal(log: error)
        }
    }
}

extension RequestRefusal {
    /// What it means to whoever asked when nothing could be logged.
    init(log error: LogRefusal) {
        switch error {
        case .replay: self = .unauthenticated
        case .counter: self = .counterBehind
        case .exhausted: self = .denied(.exhausted, hint: "this permission has been used up")
        case .approvalUsed: self = .conflict("this approval has been used already")
        case .blockKnown: self = .conflict("this block is registered already")
        case .witnessChanged: self = .conflict("somebody else changed the witnesses meanwhile; look and try again")
        case .erasureChanged:
            self = .conflict("this erasure has gone on meanwhile; look and try again: coffer subject list")
        case .refused(let reason): self = .denied(reason, hint: "refused when it was about to be logged")
        case .malformed, .tooLong:
            self.init(.internal, .malformed, hint: "the log entry could not be formed; nothing was released")
        case .overloaded, .nonceTableFull:
            self.init(.rateLimited, .rate, hint: "too many requests at once; try again in a moment")
        case .diskReserve, .full:
            self.init(
                .unavailable, .unavailable,
                hint: "the disk is nearly full and reads cannot be logged; make room, then try again")
        case .unavailable:
            self.init(.unavailable, .unavailable, hint: "the access log cannot be written; the broker is stopping")
        }
    }
}
