import AccessLog
import CSQLite
import GRDB
import Host
import Synchronization
import VaultModel

/// The writer's state and its work, a batch at a time.
final class LogWorker: Sendable {
    private let database: DatabaseFile
    private let keys: any LogKeys
    private let clock: any WallClock
    private let options: LogWriterOptions
    private let waiting: LogQueue
    private let folder: String
    private let published: Mutex<Published>
    private let anchor: VaultAnchor?

    /// What the writer's queue works with. Nobody else takes the lock, so that it never waits.
    private let work: Mutex<Work>

    private struct Work {
        var statements: LogStatements?
        var months: MonthKeyring
        var files: FileGuard
        var state: LogState
    }

    struct Published {
        var last: LogPlace?
        var size: UInt64
        var root: [UInt8]
    }

    init(
        _ store: LogStore, keys: any LogKeys, keyring: KeyringStore, anchor: VaultAnchor?, clock: any WallClock,
        options: LogWriterOptions, waiting: LogQueue
    ) throws(StorageError) {
        self.anchor = anchor
        database = store.database
        self.keys = keys
        self.clock = clock
        self.options = options
        self.waiting = waiting
        folder = FilePaths.folder(of: store.database.path)
        let last = try LogStart.lastPlace(store, keys, keyring)
        published = Mutex(
            Published(last: last, size: store.found.frontier.size, root: store.found.frontier.root()))
        let (statements, nonces) = try store.database.access { db in
            guard let pointer = unsafe db.sqliteConnection else { throw StorageError.corrupt(.log) }
            // The automatic copy of the WAL in the middle of a commit is where the slowest replies come from.
            unsafe sqlite3_wal_autocheckpoint(pointer, 0)
            let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM nonce") ?? 0
            return (try LogStatements(unsafe SQLiteHandle(pointer)), count)
        }
        var state = LogState(tail: store.found, lastTime: last?.time ?? 0)
        state.nonces = nonces
        let files: FileGuard
        do { files = try FileGuard([store.database.path, store.database.path + "-wal"]) } catch {
            throw .missing(.log)
        }
        work = Mutex(
            Work(statements: statements, months: MonthKeyring(keyring, keys), files: files, state: state))
    }

    var last: LogPlace? { published.withLock { $0.last } }

    var treeHead: (size: UInt64, root: [UInt8]) { published.withLock { ($0.size, $0.root) } }

    // MARK: - On the writer's queue

    /// Works until nothing waits.
    func drain() { work.withLock { drain(&$0) } }

    /// Takes nothing more, finishes what waits, copies the WAL and lets go of the connection.
    func finish() {
        waiting.close()
        work.withLock { work in
            drain(&work)
            if let statements = work.statements {
                _ = try? database.access { _ in try statements.copyWAL(truncating: true) }
            }
            work.statements = nil
        }
    }

    private func drain(_ work: inout Work) {
        repeat {
            while true {
                let batch = waiting.take()
                if batch.isEmpty { break }
                process(batch, &work)
            }
            rest(&work)
        } while !waiting.rest()
    }

    private func process(_ batch: [PreparedSubmission], _ work: inout Work) {
        let written: WrittenBatch
        do throws(StorageError) {
            written = try write(batch, &work)
        } catch {
            refuse(batch, error, &work)
            return
        }
        publish(written)
        if batch.contains(where: { $0.submission.block != nil }), let anchor {
            do throws(StorageError) { try anchor.noteLog() } catch {
                refuse(batch, error, &work)
                return
            }
        }
        for (index, outcome) in written.outcomes.enumerated() {
            if case .success(let entry) = outcome, !entry.isSubstitute { batch[index].submission.onCommit(entry.place) }
        }
        for (index, outcome) in written.outcomes.enumerated() { batch[index].answer.resume(returning: outcome) }
        // With a queue that never empties the WAL would grow without end.
        if work.files.lastSizeBytes > options.walCapBytes { copyWAL(truncating: true, &work) }
    }

    /// One transaction. An error means that nothing of the batch is durable, or that nobody knows.
    private func write(_ batch: [PreparedSubmission], _ work: inout Work) throws(StorageError) -> WrittenBatch {
        guard let statements = work.statements else { throw .unavailable(.log, code: SQLITE_MISUSE) }
        let free: Int64
        do { free = try Folder.freeBytes(at: folder) } catch { throw .unavailable(.log, code: SQLITE_IOERR) }
        guard free >= options.floorBytes else { throw .full(.log) }
        let time = max(clock.nowMilliseconds(), work.state.lastTime)
        let pair = try work.months.keys(for: LogMonth.of(time))
        let transaction = LogTransaction(
            statements: statements, keys: keys, months: pair, database: database, options: options, time: time,
            isShort: free < options.reserveBytes)
        let resolved = waiting.takeResolved()
        do throws(StorageError) {
            let written = try database.access { _ in
                guard work.files.isIntact(cuts: database.walCuts.load(ordering: .relaxed)) else {
                    throw StorageError.unavailable(.log, code: SQLITE_IOERR)
                }
                return try transaction.run(batch, resolved: resolved, from: work.state)
            }
            if let next = written.state { work.state = next } else { waiting.putBack(resolved: resolved) }
            work.state.walPages += statements.takePagesWritten()
            return written
        } catch {
            waiting.putBack(resolved: resolved)
            throw error
        }
    }

    private func publish(_ written: WrittenBatch) {
        guard let last = written.last else { return }
        published.withLock { $0 = Published(last: last, size: last.seq + 1, root: written.root) }
    }

    /// Answers a batch of which nothing was stored. Anything but a full disk or a busy file ends the log: no sync is
    /// ever tried again, and nobody who waits may believe that her entry is durable.
    private func refuse(_ batch: [PreparedSubmission], _ error: StorageError, _ work: inout Work) {
        switch error {
        case .full: answer(batch, .full)
        case .busy: answer(batch, .unavailable)
        default:
            work.statements = nil
            answer(batch, .unavailable)
            answer(waiting.abandon(), .unavailable)
            _ = database.condemn(error)
        }
    }

    private func answer(_ batch: [PreparedSubmission], _ refusal: LogRefusal) {
        for prepared in batch { prepared.answer.resume(returning: .failure(refusal)) }
    }

    /// Nobody waits: the time to copy the WAL.
    private func rest(_ work: inout Work) {
        guard work.state.walPages >= options.checkpointPages else { return }
        copyWAL(truncating: false, &work)
    }

    private func copyWAL(truncating: Bool, _ work: inout Work) {
        guard let statements = work.statements else { return }
        do throws(StorageError) {
            try database.failIfAsked(.checkpoint(.log))
            let isDone = try database.access { _ in
                if truncating { database.walCuts.add(1, ordering: .relaxed) }
                return try statements.copyWAL(truncating: truncating)
            }
            _ = statements.takePagesWritten()
            if isDone { work.state.walPages = 0 }
        } catch {
            if case .full = error { return }
            refuse([], error, &work)
        }
    }
}
