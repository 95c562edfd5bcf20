import GRDB

extension RecordStore {
    /// Whether the batch announced by this log entry is durable. Recovery asks it of every unresolved intent.
    public func isApplied(logSeq: UInt64) throws(StorageError) -> Bool {
        try database.read { db in
            try Row.fetchOne(db, sql: "SELECT 1 FROM applied WHERE log_seq = ?", arguments: [Int64(logSeq)]) != nil
        }
    }

    /// Forgets which batches below `logSeq` are durable: only call it when no intent below is unresolved. One
    /// transaction.
    public func forgetApplied(below logSeq: UInt64) throws(StorageError) {
        try database.write { db in
            try db.execute(sql: "DELETE FROM applied WHERE log_seq < ?", arguments: [Int64(logSeq)])
        }
    }

    /// A note that a long job left for itself, or nil. Nothing vouches for it.
    public func mark(_ name: String) throws(StorageError) -> [UInt8]? {
        try database.read { db in
            try Row.fetchOne(db, sql: "SELECT value FROM meta WHERE name = ?", arguments: ["mark-" + name])?.bytes(0)
        }
    }

    /// Leaves a note, or removes it.
    public func setMark(_ name: String, _ value: [UInt8]?) throws(StorageError) {
        try database.write { db in
            try db.execute(sql: "DELETE FROM meta WHERE name = ?", arguments: ["mark-" + name])
            guard let value else { return }
            try db.execute(
                sql: "INSERT INTO meta (name, value) VALUES (?, ?)", arguments: ["mark-" + name, value.databaseBlob])
        }
    }
}
