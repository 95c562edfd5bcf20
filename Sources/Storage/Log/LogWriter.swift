import AccessLog
import Dispatch
public import Host

/// Appends to the access log: group commit, durable before anyone goes on.
///
/// Submissions wait in a bounded queue and are written in batches of up to 256, one transaction and one sync a batch;
/// while a batch is being synced, the next one gathers. There is no timer: with one client a batch has one entry.
/// Waiters are resumed after COMMIT has returned and never before. Thread-safe; the work is done on one dispatch queue,
/// so that no thread of the task pool waits for the disk.
public final class LogWriter: Sendable {
    private let waiting: LogQueue
    private let worker: LogWorker
    private let work = DispatchQueue(label: "coffer.log.writer", qos: .userInitiated)

    /// Begins where the log ends. Checks that the last checkpoint is signed by the log's key and opens the last entry
    /// for its time. Throws `logInconsistent` for a foreign or unsigned checkpoint, `corrupt` when the last entry does
    /// not open.
    ///
    /// - Parameters:
    ///   - keyring: gets the two keys of a month before the month's first entry.
    ///   - anchor: asks for the log's head from now on, and hears of each entry that puts a signed block in force before
    ///     whoever sent the block does: a revocation must not be undone by putting an older log back.
    public init(
        _ store: LogStore, keys: any LogKeys, keyring: KeyringStore, anchor: VaultAnchor? = nil,
        clock: any WallClock = SystemClock(), options: LogWriterOptions = LogWriterOptions()
    ) throws(StorageError) {
        waiting = LogQueue(capacity: options.queueLength, batchSize: options.batchSize)
        worker = try LogWorker(
            store, keys: keys, keyring: keyring, anchor: anchor, clock: clock, options: options, waiting: waiting)
        anchor?.follow { [worker] in worker.treeHead }
    }

    /// Appends an entry and returns when it is durable.
    ///
    /// Checks, encodes and hashes on the calling task what does not depend on the entry's place, then waits for the
    /// batch. Cancelling the task does not take the submission back: it may be durable already. Throws why nothing was
    /// logged; after `unavailable` the process is about to end (`StorageOptions.onFatal`).
    public func append(_ submission: LogSubmission) async throws(LogRefusal) -> CommittedEntry {
        let parts = try PreparedParts(submission.draft)
        let result: Result<CommittedEntry, LogRefusal> = await withCheckedContinuation { continuation in
            let prepared = PreparedSubmission(submission: submission, parts: parts, answer: continuation)
            switch waiting.add(prepared) {
            case .wake: work.async { [worker] in worker.drain() }
            case .queued: break
            case .overloaded: continuation.resume(returning: .failure(.overloaded))
            case .closed: continuation.resume(returning: .failure(.unavailable))
            }
        }
        return try result.get()
    }

    /// Notes that the data write announced by this entry is durable in `vault.db`. Needs no sync of its own: the note
    /// is stored with the next batch, and a start asks `vault.db` anyway.
    public func resolve(intent seq: UInt64) { waiting.resolve(seq) }

    /// The place of the last durable entry, or nil in an empty log.
    public var last: LogPlace? { worker.last }

    /// Number of durable entries and the root over them: what the anchor remembers.
    public var treeHead: (size: UInt64, root: [UInt8]) { worker.treeHead }

    /// Refuses what comes from now on, finishes what waits and copies the WAL. The writer cannot be used afterwards.
    public func close() async {
        await withCheckedContinuation { continuation in
            work.async { [worker] in
                worker.finish()
                continuation.resume()
            }
        }
    }
}
