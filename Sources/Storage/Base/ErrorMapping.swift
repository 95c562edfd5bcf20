import CSQLite
import GRDB

/// SQLite's result codes as errors of this target. GRDB's own errors print statements and values: none of them leaves.
extension StorageError {
    /// `code` is an extended result code.
    init(sqlite code: Int32, _ file: StorageFile) {
        switch code & 0xFF {
        case SQLITE_FULL: self = .full(file)
        case SQLITE_BUSY, SQLITE_LOCKED: self = .busy(file)
        case SQLITE_CONSTRAINT: self = .conflict(file)
        case SQLITE_NOTADB: self = .foreign(file)
        case SQLITE_CORRUPT, SQLITE_MISMATCH, SQLITE_FORMAT: self = .corrupt(file)
        default: self = .unavailable(file, code: code)
        }
    }

    /// Whatever a closure of ours may throw inside a GRDB access.
    init(_ error: any Error, _ file: StorageFile) {
        switch error {
        case let error as StorageError: self = error
        case let error as DatabaseError: self.init(sqlite: error.extendedResultCode.rawValue, file)
        // A row that does not have the columns or types of our own statement: the file does not hold what it should.
        default: self = .corrupt(file)
        }
    }

    /// The code to report when this error makes a file unusable.
    var sqliteCode: Int32 {
        if case .unavailable(_, let code) = self { return code }
        if case .full = self { return SQLITE_FULL }
        return SQLITE_IOERR
    }
}
