public import VaultModel

/// Changes to `vault.db` that become durable together or not at all.
public struct RecordBatch: Sendable {
    /// The log entry that announced the changes; the rows carry it.
    public let logSeq: UInt64
    /// Whether the entry announced more than this batch: an erasure deletes what there is, in as many as it takes.
    public var isOneOfMany = false
    /// New records with all their fields. Their `logSeq` is replaced by the batch's.
    public var inserts: [StoredRecord]
    public var updates: [RecordUpdate]
    public var deletes: [RecordDeletion]
    /// The progress of an import that the changes belong to.
    public var progress: ImportProgress?

    public init(
        logSeq: UInt64, inserts: [StoredRecord] = [], updates: [RecordUpdate] = [], deletes: [RecordDeletion] = [],
        progress: ImportProgress? = nil
    ) {
        self.logSeq = logSeq
        self.inserts = inserts
        self.updates = updates
        self.deletes = deletes
        self.progress = progress
    }
}

/// A change to a record that is there.
public struct RecordUpdate: Sendable {
    public let id: RecordID
    /// The revision the change was made from; any other is a conflict.
    public let expectedRev: UInt64
    /// Above `expectedRev`.
    public let rev: UInt64
    public let seal: [UInt8]
    /// Fields to add or replace.
    public var fields: [StoredField]
    /// Fields to delete.
    public var removed: [FieldPlace]
    /// Whether all fields the record has are deleted first: `fields` is then the whole record.
    public var replacesAll: Bool
    /// A new owner, when settlement rows outlive theirs.
    public var customer: RecordID?
    public var shop: String?
    public var month: UInt32?
    public var status: RecordStatus?

    public init(
        id: RecordID, expectedRev: UInt64, rev: UInt64, seal: [UInt8], fields: [StoredField] = [],
        removed: [FieldPlace] = [], replacesAll: Bool = false, customer: RecordID? = nil, shop: String? = nil,
        month: UInt32? = nil, status: RecordStatus? = nil
    ) {
        self.id = id
        self.expectedRev = expectedRev
        self.rev = rev
        self.seal = seal
        self.fields = fields
        self.removed = removed
        self.replacesAll = replacesAll
        self.customer = customer
        self.shop = shop
        self.month = month
        self.status = status
    }
}

/// A field's number and ordinal.
public struct FieldPlace: Hashable, Sendable {
    public let field: UInt16
    public let ordinal: UInt32
    public init(field: UInt16, ordinal: UInt32) {
        self.field = field
        self.ordinal = ordinal
    }
}

/// The removal of a record with all its fields.
public struct RecordDeletion: Sendable {
    public let id: RecordID
    public let expectedRev: UInt64
    public init(id: RecordID, expectedRev: UInt64) {
        self.id = id
        self.expectedRev = expectedRev
    }
}
