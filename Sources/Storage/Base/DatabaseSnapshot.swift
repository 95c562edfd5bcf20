import CSQLite
internal import Host
internal import Primitives

/// A copy of one database as of one moment, page by page.
///
/// SQLite's backup interface copies pages as they are, so that a page that was not written since the last copy is the same
/// in both: `VACUUM INTO` would move everything. All pages go in one step under one read transaction; a copy in several
/// steps begins anew whenever somebody writes, and in a busy shop never ends.
public struct DatabaseSnapshot: Sendable {
    /// Where the copy lies: a file of mode 0600 with the same ciphertexts as the original. Whoever made it removes it.
    public let path: String
    public let pageSizeBytes: Int
    public let pageCount: Int
    private let file: StorageFile

    private init(file: StorageFile, path: String, pageSizeBytes: Int, pageCount: Int) {
        (self.file, self.path, self.pageSizeBytes, self.pageCount) = (file, path, pageSizeBytes, pageCount)
    }

    /// SQLite's quick check of the copy: reads all of it. Whoever archives it can do so meanwhile, if nothing counts before
    /// this returns. Throws `corrupt` when it finds something.
    public func check() throws(StorageError) {
        // Its header says that it has a write-ahead log, which it has not: nobody writes it any more.
        let copy = try unsafe Self.open(Self.unchanging(path), file, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
        defer { unsafe sqlite3_close_v2(copy.pointer) }
        let check = try RawStatement(copy, "PRAGMA quick_check(1)", file)
        guard try check.step(), check.text(0) == "ok" else { throw .corrupt(file) }
        check.reset()
    }

    /// Copies a database to `path`, where nothing is. Blocks its thread; writers go on meanwhile.
    ///
    /// - Throws: `full` when there is no room for the copy, which is gone then.
    public static func take(
        _ file: StorageFile, in folder: VaultDirectory, to path: String
    ) throws(StorageError) -> DatabaseSnapshot {
        do { try DurableFile.create(path, with: []) } catch { throw .folder(errno: error.errno) }
        do throws(StorageError) {
            let source = try unsafe open(folder.path(of: file), file, SQLITE_OPEN_READONLY)
            defer { unsafe sqlite3_close_v2(source.pointer) }
            let target = try unsafe open(path, file, SQLITE_OPEN_READWRITE)
            defer { unsafe sqlite3_close_v2(target.pointer) }
            // The copy is thrown away after a crash, so it waits for no disk.
            for text in ["synchronous = OFF", "journal_mode = OFF", "secure_delete = 0"] {
                let pragma = try RawStatement(target, "PRAGMA " + text, file)
                while try pragma.step() {}
            }
            try copy(source, to: target, file)
            let count = try RawStatement(target, "PRAGMA page_count", file)
            guard try count.step() else { throw .corrupt(file) }
            return DatabaseSnapshot(
                file: file, path: path, pageSizeBytes: Int(file.pageSizeBytes), pageCount: Int(count.integer(0)))
        } catch {
            for suffix in ["", "-journal", "-wal", "-shm"] { try? DurableFile.remove(path + suffix) }
            throw error
        }
    }

    @unsafe private static func open(
        _ path: String, _ file: StorageFile, _ mode: Int32
    ) throws(StorageError) -> SQLiteHandle {
        var opened: OpaquePointer?
        let flags = mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW
        let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let pointer = unsafe opened else {
            unsafe sqlite3_close_v2(opened)
            throw StorageError(sqlite: code, file)
        }
        let handle = unsafe SQLiteHandle(pointer)
        unsafe sqlite3_extended_result_codes(handle.pointer, 1)
        do throws(StorageError) { try DatabaseSettings.harden(handle, file) } catch {
            unsafe sqlite3_close_v2(handle.pointer)
            throw error
        }
        return handle
    }

    /// The file as a URI that says that nobody changes it, so that SQLite neither locks it nor looks for a log.
    private static func unchanging(_ path: String) -> String {
        // Two slashes more, or a path that begins with two would name a machine.
        var uri = path.hasPrefix("/") ? "file://" : "file:"
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"), 0x80...: uri += "%" + Hex.encode([byte])
            default: uri.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        return uri + "?immutable=1"
    }

    private static func copy(
        _ source: SQLiteHandle, to target: SQLiteHandle, _ file: StorageFile
    ) throws(StorageError) {
        guard let backup = unsafe sqlite3_backup_init(target.pointer, "main", source.pointer, "main") else {
            throw StorageError(sqlite: unsafe sqlite3_extended_errcode(target.pointer), file)
        }
        let step = unsafe sqlite3_backup_step(backup, -1)
        let end = unsafe sqlite3_backup_finish(backup)
        guard step == SQLITE_DONE, end == SQLITE_OK else {
            throw StorageError(sqlite: step == SQLITE_DONE ? end : step, file)
        }
    }
}
