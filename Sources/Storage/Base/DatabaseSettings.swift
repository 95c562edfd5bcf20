import CSQLite
import GRDB

/// What every connection is told, and what is read back afterwards.
enum DatabaseSettings {
    /// Settings that hold for a connection and touch no file. Runs before anything else does.
    static func harden(_ handle: SQLiteHandle, _ file: StorageFile) throws(StorageError) {
        // DEFENSIVE refuses SQL that could damage the file (writable_schema, journal_mode=OFF, shadow tables); a
        // planted view or trigger may not call functions; no extension is ever loaded.
        try configure(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, "DEFENSIVE", file)
        try configure(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, "trusted_schema", file)
        try configure(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, "load_extension", file)
        try configure(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, "foreign_keys", file)
        try configure(handle, SQLITE_DBCONFIG_DQS_DML, 0, "double_quoted_strings", file)
        try configure(handle, SQLITE_DBCONFIG_DQS_DDL, 0, "double_quoted_strings", file)
        unsafe sqlite3_busy_timeout(handle.pointer, StorageLimits.busyTimeoutMilliseconds)
    }

    private static func configure(
        _ handle: SQLiteHandle, _ option: Int32, _ value: Int32, _ name: String, _ file: StorageFile
    ) throws(StorageError) {
        var now: Int32 = -1
        guard unsafe coffer_sqlite_configure(handle.pointer, option, value, &now) == SQLITE_OK, now == value else {
            throw .setting(file, name: name)
        }
    }

    /// Pragmas of every connection: no temporary file, no mapped file, deleted content overwritten, pages checked.
    static let connectionPragmas: [(name: String, value: Int64)] = [
        ("secure_delete", 1), ("temp_store", 2), ("mmap_size", 0), ("cell_size_check", 1), ("trusted_schema", 0),
        ("foreign_keys", 1), ("recursive_triggers", 0),
    ]

    /// Applies them and reads each back.
    static func apply(_ db: Database, _ file: StorageFile) throws {
        for pragma in connectionPragmas {
            try db.execute(sql: "PRAGMA \(pragma.name) = \(pragma.value)")
            // An SQLite built without memory mapping answers `mmap_size` with no row.
            let now = try Int64.fetchOne(db, sql: "PRAGMA \(pragma.name)") ?? 0
            guard now == pragma.value else { throw StorageError.setting(file, name: pragma.name) }
        }
    }

    /// The settings that make a commit durable. GRDB sets `synchronous` to NORMAL whenever it turns WAL on by itself;
    /// we turn it on by hand, set the level afterwards, and refuse to go on unless both are read back.
    static func makeDurable(_ db: Database, _ file: StorageFile, _ options: StorageOptions) throws {
        let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode = \(file.journalMode)")
        guard mode == file.journalMode else { throw StorageError.setting(file, name: "journal_mode") }
        try db.execute(sql: "PRAGMA synchronous = \(file.synchronous)")
        if file != .log && file != .keyring {
            _ = try Int64.fetchOne(db, sql: "PRAGMA journal_size_limit = \(StorageLimits.walBytes)")
        }
        if let pages = options.maximumPages { _ = try Int64.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)") }
        try check(db, file, "journal_mode", file.journalMode)
        try check(db, file, "synchronous", file.synchronous)
        try check(db, file, "page_size", file.pageSizeBytes)
        try check(db, file, "application_id", file.applicationID)
        try check(db, file, "user_version", file.schemaVersion)
    }

    private static func check<Value: DatabaseValueConvertible & Equatable>(
        _ db: Database, _ file: StorageFile, _ name: String, _ expected: Value
    ) throws {
        let value = try Value.fetchOne(db, sql: "PRAGMA \(name)")
        guard value == expected else { throw StorageError.setting(file, name: name) }
    }
}
