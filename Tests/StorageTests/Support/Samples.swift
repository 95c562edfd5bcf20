import AccessLog
import Host
import Primitives
import Synchronization
import VaultModel

@testable import Storage

/// Rows and drafts of invented customers.
enum Sample {
    static func record(
        _ number: CustomerNumber = .random(), rev: UInt64 = 1, fields: Int = 3, kind: UInt16 = 1
    ) -> StoredRecord {
        let id = RecordID(number)
        return record(id: id, customer: id, rev: rev, fields: fields, kind: kind)
    }

    static func record(
        id: RecordID, customer: RecordID, rev: UInt64 = 1, fields: Int = 3, kind: UInt16 = 1
    ) -> StoredRecord {
        StoredRecord(
            id: id, customer: customer, kind: kind, rev: rev, seal: Random.bytes(32), shop: "s1", month: 202_611,
            status: .active, logSeq: 0,
            fields: (0..<fields).map { StoredField(field: UInt16($0 + 1), envelope: Random.bytes(120)) })
    }

    static func fields() -> [FieldRegistration] {
        [
            FieldRegistration(kind: "customer", name: "name", pad: 3, isPersonal: true),
            FieldRegistration(kind: "customer", name: "phone", pad: 2, isPersonal: true),
            FieldRegistration(kind: "order", name: "amount", pad: 1, isPersonal: false),
        ]
    }

    /// An allowed read of two fields of one customer, signed by nobody we know.
    static func read(_ customer: CustomerNumber = .random(), counter: UInt64 = 0) -> EntryDraft {
        EntryDraft(
            kind: .read, decision: .allow, why: .granted, kid: kid, act: .read, role: "customer-service",
            fields: [FieldName("customer.name"), FieldName("customer.phone")].compactMap { $0 }, form: .full,
            purpose: "order", released: 1, shop: "s1", via: .socket, uid: 1_000, counter: counter,
            subject: EntrySubject(customers: [customer.text], revisions: [1]), evidence: evidence)
    }

    static func denial() -> EntryDraft {
        var draft = read()
        draft.decision = .deny
        draft.why = .revokedKey
        draft.released = 0
        return draft
    }

    static func job() -> EntryDraft { EntryDraft(kind: .job, decision: .allow, why: .granted) }

    static let key = Ed25519.SigningKey.generate().publicKey
    static let kid = KeyID(key)

    /// About as long as a real one.
    static let evidence = EntryEvidence(
        base: String(repeating: "\"@method\": POST ", count: 40),
        signature: Base64.encode([UInt8](repeating: 7, count: 64)))

    static func nonce(_ nonce: [UInt8] = Random.bytes(16), created: Int64 = LogFixture.start / 1_000) -> RequestNonce {
        RequestNonce(key: key.bytes, created: created, nonce: nonce, keepUntil: created + 91)
    }
}

/// A clock that a test sets.
final class TestClock: WallClock {
    private let now: Atomic<Int64>

    init(_ milliseconds: Int64) { now = Atomic(milliseconds) }

    func nowMilliseconds() -> Int64 { now.load(ordering: .relaxed) }

    func set(_ milliseconds: Int64) { now.store(milliseconds, ordering: .relaxed) }
}

/// Fails, or does something else, at one step.
struct Fault: WriteFaults {
    let step: WriteStep
    let action: @Sendable () -> Int32?

    init(at step: WriteStep, _ action: @escaping @Sendable () -> Int32?) {
        self.step = step
        self.action = action
    }

    func fault(at step: WriteStep) -> Int32? { step == self.step ? action() : nil }
}

/// Counts calls.
final class Counter: Sendable {
    private let count = Atomic(0)
    @discardableResult func increment() -> Int { count.add(1, ordering: .relaxed).newValue }
    var value: Int { count.load(ordering: .relaxed) }
}

/// A value that tasks share.
final class Shared<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>
    init(_ value: Value) { mutex = Mutex(value) }
    var value: Value {
        get { mutex.withLock { $0 } }
        set { mutex.withLock { $0 = newValue } }
    }
    func change(_ body: (inout Value) -> Void) { mutex.withLock { body(&$0) } }
}
