import AccessLog
import GRDB
import Primitives
public import VaultModel

/// `log.db`: the access log, and what is decided inside its transactions. Entries are appended by a `LogWriter`, which
/// needs the keys; everything here only reads, except the purge.
///
/// Thread-safe. Reads use connections of their own and see the last commit; each is one short snapshot, so that the WAL
/// can be cut between them.
public final class LogStore: Sendable {
    let database: DatabaseFile
    let pool: ReadPool
    /// The tree as it was found at the start.
    let found: LogTail

    /// Rebuilds the right edge of the tree from the stored hashes and compares its root with the last checkpoint's.
    /// Throws `logInconsistent` when they differ, when entries lie beyond the checkpoint or are missing before it.
    /// Whether the checkpoint is signed is checked by the writer, which has the key.
    init(_ database: DatabaseFile) throws(StorageError) {
        self.database = database
        pool = ReadPool(database.path, .log, sql: LogQuery.allCases.map(\.sql))
        found = try pool.readSnapshot { (connection) throws(StorageError) in try LogTail(reading: connection) }
    }

    /// The vault this file belongs to.
    public func vaultID() throws(StorageError) -> VaultID { try database.vaultID() }

    /// The last signed checkpoint, byte for byte; nil before the first entry. The signature is not checked here.
    public func checkpoint() throws(StorageError) -> [UInt8]? {
        try pool.read { (connection) throws(StorageError) in
            try Self.last(connection)?.note
        }
    }

    /// Number of entries that the last checkpoint covers, which are all there are.
    public func size() throws(StorageError) -> UInt64 {
        try pool.read { (connection) throws(StorageError) in try Self.last(connection)?.size ?? 0 }
    }

    /// The checkpoints that are kept, oldest first: the last one, and the first after each multiple of 256 entries. The
    /// others are with those who got a receipt; a consistency proof can be made from any size.
    public func checkpoints() throws(StorageError) -> [[UInt8]] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT note FROM checkpoint ORDER BY size").map { try $0.bytes(0) }
        }
    }

    static func last(_ connection: ReadConnection) throws(StorageError) -> (size: UInt64, note: [UInt8])? {
        let statement = connection.statement(LogQuery.checkpoint.rawValue)
        guard try statement.step() else { return nil }
        let size = try storedNumber(statement.integer(0), as: UInt64.self, .log)
        let note = statement.bytes(1)
        statement.reset()
        return (size, note)
    }

    /// Removes purged parts from the WAL. False while a reader needs it: try again.
    @discardableResult
    public func truncateWAL() throws(StorageError) -> Bool { try database.truncateWAL() }

    /// SQLite's check of the whole file; throws `corrupt`. Says nothing about the tree: `LogVerifier` does.
    public func checkIntegrity() throws(StorageError) { try database.checkIntegrity() }

    func close() throws(StorageError) {
        pool.drain()
        try database.close()
    }
}

/// The statements of the readers, prepared once per connection.
enum LogQuery: Int, CaseIterable {
    case checkpoint, lastEntry, entries, hashes, tile

    var sql: String {
        switch self {
        case .checkpoint: "SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1"
        case .lastEntry: "SELECT max(seq) FROM entry"
        case .entries:
            "SELECT seq, month, hashes, core, subject, evidence FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq"
        case .hashes: "SELECT seq, hashes FROM entry WHERE seq >= ? AND seq < ? ORDER BY seq"
        case .tile: "SELECT hashes FROM tile WHERE level = ? AND idx = ?"
        }
    }
}
