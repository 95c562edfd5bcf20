import CanonicalJSON
public import VaultModel

/// Makes a key a person's, in one role. A person with two roles has two keys; they count as one person wherever two
/// persons are demanded. A later block for the same key replaces role, days and terminal, never the person.
public struct EnrolBlock: BlockBody {
    public static let kind = BlockKind.enrol

    public var header: BlockHeader
    public var person: PersonID
    public var kid: KeyID
    public var role: RoleName
    /// The day the confidentiality agreement was signed; nil (`""`) when it was not.
    public var nda: CalendarDay?
    /// The last day the training counts; nil (`""`) when there was none.
    public var training: CalendarDay?
    /// The local user the key is bound to, in decimal; nil (`""`) when it may be used from anywhere.
    public var uid: UInt32?

    public init(
        header: BlockHeader, person: PersonID, kid: KeyID, role: RoleName, nda: CalendarDay?, training: CalendarDay?,
        uid: UInt32?
    ) {
        self.header = header
        self.person = person
        self.kid = kid
        self.role = role
        self.nda = nda
        self.training = training
        self.uid = uid
    }
}

extension EnrolBlock: HeadedBlock {
    init(from reader: inout BlockReader) throws(BlockRefusal) {
        self.init(
            header: try BlockHeader(from: &reader),
            person: try reader.value("person") { PersonID($0) },
            kid: try reader.value("kid") { KeyID($0) },
            role: try reader.value("role") { RoleName($0) },
            nda: try reader.optional("nda") { CalendarDay($0) },
            training: try reader.optional("training") { CalendarDay($0) },
            uid: try reader.optional("uid", Self.uid))
    }

    var members: [String: JSONValue] {
        with([
            "kid": .string(kid.text),
            "nda": .string(nda?.text ?? ""),
            "person": .string(person.text),
            "role": .string(role.text),
            "training": .string(training?.text ?? ""),
            "uid": .string(uid.map(String.init) ?? ""),
        ])
    }

    /// Decimal in its one spelling; 2^32-1 is no user but the kernel's “none”.
    private static func uid(_ text: String) -> UInt32? {
        guard let number = UInt32(text), number != .max, String(number) == text else { return nil }
        return number
    }
}
