import Dispatch
import Synchronization

/// A store's connections for hot reads: opened when first needed, at most `StorageLimits.readConnections`.
///
/// A read blocks its thread for as long as SQLite needs (about 10 µs a record), and waits while all connections are
/// lent. It never waits for a writer: in WAL mode a reader sees the last commit.
final class ReadPool: Sendable {
    private let path: String
    private let file: StorageFile
    private let sql: [String]
    private let idle = Mutex<[ReadConnection]>([])
    private let permits = DispatchSemaphore(value: StorageLimits.readConnections)

    init(_ path: String, _ file: StorageFile, sql: [String]) {
        self.path = path
        self.file = file
        self.sql = sql
    }

    /// Lends a connection. Its statements are reset before and after.
    func read<R>(_ body: (ReadConnection) throws(StorageError) -> R) throws(StorageError) -> R {
        permits.wait()
        defer { permits.signal() }
        let lent = idle.withLock { $0.popLast() }
        let connection = if let lent { lent } else { try ReadConnection(path, file, sql: sql) }
        // A connection whose read failed is closed rather than lent again.
        let result = try body(connection)
        for index in sql.indices { _ = connection.statement(index) }
        idle.withLock { $0.append(connection) }
        return result
    }

    /// The same in one snapshot: two transaction statements more.
    func readSnapshot<R>(_ body: (ReadConnection) throws(StorageError) -> R) throws(StorageError) -> R {
        try read { (connection) throws(StorageError) -> R in try connection.snapshot(body) }
    }

    /// Closes the idle connections: before the file is replaced.
    func drain() { idle.withLock { $0.removeAll() } }
}
