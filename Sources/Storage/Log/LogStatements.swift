import AccessLog
import CSQLite
import Primitives

/// The writer's statements, on the connection that writes.
struct LogStatements {
    let begin, commit, rollback, savepoint, release, undo: RawStatement
    let entry, month, tile, checkpoint, dropCheckpoint: RawStatement
    let nonce, sweep, counter, putCounter, used, putUse, approval, block, intent, resolve: RawStatement
    let witness, dropWitness, cosigned: RawStatement
    let erasure: ErasureStatements
    private let handle: SQLiteHandle

    init(_ handle: SQLiteHandle) throws(StorageError) {
        self.handle = handle
        func make(_ sql: String) throws(StorageError) -> RawStatement { try RawStatement(handle, sql, .log) }
        begin = try make("BEGIN IMMEDIATE")
        commit = try make("COMMIT")
        rollback = try make("ROLLBACK")
        savepoint = try make("SAVEPOINT item")
        release = try make("RELEASE item")
        undo = try make("ROLLBACK TO item")
        entry = try make("INSERT INTO entry (seq, month, hashes, core, subject, evidence) VALUES (?, ?, ?, ?, ?, ?)")
        month = try make("INSERT INTO log_month (month, first) VALUES (?, ?) ON CONFLICT DO NOTHING")
        tile = try make("INSERT INTO tile (level, idx, hashes) VALUES (?, ?, ?)")
        checkpoint = try make("INSERT INTO checkpoint (size, note) VALUES (?, ?)")
        dropCheckpoint = try make("DELETE FROM checkpoint WHERE size = ?")
        nonce = try make("INSERT OR IGNORE INTO nonce (created, kid, nonce, keep_until) VALUES (?, ?, ?, ?)")
        sweep = try make(
            """
            DELETE FROM nonce WHERE (created, kid, nonce) IN
            (SELECT created, kid, nonce FROM nonce WHERE created < ?1 AND keep_until < ?1 LIMIT ?2)
            """)
        counter = try make("SELECT highest, seen FROM counter WHERE kid = ?")
        putCounter = try make(
            "INSERT INTO counter (kid, highest, seen) VALUES (?, ?, ?) "
                + "ON CONFLICT (kid) DO UPDATE SET highest = excluded.highest, seen = excluded.seen")
        used = try make("SELECT used FROM block_use WHERE block = ?")
        putUse = try make(
            "INSERT INTO block_use (block, used) VALUES (?, ?) ON CONFLICT (block) DO UPDATE SET used = excluded.used")
        approval = try make("INSERT OR IGNORE INTO approval_use (block, seq) VALUES (?, ?)")
        block = try make("INSERT OR IGNORE INTO block (id, seq, t, type, dsse) VALUES (?, ?, ?, ?, ?)")
        witness = try make(
            "INSERT OR IGNORE INTO witness (name, vkey, url) "
                + "SELECT ?, ?, ? WHERE (SELECT count(*) FROM witness) < \(LogStore.mostWitnesses)")
        dropWitness = try make("DELETE FROM witness WHERE name = ? AND vkey = ?")
        cosigned = try make("UPDATE witness SET note = ? WHERE name = ? AND vkey = ?")
        erasure = try ErasureStatements(handle)
        intent = try make("INSERT INTO intent (seq, records) VALUES (?, ?)")
        resolve = try make("DELETE FROM intent WHERE seq = ?")
    }

    /// Rows the last statement changed.
    var changes: Int { Int(unsafe sqlite3_changes(handle.pointer)) }

    /// SQLite ends a transaction by itself after some errors.
    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle.pointer) == 0 }

    /// Pages written since the last call: in WAL mode, the frames a commit added.
    func takePagesWritten() -> Int {
        var now: Int32 = 0
        var highest: Int32 = 0
        unsafe sqlite3_db_status(handle.pointer, SQLITE_DBSTATUS_CACHE_WRITE, &now, &highest, 1)
        return Int(now)
    }

    /// Copies WAL frames into the database. Returns whether all of them could be copied (and, when truncating, the file
    /// was cut); a reader may prevent that.
    func copyWAL(truncating: Bool) throws(StorageError) -> Bool {
        var frames: Int32 = 0
        var copied: Int32 = 0
        let mode = truncating ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
        // A reader may hold the WAL for a moment; the next batch must not wait five seconds for it.
        unsafe sqlite3_busy_timeout(handle.pointer, 100)
        let code = unsafe sqlite3_wal_checkpoint_v2(handle.pointer, nil, mode, &frames, &copied)
        unsafe sqlite3_busy_timeout(handle.pointer, StorageLimits.busyTimeoutMilliseconds)
        if code & 0xFF == SQLITE_BUSY { return false }
        guard code == SQLITE_OK else { throw StorageError(sqlite: code, .log) }
        return frames == copied
    }
}
