/// What a field holds. The raw value is the word the policy file uses.
///
/// A type fixes how a value is brought into its one stored form (`canonical`), how much padding hides its length and
/// which masks and blind indexes make sense for it.
public enum FieldType: String, CaseIterable, Hashable, Sendable {
    case name, phone, address, email
    case idNumber = "id-number"
    case date, datetime
    case text
    case enumeration = "enum"
    case consent
    case memberNumber = "member-number"
    case number, amount
    /// A short reference that means nothing by itself: an order number, a ticket.
    case code

    /// The number of the padding policy in a field's envelope: 1 multiples of 16 bytes, 2 of 32, 3 of 64, 4 of 128 up
    /// to 1,024, 5 buckets from 256 to 16,384. Part of the stored format: never change one, add a type instead.
    public var padPolicyNumber: UInt8 {
        switch self {
        case .date: 1
        case .phone, .idNumber, .memberNumber, .number, .amount, .datetime, .enumeration, .consent, .code: 2
        case .name, .email: 3
        case .address: 4
        case .text: 5
        }
    }

    /// The most bytes of UTF-8 a stored value may have. With the type byte in front and at least one byte of padding
    /// behind, the longest value fills its largest padded size exactly.
    public var maximumBytes: Int {
        switch self {
        case .date: 14
        case .phone, .idNumber, .memberNumber, .number, .amount, .datetime, .enumeration, .consent, .code: 62
        case .name, .email: 254
        case .address: 1_022
        case .text: 16_382
        }
    }

    /// The kinds of blind index the policy may ask for. Names have none: they are compared in memory.
    public var indexKinds: [IndexKind] {
        switch self {
        case .phone: [.last4]
        case .email, .idNumber, .memberNumber: [.equality]
        default: []
        }
    }

    /// The masks the policy may ask for, the one that suits the type best first.
    public var masks: [Mask] {
        switch self {
        case .name: [.surname, .all]
        case .phone: [.middle, .all]
        case .address: [.district, .all]
        case .email: [.local, .all]
        case .idNumber: [.tail4, .all]
        case .memberNumber, .code: [.tail4, .all, .none]
        case .date: [.month, .all]
        case .datetime, .text, .enumeration, .consent, .number, .amount: [.all, .none]
        }
    }
}

/// A blind index: what of a value its tag is computed from.
public enum IndexKind: String, CaseIterable, Hashable, Sendable {
    /// The last four digits of a phone number. A full-number index would single out one number of a list of many.
    case last4
    /// The whole normalised value.
    case equality
}

/// What a lookup is by. The raw value is the word the policy file uses.
public enum LookupKind: String, CaseIterable, Hashable, Sendable {
    case phone, last4, email, name
    case idNumber = "id-number"
    case memberNumber = "member-number"

    /// The type of the fields such a lookup searches.
    public var fieldType: FieldType {
        switch self {
        case .phone, .last4: .phone
        case .email: .email
        case .name: .name
        case .idNumber: .idNumber
        case .memberNumber: .memberNumber
        }
    }

    /// The index that finds the candidates; nil for names, which are compared in memory by a job with a small cap.
    public var indexKind: IndexKind? { self == .name ? nil : fieldType.indexKinds.first }

    /// What brings the text looked for into the form that is compared with a candidate's value in full.
    public var normaliser: Normaliser {
        switch self {
        case .phone: .phone
        case .last4: .phoneLast4
        case .email: .email
        case .name: .name
        case .idNumber: .idNumber
        case .memberNumber: .memberNumber
        }
    }
}
