import CSQLite
import Host
import Testing

/// SQL on a database file from outside: what an intruder with a shell can do.
enum Outsider {
    struct Failure: Error { let message: String }

    static func run(_ sql: String, on path: String) throws {
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
        defer { unsafe sqlite3_close_v2(opened) }
        guard code == SQLITE_OK else { throw Failure(message: "open \(code)") }
        var message: UnsafeMutablePointer<CChar>?
        let result = unsafe sqlite3_exec(opened, sql, nil, nil, &message)
        guard result == SQLITE_OK else {
            let text = unsafe message.map { unsafe String(cString: $0) } ?? ""
            unsafe sqlite3_free(message)
            throw Failure(message: text)
        }
    }

    /// The first column of the first row, as text.
    static func value(_ sql: String, on path: String) throws -> String? {
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(path, &opened, SQLITE_OPEN_READONLY, nil)
        defer { unsafe sqlite3_close_v2(opened) }
        guard code == SQLITE_OK else { throw Failure(message: "open \(code)") }
        var statement: OpaquePointer?
        guard unsafe sqlite3_prepare_v2(opened, sql, -1, &statement, nil) == SQLITE_OK else {
            throw Failure(message: "prepare")
        }
        defer { unsafe sqlite3_finalize(statement) }
        guard unsafe sqlite3_step(statement) == SQLITE_ROW else { return nil }
        guard let text = unsafe sqlite3_column_text(statement, 0) else { return nil }
        return unsafe String(cString: text)
    }
}

extension Outsider {
    static func remove(_ path: String) throws { try DurableFile.remove(path) }
}
