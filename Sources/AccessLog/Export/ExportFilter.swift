import CanonicalJSON
public import VaultModel

/// Which parts of an entry an export shows.
public struct EntryParts: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let core = EntryParts(rawValue: 1)
    public static let subject = EntryParts(rawValue: 2)
    public static let evidence = EntryParts(rawValue: 4)
    public static let all: EntryParts = [.core, .subject, .evidence]
}

/// What an export is about. Members left empty do not narrow it; those given must all hold.
///
/// The tree is always exported whole: it holds no personal data. Parts of other entries are withheld, and the signed
/// statement says which. Entries that put a block in force, or destroy parts, are always shown, because without them
/// no signature can be judged.
public struct ExportFilter: Hashable, Sendable {
    /// A customer's number: "who saw my data".
    public var customer = ""
    /// An employee's keys.
    public var kids: [KeyID] = []
    /// The id of a delegation's last block.
    public var capability = ""
    /// Milliseconds since 1970, included; 0 for the beginning.
    public var since: Int64 = 0
    /// Milliseconds since 1970, not included; 0 for no end.
    public var until: Int64 = 0
    public var purpose = ""
    public var decision: EntryDecision?
    /// Withhold subject and evidence (whose base carries the head) of entries that name a customer.
    public var redactSubject = false

    public init() {}

    public var isEmpty: Bool { self == ExportFilter() }

    /// The parts of an entry to be shown.
    ///
    /// - Parameter subject: nil when it has been purged. Such an entry matches no customer.
    public func parts(of core: EntryCore, subject: EntrySubject?) -> EntryParts {
        guard core.kind.isAlwaysExported || matches(core, subject) else { return [] }
        return redactSubject && subject?.namesSomeone ?? true ? .core : .all
    }

    private func matches(_ core: EntryCore, _ subject: EntrySubject?) -> Bool {
        if !customer.isEmpty, subject?.customers.contains(customer) != true { return false }
        if !kids.isEmpty, core.kid.map(kids.contains) != true { return false }
        if !capability.isEmpty, core.capability != capability { return false }
        if core.time < since || until > 0 && core.time >= until { return false }
        if !purpose.isEmpty, core.purpose != purpose { return false }
        return decision == nil || core.decision == decision
    }

    var value: JSONValue {
        [
            "capability": .string(capability), "customer": .string(customer),
            "decision": .string(decision?.rawValue ?? ""), "kids": .strings(kids.map(\.text)),
            "purpose": .string(purpose), "redact": .bool(redactSubject), "since": .integer(since),
            "until": .integer(until),
        ]
    }

    init(_ value: JSONValue) throws(JSONError) {
        var members = try JSONMembers(value)
        capability = try members.string("capability")
        customer = try members.string("customer")
        let decision = try members.string("decision")
        for text in try members.strings("kids") {
            guard let kid = KeyID(text) else { throw .wrongType("kids") }
            kids.append(kid)
        }
        purpose = try members.string("purpose")
        redactSubject = try members.bool("redact")
        since = try members.integer("since")
        until = try members.integer("until")
        try members.finish()
        self.decision = EntryDecision(rawValue: decision)
        guard decision.isEmpty || self.decision != nil else { throw .wrongType("decision") }
    }
}

extension EntryKind {
    /// Entries without which the others cannot be judged: they change who may do what, or destroy parts.
    var isAlwaysExported: Bool { mayCarryBlock || self == .startup }
}

extension EntrySubject {
    /// Whether the part points to a customer in any way.
    var namesSomeone: Bool { !customers.isEmpty || !orders.isEmpty || !ref.isEmpty || !pseudonym.isEmpty }
}
