import CSQLite
import VaultModel

/// A prepared statement used without GRDB, where 30 µs a read count. One thread at a time, like its connection.
///
/// Use: `reset()`, bind every parameter, `step()` until it returns false, `reset()`. A statement that has not been
/// reset keeps its connection's read transaction open, which keeps the WAL from being cut.
@safe final class RawStatement {
    private let handle: OpaquePointer
    private let file: StorageFile

    /// `connection` must outlive the statement.
    init(_ connection: SQLiteHandle, _ sql: String, _ file: StorageFile) throws(StorageError) {
        var prepared: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let code = unsafe sqlite3_prepare_v3(connection.pointer, sql, -1, flags, &prepared, nil)
        guard code == SQLITE_OK, let prepared = unsafe prepared else {
            throw StorageError(sqlite: unsafe sqlite3_extended_errcode(connection.pointer), file)
        }
        unsafe handle = prepared
        self.file = file
    }

    deinit { unsafe sqlite3_finalize(handle) }

    /// Ends the current execution; bindings stay until they are replaced.
    func reset() {
        // The code repeats the error of the last step, which has been thrown already.
        unsafe _ = sqlite3_reset(handle)
    }

    func bind(_ index: Int32, _ value: Int64) throws(StorageError) {
        try check(unsafe sqlite3_bind_int64(handle, index, value))
    }

    func bind(_ index: Int32, _ value: Int) throws(StorageError) { try bind(index, Int64(value)) }

    func bind(_ index: Int32, _ value: [UInt8]) throws(StorageError) {
        try check(unsafe coffer_sqlite_bind_blob(handle, index, value, Int32(value.count)))
    }

    func bind(_ index: Int32, _ value: [UInt8]?) throws(StorageError) {
        guard let value else { return try check(unsafe sqlite3_bind_null(handle, index)) }
        try bind(index, value)
    }

    func bind(_ index: Int32, text: String) throws(StorageError) {
        let transient = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        try check(unsafe sqlite3_bind_text(handle, index, text, -1, transient))
    }

    /// True when there is a row to read.
    func step() throws(StorageError) -> Bool {
        let code = unsafe sqlite3_step(handle)
        switch code {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let extended = unsafe sqlite3_extended_errcode(sqlite3_db_handle(handle))
            reset()
            throw StorageError(sqlite: extended == SQLITE_OK ? code : extended, file)
        }
    }

    /// Steps a statement that returns no rows, and resets it.
    func run() throws(StorageError) {
        let hasRow = try step()
        reset()
        precondition(!hasRow, "the statement returns no rows")
    }

    // MARK: - Columns of the current row; the types are those of our own STRICT tables

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

    func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }

    /// The id in a column; nil when it has another length.
    func recordID(_ column: Int32) -> RecordID? {
        let start = unsafe sqlite3_column_blob(handle, column)
        let count = unsafe start == nil ? 0 : Int(sqlite3_column_bytes(handle, column))
        return RecordID(unsafe UnsafeRawBufferPointer(start: start, count: count).bytes)
    }

    func optionalBytes(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : bytes(column) }

    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    private func check(_ code: Int32) throws(StorageError) {
        // A wrong index or type can only be our bug; too big or out of memory can happen.
        precondition(code != SQLITE_RANGE && code != SQLITE_MISUSE, "the statement has this parameter and is reset")
        guard code == SQLITE_OK else { throw StorageError(sqlite: code, file) }
    }
}
