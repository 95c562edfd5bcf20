import GRDB
public import VaultModel

/// One tag of a blind index: it says that a record's value may be one of many.
public struct TagRow: Hashable, Sendable {
    /// The registry's number of the field.
    public let field: UInt16
    /// The number of the index within the field.
    public let index: UInt16
    /// The generation of the index root key.
    public let generation: UInt32
    public let tag: UInt32
    public let record: RecordID

    public init(field: UInt16, index: UInt16, generation: UInt32, tag: UInt32, record: RecordID) {
        self.field = field
        self.index = index
        self.generation = generation
        self.tag = tag
        self.record = record
    }
}

/// `index.db`: tags of blind indexes. Written before `vault.db`: a tag without its record is harmless, a record without
/// its tag is found by a scrub. It can be rebuilt at will and is in no archive.
///
/// Thread-safe; candidates are read on connections of their own.
public final class IndexStore: Sendable {
    private let database: DatabaseFile
    private let pool: ReadPool

    init(_ database: DatabaseFile) {
        self.database = database
        pool = ReadPool(
            database.path, .index,
            sql: ["SELECT record FROM tag WHERE field = ? AND idx = ? AND generation = ? AND tag = ? LIMIT ?"])
    }

    /// The vault this file belongs to.
    public func vaultID() throws(StorageError) -> VaultID { try database.vaultID() }

    /// The records that may have the value, in no order; not one of them need have it. At most `limit`; a caller who
    /// gets that many must take it for too many.
    ///
    /// A single statement on a read-only connection.
    public func candidates(
        field: UInt16, index: UInt16, generation: UInt32, tag: UInt32, limit: Int = 10_000
    ) throws(StorageError) -> [RecordID] {
        try pool.read { (connection) throws(StorageError) in
            let statement = connection.statement(0)
            try statement.bind(1, Int(field))
            try statement.bind(2, Int(index))
            try statement.bind(3, Int(generation))
            try statement.bind(4, Int(tag))
            try statement.bind(5, limit)
            var records: [RecordID] = []
            while try statement.step() {
                guard let id = statement.recordID(0) else { throw .corrupt(.index) }
                records.append(id)
            }
            return records
        }
    }

    /// Adds tags; those already there stay. One transaction, one sync.
    public func insert(_ tags: [TagRow]) async throws(StorageError) {
        try await database.offload { () throws(StorageError) in try self.write(tags, replacing: []) }
    }

    /// The same on the calling thread.
    public func insert(_ tags: [TagRow]) throws(StorageError) { try write(tags, replacing: []) }

    /// Makes `tags` the only tags of the records `replacing`. One transaction.
    public func replace(_ records: [RecordID], with tags: [TagRow]) async throws(StorageError) {
        try await database.offload { () throws(StorageError) in try self.write(tags, replacing: records) }
    }

    /// The same on the calling thread.
    public func replace(_ records: [RecordID], with tags: [TagRow]) throws(StorageError) {
        try write(tags, replacing: records)
    }

    /// Deletes all tags of the records. One transaction.
    public func delete(_ records: [RecordID]) throws(StorageError) { try write([], replacing: records) }

    /// Deletes tags of a generation whose key is about to be destroyed, at most so many at once: others wait for one
    /// transaction. Call `truncateWAL()` after the last.
    ///
    /// - Returns: whether there may be more.
    public func delete(generation: UInt32, most: Int) throws(StorageError) -> Bool {
        try database.write { db in
            try db.execute(
                sql:
                    "DELETE FROM tag WHERE (field, idx, generation, tag, record) IN (SELECT field, idx, generation, tag, "
                    + "record FROM tag WHERE generation = ? LIMIT ?)", arguments: [generation, most])
            return db.changesCount == most
        }
    }

    /// Deletes all tags, before they are made anew. One transaction.
    public func deleteAll() throws(StorageError) {
        try database.write { db in try db.execute(sql: "DELETE FROM tag") }
    }

    /// All tags of a record.
    public func tags(of record: RecordID) throws(StorageError) -> [TagRow] {
        try database.read { db in
            try Row.fetchAll(
                db, sql: "SELECT field, idx, generation, tag FROM tag WHERE record = ? ORDER BY 1, 2, 3, 4",
                arguments: [record.bytes.databaseBlob]
            ).map { row in
                TagRow(
                    field: try storedNumber(row.integer(0), as: UInt16.self, .index),
                    index: try storedNumber(row.integer(1), as: UInt16.self, .index),
                    generation: try storedNumber(row.integer(2), as: UInt32.self, .index),
                    tag: try storedNumber(row.integer(3), as: UInt32.self, .index), record: record)
            }
        }
    }

    /// How many tags there are.
    public func count() throws(StorageError) -> Int {
        try database.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM tag") ?? 0 }
    }

    /// Removes deleted tags from the WAL. False while a reader needs it: try again.
    @discardableResult
    public func truncateWAL() throws(StorageError) -> Bool { try database.truncateWAL() }

    /// SQLite's check of the whole file; throws `corrupt`.
    public func checkIntegrity() throws(StorageError) { try database.checkIntegrity() }

    func close() throws(StorageError) {
        pool.drain()
        try database.close()
    }

    private func write(_ tags: [TagRow], replacing records: [RecordID]) throws(StorageError) {
        guard tags.count + records.count <= StorageLimits.rowsAtOnce else { throw .limit(.index) }
        try database.write { db in
            let delete = try db.cachedStatement(sql: "DELETE FROM tag WHERE record = ?")
            for record in records { try delete.execute(arguments: [record.bytes.databaseBlob]) }
            let insert = try db.cachedStatement(
                sql: "INSERT INTO tag (field, idx, generation, tag, record) VALUES (?, ?, ?, ?, ?) "
                    + "ON CONFLICT DO NOTHING")
            for row in tags {
                try insert.execute(arguments: [
                    row.field, row.index, row.generation, row.tag, row.record.bytes.databaseBlob,
                ])
            }
        }
    }
}
