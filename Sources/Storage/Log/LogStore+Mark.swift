import GRDB

extension LogStore {
    private static let markName = "register"

    /// What was stored by `setRegisterMark`, or nil. Not checked here: whoever reads it has the key.
    public func registerMark() throws(StorageError) -> [UInt8]? {
        try database.read { db in
            try Row.fetchOne(db, sql: "SELECT value FROM meta WHERE name = ?", arguments: [Self.markName])
                .map { try $0.bytes(0) }
        }
    }

    /// Keeps a statement about what the log registered, in place of the last one. One transaction.
    public func setRegisterMark(_ bytes: [UInt8]) throws(StorageError) {
        try database.write { db in
            try db.execute(
                sql: "INSERT INTO meta (name, value) VALUES (?, ?) "
                    + "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                arguments: [Self.markName, bytes.databaseBlob])
        }
    }
}
