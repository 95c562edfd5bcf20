import CSQLite

/// A read-only connection with the prepared statements of its store. One thread at a time: its owner keeps it behind a lock.
@safe final class ReadConnection {
    private let handle: SQLiteHandle
    private var statements: [RawStatement]
    private let begin: RawStatement
    private let end: RawStatement

    /// Opens `path` and prepares `sql`. The file's schema has been checked by the connection that writes.
    init(_ path: String, _ file: StorageFile, sql: [String]) throws(StorageError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW
        let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let pointer = unsafe opened else {
            unsafe sqlite3_close_v2(opened)
            throw StorageError(sqlite: code, file)
        }
        let handle = unsafe SQLiteHandle(pointer)
        do throws(StorageError) {
            try DatabaseSettings.harden(handle, file)
            unsafe sqlite3_extended_result_codes(handle.pointer, 1)
            for pragma in DatabaseSettings.connectionPragmas {
                let statement = try RawStatement(handle, "PRAGMA \(pragma.name) = \(pragma.value)", file)
                while try statement.step() {}
            }
            try RawStatement(handle, "PRAGMA cache_size = -\(StorageLimits.readCacheKibibytes)", file).run()
            try RawStatement(handle, "PRAGMA query_only = 1", file).run()
            var prepared: [RawStatement] = []
            for text in sql { prepared.append(try RawStatement(handle, text, file)) }
            begin = try RawStatement(handle, "BEGIN", file)
            end = try RawStatement(handle, "COMMIT", file)
            statements = prepared
        } catch {
            unsafe sqlite3_close_v2(handle.pointer)
            throw error
        }
        self.handle = handle
    }

    // close_v2 waits for the statements, which are released after this body.
    deinit { unsafe sqlite3_close_v2(handle.pointer) }

    /// The statement made from the `index`-th text, reset.
    func statement(_ index: Int) -> RawStatement {
        let statement = statements[index]
        statement.reset()
        return statement
    }

    /// Ends what is still being read.
    func reset() {
        for statement in statements { statement.reset() }
    }

    /// Runs `body` in one snapshot of the file.
    func snapshot<R: Sendable>(_ body: @Sendable (ReadConnection) throws(StorageError) -> R) throws(StorageError) -> R {
        begin.reset()
        try begin.run()
        do throws(StorageError) {
            let result = try body(self)
            finish()
            return result
        } catch {
            finish()
            throw error
        }
    }

    private func finish() {
        reset()
        end.reset()
        // Ending a read cannot fail in a way that matters: nothing was written.
        _ = try? end.step()
        end.reset()
    }
}
