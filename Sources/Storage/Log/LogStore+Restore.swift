import AccessLog
import GRDB

extension LogStore {
    /// Goes on under another origin: the last checkpoint is replaced by one of the same entries that `keys` signs. The
    /// entries stay as they are; what comes next follows on them. For a log that came out of an archive: under its old
    /// origin it would contradict checkpoints that others remember. One transaction.
    ///
    /// - Returns: the number of entries.
    @discardableResult
    public func adopt(_ keys: any LogKeys) throws(StorageError) -> UInt64 {
        let size = try size()
        guard size > 0 else { throw .notFound(.log) }
        let note = Checkpoint(origin: keys.verifier.name, size: size, root: try root(size: size))
            .signed(by: keys.verifier, keys.signCheckpoint)
        try database.write { db in
            try db.execute(
                sql: "UPDATE checkpoint SET note = ? WHERE size = ?",
                arguments: [note.databaseBlob, Int64(size)])
            guard db.changesCount == 1 else { throw StorageError.corrupt(.log) }
            // Requests to witnesses of the old origin mean nothing to the new one.
            try db.execute(sql: "UPDATE witness SET note = NULL")
            // What was said of archives was said under the old origin, and of targets as they were then.
            try db.execute(
                sql: "UPDATE erasure SET report = NULL, report_t = NULL, report_note = NULL, archives = NULL, "
                    + "archives_t = NULL, archives_receipt = NULL")
        }
        return size
    }
}
