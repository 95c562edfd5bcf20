import Dispatch
import Synchronization

/// A store's connections for hot reads: opened when first needed, at most `StorageLimits.readConnections`.
///
/// A read blocks its thread for as long as SQLite needs (about 10 µs a record), and waits while all connections are
/// lent. It never waits for a writer: in WAL mode a reader sees the last commit.
final class ReadPool: Sendable {
    /// A place for one connection, which only whoever holds the lock can reach.
    private final class Slot: Sendable {
        let connection = Mutex<ReadConnection?>(nil)
    }

    private let path: String
    private let file: StorageFile
    private let sql: [String]
    private let slots = (0..<StorageLimits.readConnections).map { _ in Slot() }
    /// Slots nobody uses; the one used last is taken first, because its cache is warm.
    private let free = Mutex(Array(0..<StorageLimits.readConnections))
    private let permits = DispatchSemaphore(value: StorageLimits.readConnections)

    init(_ path: String, _ file: StorageFile, sql: [String]) {
        self.path = path
        self.file = file
        self.sql = sql
    }

    /// Lends a connection. Its statements are reset before and after.
    func read<R: Sendable>(
        _ body: @Sendable (ReadConnection) throws(StorageError) -> R
    ) throws(StorageError) -> R {
        permits.wait()
        defer { permits.signal() }
        let slot = free.withLock { $0.removeLast() }
        defer { free.withLock { $0.append(slot) } }
        return try slots[slot].connection.withLock { (idle) throws(StorageError) in
            let connection = if let idle { idle } else { try ReadConnection(path, file, sql: sql) }
            // A connection whose read failed is closed rather than lent again.
            idle = nil
            let result = try body(connection)
            connection.reset()
            idle = connection
            return result
        }
    }

    /// The same in one snapshot: two transaction statements more.
    func readSnapshot<R: Sendable>(
        _ body: @Sendable (ReadConnection) throws(StorageError) -> R
    ) throws(StorageError) -> R {
        try read { (connection) throws(StorageError) -> R in try connection.snapshot(body) }
    }

    /// Closes the connections, each as soon as nobody uses it: before the file is replaced.
    func drain() {
        for slot in slots { slot.connection.withLock { $0 = nil } }
    }
}
