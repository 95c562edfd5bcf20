import GRDB
public import VaultModel

/// What vouches for a record in the row-set digest: its seal, and the columns that no seal covers.
public struct RecordSealRow: Equatable, Sendable {
    public let id: RecordID
    public let rev: UInt64
    public let seal: [UInt8]
    public let customer: RecordID
    public let kind: UInt16
    public let shop: String
    public let month: UInt32
    public let status: RecordStatus

    /// A record as it will stand, or stands.
    init(_ record: StoredRecord) {
        (id, rev, seal, customer) = (record.id, record.rev, record.seal, record.customer)
        (kind, shop, month, status) = (record.kind, record.shop, record.month, record.status)
    }

    /// From `SELECT rid, id, rev, seal, customer, kind, shop, month, status`.
    init(_ statement: RawStatement) throws(StorageError) {
        guard let id = statement.recordID(1), let customer = statement.recordID(4) else { throw .corrupt(.vault) }
        self.id = id
        self.customer = customer
        rev = try storedNumber(statement.integer(2), as: UInt64.self, .vault)
        seal = statement.bytes(3)
        kind = try storedNumber(statement.integer(5), as: UInt16.self, .vault)
        shop = statement.text(6)
        month = try storedNumber(statement.integer(7), as: UInt32.self, .vault)
        status = RecordStatus(rawValue: try storedNumber(statement.integer(8), as: Int32.self, .vault))
    }

    /// From the same, by GRDB.
    init(_ row: Row) throws {
        guard let id = RecordID(try row.bytes(1)), let customer = RecordID(try row.bytes(4)) else {
            throw StorageError.corrupt(.vault)
        }
        self.id = id
        self.customer = customer
        rev = try storedNumber(row.integer(2), as: UInt64.self, .vault)
        seal = try row.bytes(3)
        kind = try storedNumber(row.integer(5), as: UInt16.self, .vault)
        shop = try row.text(6)
        month = try storedNumber(row.integer(7), as: UInt32.self, .vault)
        status = RecordStatus(rawValue: try storedNumber(row.integer(8), as: Int32.self, .vault))
    }

    private init(_ row: RecordSealRow, _ update: RecordUpdate) {
        (id, kind, rev, seal) = (row.id, row.kind, update.rev, update.seal)
        customer = update.customer ?? row.customer
        shop = update.shop ?? row.shop
        month = update.month ?? row.month
        status = update.status ?? row.status
    }

    func updated(by update: RecordUpdate) -> RecordSealRow { RecordSealRow(self, update) }
}
