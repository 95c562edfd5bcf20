import GRDB
import Primitives

extension RecordStore {
    /// Keeps a policy's text. Which one is in force is said by the log's policy blocks. Storing the same text again
    /// changes nothing. One transaction. Returns the SHA-256 it is found by.
    @discardableResult
    public func storePolicy(_ bytes: [UInt8]) throws(StorageError) -> [UInt8] {
        let hash = SHA256.hash(bytes)
        try database.write { db in
            try db.execute(
                sql: "INSERT INTO policy (sha256, bytes) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING",
                arguments: [hash.databaseBlob, bytes.databaseBlob])
        }
        return hash
    }

    /// The policy with this SHA-256, or nil. Throws `corrupt` when the stored text has another hash.
    public func policy(sha256: [UInt8]) throws(StorageError) -> [UInt8]? {
        let bytes = try database.read { db in
            try Row.fetchOne(db, sql: "SELECT bytes FROM policy WHERE sha256 = ?", arguments: [sha256.databaseBlob])?
                .bytes(0)
        }
        if let bytes, SHA256.hash(bytes) != sha256 { throw .corrupt(.vault) }
        return bytes
    }

    /// Every policy that was ever stored.
    public func policies() throws(StorageError) -> [[UInt8]] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT bytes FROM policy ORDER BY sha256").map { try $0.bytes(0) }
        }
    }
}
