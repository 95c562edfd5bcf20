import GRDB
import Primitives
import VaultModel

/// A registered block.
public struct StoredBlock: Equatable, Sendable {
    public let id: [UInt8]
    /// The entry that registered it, and that entry's time in milliseconds since 1970.
    public let place: LogPlace
    public let type: String
    /// The DSSE envelope, byte for byte.
    public let envelope: [UInt8]
}

/// What is decided inside the log's transactions. These tables are caches of the log: they can be rebuilt from it.
extension LogStore {
    /// All registered blocks in the order of their registration: replaying them gives the state of the authority.
    public func blocks() throws(StorageError) -> [StoredBlock] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT id, seq, t, type, dsse FROM block ORDER BY seq").map(Self.block)
        }
    }

    /// The entry that registered each block, by the block's id.
    public func blockPlaces() throws(StorageError) -> [[UInt8]: UInt64] {
        try database.read { db in try Self.blockPlaces(db) }
    }

    static func blockPlaces(_ db: Database) throws -> [[UInt8]: UInt64] {
        var places: [[UInt8]: UInt64] = [:]
        let rows = try Row.fetchCursor(db, sql: "SELECT id, seq FROM block")
        while let row = try rows.next() {
            places[try row.bytes(0)] = try storedNumber(row.integer(1), as: UInt64.self, .log)
        }
        return places
    }

    /// The block with this id, or nil.
    public func block(_ id: [UInt8]) throws(StorageError) -> StoredBlock? {
        try database.read { db in
            try Row.fetchOne(
                db, sql: "SELECT id, seq, t, type, dsse FROM block WHERE id = ?", arguments: [id.databaseBlob]
            ).map(Self.block)
        }
    }

    private static func block(_ row: Row) throws -> StoredBlock {
        StoredBlock(
            id: try row.bytes(0),
            place: LogPlace(seq: try storedNumber(row.integer(1), as: UInt64.self, .log), time: try row.integer(2)),
            type: try row.text(3), envelope: try row.bytes(4))
    }

    /// How often a block has been used.
    public func uses(of block: [UInt8]) throws(StorageError) -> UInt64 {
        let count = try database.read { db in
            try Int64.fetchOne(
                db, sql: "SELECT used FROM block_use WHERE block = ?", arguments: [block.databaseBlob])
        }
        return try storedNumber(count ?? 0, as: UInt64.self, .log)
    }

    /// The entry that consumed an approval, or nil.
    public func approvalUse(_ block: [UInt8]) throws(StorageError) -> UInt64? {
        let seq = try database.read { db in
            try Int64.fetchOne(
                db, sql: "SELECT seq FROM approval_use WHERE block = ?", arguments: [block.databaseBlob])
        }
        guard let seq else { return nil }
        return try storedNumber(seq, as: UInt64.self, .log)
    }

    /// The highest counter a key has used; 0 when it has used none.
    public func highestCounter(of key: [UInt8]) throws(StorageError) -> UInt64 {
        let highest = try database.read { db in
            try Int64.fetchOne(
                db, sql: "SELECT highest FROM counter WHERE kid = ?", arguments: [key.databaseBlob])
        }
        return try storedNumber(highest ?? 0, as: UInt64.self, .log)
    }

    /// Data writes that were announced and not yet reported as done. After a start: those whose batch is not applied in
    /// `vault.db` get an `aborted` entry, the others are resolved.
    public func unresolvedIntents() throws(StorageError) -> [LogIntent] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT seq, records FROM intent ORDER BY seq").map { row in
                guard let records = LogIntent.Record.decode(try row.bytes(1)) else {
                    throw StorageError.corrupt(.log)
                }
                return LogIntent(seq: try storedNumber(row.integer(0), as: UInt64.self, .log), records: records)
            }
        }
    }
}

extension LogIntent.Record {
    /// 16 bytes of id and LE64 revision, back to back.
    static func encode(_ records: [LogIntent.Record]) -> [UInt8] {
        var writer = ByteWriter(capacity: records.count * 24)
        for record in records {
            writer.append(record.id.bytes)
            writer.append(record.rev)
        }
        return writer.bytes
    }

    static func decode(_ bytes: [UInt8]) -> [LogIntent.Record]? {
        var reader = ByteReader(bytes)
        var records: [LogIntent.Record] = []
        while reader.remaining > 0 {
            guard let id = try? reader.readBytes(RecordID.size), let rev = try? reader.readUInt64(),
                let id = RecordID(id)
            else { return nil }
            records.append(LogIntent.Record(id: id, rev: rev))
        }
        return records
    }
}
