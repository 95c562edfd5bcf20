import GRDB
import Keys
import Synchronization
public import VaultModel

/// `keyring.db`: wrapped customer keys, month keys, tombstones. Written before anything that needs a new key.
///
/// It rolls back through a journal, so a reader and a commit exclude each other: a lock of this type makes them take
/// turns, and a read waits while a commit syncs (a few milliseconds). Thread-safe.
public final class KeyringStore: Sendable {
    private let database: DatabaseFile
    private let held: Mutex<Held>

    private struct Held {
        /// The connection of the hot read; whoever writes holds the lock too.
        var reader: ReadConnection?
        /// What vouches for the rows; nil while the vault is sealed.
        var ledger: KeyringLedger?
    }

    init(_ database: DatabaseFile) {
        self.database = database
        held = Mutex(Held())
    }

    /// The vault this file belongs to.
    public func vaultID() throws(StorageError) -> VaultID { try database.vaultID() }

    private static let hotReads = [
        "SELECT version, epoch, wrap, state, EXISTS (SELECT 1 FROM tombstone t WHERE t.customer = c.customer) "
            + "FROM cek c WHERE customer = ? ORDER BY version",
        "SELECT 1 FROM tombstone WHERE customer = ?",
    ]

    // MARK: - Customers' keys

    /// The keys of these customers, all versions, as of one moment. A customer who is not in the answer never had a key
    /// here. Throws `limit` for more than `StorageLimits.recordsAtOnce`.
    public func fetch(customers: [RecordID]) throws(StorageError) -> [RecordID: CustomerKeys] {
        guard customers.count <= StorageLimits.recordsAtOnce else { throw .limit(.keyring) }
        return try read { (connection) throws(StorageError) in
            var found: [RecordID: CustomerKeys] = [:]
            found.reserveCapacity(customers.count)
            for customer in customers { found[customer] = try Self.keys(of: customer, connection) }
            return found
        }
    }

    /// The first id drawn that no customer has and no erased one had. Between two draws nothing is held: `insert` has the
    /// last word.
    public func unused(_ draw: () -> RecordID) throws(StorageError) -> RecordID {
        while true {
            let customer = draw()
            let found = try read { (connection) throws(StorageError) in try Self.keys(of: customer, connection) }
            if found == nil { return customer }
        }
    }

    private static func keys(
        of customer: RecordID, _ connection: ReadConnection
    ) throws(StorageError) -> CustomerKeys? {
        let statement = connection.statement(0)
        try statement.bind(1, customer.bytes)
        var keys: [WrappedKey] = []
        while try statement.step() {
            // A tombstone outranks keys: an erasure that was cut short, or a file put back, opens nothing.
            if statement.integer(4) != 0 { return .erased }
            guard let state = WrappedKey.State(rawValue: Int32(clamping: statement.integer(3))) else {
                throw .corrupt(.keyring)
            }
            keys.append(
                WrappedKey(
                    customer: customer, version: try storedNumber(statement.integer(0), as: UInt32.self, .keyring),
                    epoch: try storedNumber(statement.integer(1), as: UInt32.self, .keyring), wrap: statement.bytes(2),
                    state: state))
        }
        if !keys.isEmpty { return .keys(keys) }
        let tombstone = connection.statement(1)
        try tombstone.bind(1, customer.bytes)
        return try tombstone.step() ? .erased : nil
    }

    /// Adds keys of new customers or new versions. One transaction, all or nothing, one journal sync. Throws `erased`
    /// when one of the customers has a tombstone, `conflict` when a version is there already.
    public func insert(_ keys: [WrappedKey]) async throws(StorageError) {
        try await database.offload { () throws(StorageError) in try self.store(keys) }
    }

    /// The same on the calling thread.
    public func insert(_ keys: [WrappedKey]) throws(StorageError) { try store(keys) }

    private func store(_ keys: [WrappedKey]) throws(StorageError) {
        guard keys.count <= StorageLimits.rowsAtOnce else { throw .limit(.keyring) }
        try write { db, change in
            let tombstone = try db.cachedStatement(sql: "SELECT 1 FROM tombstone WHERE customer = ?")
            let insert = try db.cachedStatement(
                sql: "INSERT INTO cek (customer, version, epoch, wrap, state) VALUES (?, ?, ?, ?, ?)")
            for key in keys {
                let customer = key.customer.bytes.databaseBlob
                guard try Row.fetchOne(tombstone, arguments: [customer]) == nil else { throw StorageError.erased }
                try insert.execute(arguments: [
                    customer, key.version, key.epoch, key.wrap.databaseBlob, key.state.rawValue,
                ])
                change.add(.key(key))
            }
        }
    }

    /// Retires all versions of a customer's key below `version`, after her records have been sealed under it. One
    /// transaction.
    public func retire(customer: RecordID, below version: UInt32) throws(StorageError) {
        try write { db, change in
            for key in try Self.rows(db, "customer = ? AND version < ?", [customer.bytes.databaseBlob, version]) {
                change.replace(key, by: key.with(state: .retired))
            }
            try db.execute(
                sql: "UPDATE cek SET state = ? WHERE customer = ? AND version < ?",
                arguments: [WrappedKey.State.retired.rawValue, customer.bytes.databaseBlob, version])
        }
    }

    /// Deletes a retired version that no unexpired archive needs. One transaction; throws `notFound` for a version that
    /// is current or not there.
    public func deleteRetired(customer: RecordID, version: UInt32) throws(StorageError) {
        try write { db, change in
            let condition = "customer = ? AND version = ? AND state = ?"
            let arguments: StatementArguments = [
                customer.bytes.databaseBlob, version, WrappedKey.State.retired.rawValue,
            ]
            for key in try Self.rows(db, condition, arguments) { change.remove(.key(key)) }
            try db.execute(sql: "DELETE FROM cek WHERE \(condition)", arguments: arguments)
            guard db.changesCount == 1 else { throw StorageError.notFound(.keyring) }
        }
    }

    /// Up to `limit` keys wrapped under an epoch before `epoch`, for a roll of KRK.
    public func keys(below epoch: UInt32, limit: Int) throws(StorageError) -> [WrappedKey] {
        try readThroughWriter { db in try Self.rows(db, "epoch < ? LIMIT ?", [epoch, limit]) }
    }

    /// The customers who have a key, after `last` in the order of their ids, at most `limit`.
    public func customers(after last: RecordID?, limit: Int) throws(StorageError) -> [RecordID] {
        try readThroughWriter { db in
            try Row.fetchAll(
                db, sql: "SELECT DISTINCT customer FROM cek WHERE customer > ? ORDER BY customer LIMIT ?",
                arguments: [(last?.bytes ?? []).databaseBlob, limit]
            ).map { row in
                guard let customer = RecordID(try row.bytes(0)) else { throw StorageError.corrupt(.keyring) }
                return customer
            }
        }
    }

    /// How many keys are wrapped under an epoch before `epoch`.
    public func keyCount(below epoch: UInt32) throws(StorageError) -> Int {
        try readThroughWriter { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM cek WHERE epoch < ?", arguments: [epoch]) ?? 0
        }
    }

    /// Deletes all versions of these customers' keys but the newest, after all their records have been sealed under that.
    /// One transaction.
    public func dropOldVersions(of customers: [RecordID]) throws(StorageError) {
        try write { db, change in
            for customer in customers {
                let id = customer.bytes.databaseBlob
                let condition = "customer = ? AND version < (SELECT max(version) FROM cek WHERE customer = ?)"
                for key in try Self.rows(db, condition, [id, id]) { change.remove(.key(key)) }
                try db.execute(sql: "DELETE FROM cek WHERE \(condition)", arguments: [id, id])
            }
        }
    }

    /// Replaces wraps by wraps of the same keys under another epoch. One transaction; throws `notFound` when a version
    /// has gone meanwhile.
    public func rewrap(_ keys: [WrappedKey]) throws(StorageError) {
        try write { db, change in
            let statement = try db.cachedStatement(
                sql: "UPDATE cek SET epoch = ?, wrap = ? WHERE customer = ? AND version = ?")
            for key in keys {
                let before = try Self.rows(
                    db, "customer = ? AND version = ?", [key.customer.bytes.databaseBlob, key.version])
                for old in before { change.replace(old, by: key.with(state: old.state)) }
                try statement.execute(arguments: [
                    key.epoch, key.wrap.databaseBlob, key.customer.bytes.databaseBlob, key.version,
                ])
                guard db.changesCount == 1 else { throw StorageError.notFound(.keyring) }
            }
        }
    }

    /// How many customers have a key.
    public func count() throws(StorageError) -> Int {
        try readThroughWriter { db in try Int.fetchOne(db, sql: "SELECT count(DISTINCT customer) FROM cek") ?? 0 }
    }

    /// SQLite's check of the whole file; throws `corrupt`.
    public func checkIntegrity() throws(StorageError) {
        try held.withLock { (_) throws(StorageError) in try database.checkIntegrity() }
    }

    /// Keys that a condition names, whole.
    static func rows(_ db: Database, _ condition: String, _ arguments: StatementArguments) throws -> [WrappedKey] {
        try Row.fetchAll(
            db, sql: "SELECT customer, version, epoch, wrap, state FROM cek WHERE \(condition)", arguments: arguments
        ).map { try WrappedKey($0) }
    }

    // MARK: - Taking turns

    /// One transaction; `body` says which rows it adds and takes out. Once it is durable the anchor hears of it.
    func write<R: Sendable>(_ body: (Database, inout KeyringChange) throws -> R) throws(StorageError) -> R {
        try held.withLock { (held) throws(StorageError) in
            let ledger = held.ledger
            let (result, next) = try database.write { db in
                var change = KeyringChange(tags: ledger?.tags)
                let result = try body(db, &change)
                return (result, change.isEmpty ? ledger : try ledger?.advanced(by: change.digest, db))
            }
            held.ledger = next
            guard let next, let anchor = next.anchor, next.generation != ledger?.generation else { return result }
            do throws(StorageError) { try anchor.note(keyring: next.state) } catch { throw database.condemn(error) }
            return result
        }
    }

    /// Sets what vouches for the rows.
    ///
    /// - Returns: what it says of them now.
    func attach(_ make: (Database) throws -> KeyringLedger) throws(StorageError) -> Anchor.Keyring {
        try held.withLock { (held) throws(StorageError) in
            let ledger = try database.write(make)
            held.ledger = ledger
            return ledger.state
        }
    }

    func readThroughWriter<R: Sendable>(_ body: (Database) throws -> R) throws(StorageError) -> R {
        try held.withLock { (_) throws(StorageError) in try database.read(body) }
    }

    private func read<R: Sendable>(
        _ body: @Sendable (ReadConnection) throws(StorageError) -> R
    ) throws(StorageError) -> R {
        try held.withLock { (held) throws(StorageError) in
            let connection =
                if let idle = held.reader { idle } else {
                    try ReadConnection(database.path, .keyring, sql: Self.hotReads)
                }
            // A connection whose read failed is closed rather than used again.
            held.reader = nil
            let result = try connection.snapshot(body)
            held.reader = connection
            return result
        }
    }

    func close() throws(StorageError) {
        held.withLock { $0 = Held() }
        try database.close()
    }
}
