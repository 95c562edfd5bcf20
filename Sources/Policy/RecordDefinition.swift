public import VaultModel

/// A class of fields: how sensitive they are, and whether they are about a person at all.
public struct FieldClass: Hashable, Sendable {
    public let name: String
    /// False for amounts, dishes and the like: sealed under the shop's key, they outlive an erasure.
    public let isPersonal: Bool
    /// The form of a request that names none; `full` unless the class says `default_form: masked`.
    public let defaultForm: Form
    /// How many other persons must approve the full form; 0 for none. A read rule's own `approval` replaces it.
    public let fullApprovals: Int
}

/// A field of a record kind.
public struct FieldDefinition: Hashable, Sendable {
    public let name: FieldName
    public let type: FieldType
    public let fieldClass: FieldClass
    /// What the masked form hides. Without a `mask` in the file: everything, or nothing for classes that are not
    /// personal.
    public let mask: Mask
    /// Whether a customer may have several.
    public let isMany: Bool
    public let isRequired: Bool
    public let index: FieldIndex?
    /// The values of an `enum`; empty for other types.
    public let values: [String]

    public var isPersonal: Bool { fieldClass.isPersonal }

    /// Brings a value into its stored form, and holds an `enum` to the values the policy lists.
    public func canonical(_ raw: String, region: Region) throws(FieldValueError) -> String {
        let value = try type.canonical(raw, region: region)
        if type == .enumeration, !values.contains(value) { throw .enumerationNotListed(allowed: values) }
        return value
    }
}

/// A blind index on a field.
public struct FieldIndex: Hashable, Sendable {
    public let kind: IndexKind
    /// How many bits of the tag are kept, 8 to 16.
    public let bits: Int

    public init(kind: IndexKind, bits: Int) {
        self.kind = kind
        self.bits = bits
    }

    /// What brings a value into the form the tag is computed from.
    public func normaliser(for type: FieldType) -> Normaliser? {
        switch (type, kind) {
        case (.phone, .last4): .phoneLast4
        case (.email, .equality): .email
        case (.idNumber, .equality): .idNumber
        case (.memberNumber, .equality): .memberNumber
        default: nil
        }
    }
}

/// How long a kind of record is kept.
public struct Retention: Hashable, Sendable {
    /// The event the term runs from.
    public enum Start: String, CaseIterable, Hashable, Sendable {
        case created, closed
        case lastActivity = "last_activity"
    }

    public enum Unit: String, CaseIterable, Hashable, Sendable {
        case days, months, years
    }

    public let after: Start
    public let count: Int
    public let unit: Unit

    public init(after: Start, count: Int, unit: Unit) {
        self.after = after
        self.count = count
        self.unit = unit
    }
}

/// A kind of record.
public struct RecordDefinition: Hashable, Sendable {
    public let name: String
    /// Nil when the file sets no term: kept until erased.
    public let retention: Retention?
    /// In the order of the file.
    public let fields: [FieldDefinition]

    public var requiredFields: [FieldName] { fields.filter(\.isRequired).map(\.name) }

    /// The field of that short name.
    public func field(named name: String) -> FieldDefinition? { fields.first { $0.name.field == name } }
}
