import AccessLog
import Keys

/// What a writer must know before its first entry.
enum LogStart {
    /// Checks the signature of the last checkpoint and opens the last entry for its time; nil in an empty log.
    static func lastPlace(
        _ store: LogStore, _ keys: any LogKeys, _ keyring: KeyringStore
    ) throws(StorageError) -> LogPlace? {
        guard let note = try store.checkpoint() else { return nil }
        guard let checkpoint = try? Checkpoint.open(note, key: keys.verifier),
            checkpoint.size == store.found.frontier.size, checkpoint.root == store.found.frontier.root()
        else { throw .logInconsistent }
        let seq = checkpoint.size - 1
        let reader = LogReader(store, keyring: keyring, keys: keys)
        guard let entry = try reader.entries(seq..<seq + 1).first, let bytes = entry.core,
            let core = try? EntryCore(parsing: bytes), core.seq == seq
        else { throw .corrupt(.log) }
        return LogPlace(seq: seq, time: core.time)
    }
}
