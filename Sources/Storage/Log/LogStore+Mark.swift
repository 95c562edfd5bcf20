import GRDB
import Primitives

/// The tables of a log that decide what counts, at one moment.
public struct RegisterContents: Sendable {
    /// How many entries the log has.
    public let size: UInt64
    /// The entry that registered each block, by the block's id.
    public let places: [[UInt8]: UInt64]
    public let witnesses: [StoredWitness]
}

extension LogStore {
    private static let markName = "register"

    /// What was stored by `setRegisterMark`, or nil. Not checked here: whoever reads it has the key.
    public func registerMark() throws(StorageError) -> [UInt8]? {
        try database.read { db in
            try Row.fetchOne(db, sql: "SELECT value FROM meta WHERE name = ?", arguments: [Self.markName])
                .map { try $0.bytes(0) }
        }
    }

    /// Keeps a statement about the tables as they are, in place of the last one. One transaction: no entry comes between
    /// the look and the statement.
    public func setRegisterMark(
        _ statement: (RegisterContents) throws(StorageError) -> [UInt8]
    ) throws(StorageError) {
        try database.write { db in
            let size = try Int64.fetchOne(db, sql: "SELECT max(size) FROM checkpoint") ?? 0
            let contents = RegisterContents(
                size: try storedNumber(size, as: UInt64.self, .log), places: try Self.blockPlaces(db),
                witnesses: try Self.witnesses(db))
            try db.execute(
                sql: "INSERT INTO meta (name, value) VALUES (?, ?) "
                    + "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                arguments: [Self.markName, try statement(contents).databaseBlob])
        }
    }
}
