public import VaultModel

/// A record as it is stored: what is plain, its seal, and its sealed fields.
public struct StoredRecord: Equatable, Sendable {
    public let id: RecordID
    /// The owner; `RecordID.none` for records that outlive her.
    public let customer: RecordID
    /// The registry's number of the record kind.
    public let kind: UInt16
    /// Starts at 1 and rises with every change.
    public let rev: UInt64
    /// 32 bytes over everything the record consists of.
    public let seal: [UInt8]
    public let shop: String
    /// yyyymm.
    public let month: UInt32
    public let status: RecordStatus
    /// The log entry that announced this state.
    public let logSeq: UInt64
    /// By field, then ordinal.
    public let fields: [StoredField]

    public init(
        id: RecordID, customer: RecordID, kind: UInt16, rev: UInt64, seal: [UInt8], shop: String, month: UInt32,
        status: RecordStatus, logSeq: UInt64, fields: [StoredField]
    ) {
        self.id = id
        self.customer = customer
        self.kind = kind
        self.rev = rev
        self.seal = seal
        self.shop = shop
        self.month = month
        self.status = status
        self.logSeq = logSeq
        self.fields = fields
    }
}

/// One sealed value.
public struct StoredField: Equatable, Sendable {
    /// The registry's number of the field.
    public let field: UInt16
    /// Position within a field of several values; the chunk of an attachment.
    public let ordinal: UInt32
    public let envelope: [UInt8]

    public init(field: UInt16, ordinal: UInt32 = 0, envelope: [UInt8]) {
        self.field = field
        self.ordinal = ordinal
        self.envelope = envelope
    }
}

/// One field of a record, to be compared. The record's seal cannot be checked over it: what matches is fetched whole.
public struct FieldCandidate: Equatable, Sendable {
    public let id: RecordID
    public let customer: RecordID
    public let kind: UInt16
    public let rev: UInt64
    /// By ordinal.
    public let values: [StoredField]

    init(id: RecordID, customer: RecordID, kind: UInt16, rev: UInt64, values: [StoredField]) {
        self.id = id
        self.customer = customer
        self.kind = kind
        self.rev = rev
        self.values = values
    }
}

/// The state of a record as far as it may be plain: a small number whose meaning the policy's record kind gives
/// (active, frozen, delivered …). The store compares and returns it, nothing more.
public struct RecordStatus: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }
    public static let active = RecordStatus(rawValue: 0)
}
