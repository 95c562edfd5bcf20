import CSQLite
import Dispatch
import GRDB
import Host
import Synchronization
import VaultModel

/// One of the four files, open for writing: a single connection, all accesses one after the other.
final class DatabaseFile: Sendable {
    let file: StorageFile
    let path: String
    let options: StorageOptions
    private let connection: DatabaseQueue
    private let broken = Atomic<Bool>(false)
    /// How often we have cut the WAL ourselves; changes only while the connection is held.
    let walCuts = Atomic<Int>(0)
    private let queue: DispatchQueue

    /// Makes the file, mode 0600, with its schema and the vault's id. Fails with `alreadyExists` if anything is there.
    static func create(
        _ file: StorageFile, in folder: VaultDirectory, vault: VaultID
    ) throws(StorageError) {
        let path = folder.path(of: file)
        // Made by hand first: SQLite would create it 0644 under the usual umask. SQLite gives -wal, -shm and -journal
        // the mode of the database.
        do { try DurableFile.create(path, with: []) } catch {
            throw error.fileExists ? .alreadyExists(file) : .folder(errno: error.errno)
        }
        let connection = try connect(file, path)
        do {
            try connection.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA page_size = \(file.pageSizeBytes)")
                try db.execute(sql: "PRAGMA auto_vacuum = NONE")
                try db.execute(sql: "PRAGMA application_id = \(file.applicationID)")
                try db.execute(sql: "PRAGMA user_version = \(file.schemaVersion)")
                try DatabaseSettings.makeDurable(db, file, StorageOptions())
                try db.inTransaction(.immediate) {
                    try Schema.of(file).create(db)
                    try db.execute(
                        sql: "INSERT INTO meta (name, value) VALUES ('vault', ?)",
                        arguments: [vault.bytes.databaseBlob])
                    return .commit
                }
            }
            try connection.close()
        } catch {
            throw StorageError(error, file)
        }
    }

    /// Opens the file: nothing is written before its kind, version, schema and vault have been checked.
    init(
        _ file: StorageFile, in folder: VaultDirectory, vault: VaultID?, options: StorageOptions
    ) throws(StorageError) {
        self.file = file
        self.options = options
        path = folder.path(of: file)
        try Self.checkOutside(file, path)
        connection = try Self.connect(file, path)
        queue = DispatchQueue(label: "coffer.\(file.name)")
        do {
            try connection.writeWithoutTransaction { db in
                try Self.checkInside(db, file, vault)
                try DatabaseSettings.makeDurable(db, file, options)
            }
        } catch {
            try? connection.close()
            throw StorageError(error, file)
        }
    }

    private static func checkOutside(_ file: StorageFile, _ path: String) throws(StorageError) {
        let identity: FileIdentity
        do { identity = try FileIdentity(of: path) } catch {
            throw error.isMissingFile ? .missing(file) : .folder(errno: error.errno)
        }
        guard identity.isRegular else { throw .foreign(file) }
        guard identity.permissions & 0o077 == 0 else { throw .exposed(file) }
    }

    private static func checkInside(_ db: Database, _ file: StorageFile, _ vault: VaultID?) throws {
        guard try Int64.fetchOne(db, sql: "PRAGMA application_id") == file.applicationID else {
            throw StorageError.foreign(file)
        }
        guard try Int64.fetchOne(db, sql: "PRAGMA user_version") == file.schemaVersion else {
            throw StorageError.version(file)
        }
        try Schema.of(file).check(db)
        guard let vault else { return }
        guard try vaultID(db, file) == vault else { throw StorageError.swapped(file) }
    }

    private static func vaultID(_ db: Database, _ file: StorageFile) throws -> VaultID {
        guard let row = try Row.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'vault'"),
            let vault = VaultID(try row.bytes(0))
        else { throw StorageError.corrupt(file) }
        return vault
    }

    private static func connect(_ file: StorageFile, _ path: String) throws(StorageError) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "coffer.\(file.name)"
        configuration.publicStatementArguments = false
        configuration.busyMode = .timeout(Double(StorageLimits.busyTimeoutMilliseconds) / 1_000)
        configuration.prepareDatabase { db in
            guard let pointer = unsafe db.sqliteConnection else { throw StorageError.corrupt(file) }
            try DatabaseSettings.harden(unsafe SQLiteHandle(pointer), file)
            try DatabaseSettings.apply(db, file)
        }
        do { return try DatabaseQueue(path: path, configuration: configuration) } catch {
            throw StorageError(error, file)
        }
    }

    // MARK: - Access

    /// The vault this file says it belongs to.
    func vaultID() throws(StorageError) -> VaultID {
        try read { db in try Self.vaultID(db, self.file) }
    }

    /// Runs `body` outside a transaction on the connection that writes. Blocks until other accesses have ended.
    func read<R>(_ body: (Database) throws -> R) throws(StorageError) -> R {
        do { return try connection.unsafeRead(body) } catch { throw StorageError(error, file) }
    }

    /// Runs `body` in one transaction, BEGIN IMMEDIATE to COMMIT; any error rolls all of it back. Blocks the thread
    /// for one sync. An error of COMMIT itself, or an I/O error, makes the file unusable: `options.onFatal` is called.
    func write<R>(_ body: (Database) throws -> R) throws(StorageError) -> R {
        do {
            return try connection.writeWithoutTransaction { db in try transaction(db, body) }
        } catch {
            throw StorageError(error, file)
        }
    }

    private func transaction<R>(_ db: Database, _ body: (Database) throws -> R) throws -> R {
        try checkUsable()
        let result: R
        do {
            try failIfAsked(.begin(file))
            try db.beginTransaction(.immediate)
            result = try body(db)
        } catch {
            // SQLite has rolled back by itself after some errors.
            if db.isInsideTransaction { try? db.rollback() }
            throw condemnIfFatal(StorageError(error, file))
        }
        do {
            try failIfAsked(.commit(file))
            try db.commit()
            try failIfAsked(.committed(file))
        } catch {
            if db.isInsideTransaction { try? db.rollback() }
            throw condemn(StorageError(error, file))
        }
        return result
    }

    /// Lends the connection that writes to code that begins and ends its own transactions and judges its own errors.
    func access<R>(_ body: (Database) throws -> R) throws(StorageError) -> R {
        try checkUsable()
        do { return try connection.writeWithoutTransaction(body) } catch { throw StorageError(error, file) }
    }

    /// Runs statements that may not stand in a transaction, such as a WAL checkpoint.
    func maintain<R>(_ body: (Database) throws -> R) throws(StorageError) -> R {
        try checkUsable()
        do { return try connection.writeWithoutTransaction(body) } catch {
            throw condemnIfFatal(StorageError(error, file))
        }
    }

    /// The same work on the file's own queue: the calling task is suspended, no thread of the pool waits for the disk.
    func offload<R: Sendable>(
        _ body: @escaping @Sendable () throws(StorageError) -> R
    ) async throws(StorageError) -> R {
        let result: Result<R, StorageError> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(StorageError) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    // MARK: - The end of a file

    func checkUsable() throws(StorageError) {
        guard !broken.load(ordering: .acquiring) else { throw .unavailable(file, code: SQLITE_IOERR) }
    }

    func failIfAsked(_ step: WriteStep) throws(StorageError) {
        if let code = options.faults.fault(at: step) { throw StorageError(sqlite: code, file) }
    }

    /// Marks the file unusable and returns the error to report.
    func condemn(_ error: StorageError) -> StorageError {
        if broken.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged {
            options.onFatal(file)
        }
        return .unavailable(file, code: error.sqliteCode)
    }

    private func condemnIfFatal(_ error: StorageError) -> StorageError {
        switch error {
        case .unavailable, .anchor(.unwritable): return condemn(error)
        default: return error
        }
    }

    /// Copies the WAL into the database and cuts it to nothing: deleted values stay in it otherwise, even with
    /// `secure_delete`. Returns false when a reader kept part of it; try again then. No-op for the keyring.
    @discardableResult
    func truncateWAL() throws(StorageError) -> Bool {
        guard file != .keyring else { return true }
        return try maintain { db in
            try self.failIfAsked(.checkpoint(self.file))
            self.walCuts.add(1, ordering: .relaxed)
            // Whoever reads the file from outside must not hold up every write for seconds: it is tried again.
            try db.execute(sql: "PRAGMA busy_timeout = 100")
            defer {
                try? db.execute(sql: "PRAGMA busy_timeout = \(StorageLimits.busyTimeoutMilliseconds)")
            }
            return try Int64.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)") == 0
        }
    }

    /// SQLite's own check of the whole file: nil when nothing was found, else `corrupt`. Reads every page.
    func checkIntegrity() throws(StorageError) {
        let answer = try read { db in try String.fetchAll(db, sql: "PRAGMA integrity_check(1)") }
        guard answer == ["ok"] else { throw .corrupt(file) }
        let orphans = try read { db in try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count }
        guard orphans == 0 else { throw .corrupt(file) }
    }

    func close() throws(StorageError) {
        do { try connection.close() } catch { throw StorageError(error, file) }
    }
}

extension FileIdentity {
    /// `S_ISREG`.
    fileprivate var isRegular: Bool { mode & 0o170000 == 0o100000 }
}
