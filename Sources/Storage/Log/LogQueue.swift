import Synchronization

/// Submissions on their way to the writer: bounded, in order, taken in batches.
///
/// The queue decides whether the writer must be woken: only when it was idle. While a batch is being synced, the next
/// one gathers here; there is no timer.
final class LogQueue: Sendable {
    private struct State {
        var waiting: [PreparedSubmission] = []
        var resolved: [UInt64] = []
        var isDraining = false
        var isClosed = false
    }

    enum Arrival {
        /// Wake the writer.
        case wake
        case queued
        case overloaded
        case closed
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let batchSize: Int

    init(capacity: Int, batchSize: Int) {
        self.capacity = capacity
        self.batchSize = batchSize
    }

    func add(_ submission: PreparedSubmission) -> Arrival {
        state.withLock { state in
            if state.isClosed { return .closed }
            guard state.waiting.count < capacity else { return .overloaded }
            state.waiting.append(submission)
            if state.isDraining { return .queued }
            state.isDraining = true
            return .wake
        }
    }

    /// The next batch: up to `batchSize`, and nothing behind a submission that registers a block. Empty when nothing
    /// waits.
    func take() -> [PreparedSubmission] {
        state.withLock { state in
            let limit = min(batchSize, state.waiting.count)
            let cut = state.waiting[..<limit].firstIndex { $0.endsBatch }.map { $0 + 1 } ?? limit
            let batch = Array(state.waiting[..<cut])
            state.waiting.removeFirst(cut)
            return batch
        }
    }

    /// The writer goes idle if nothing has come meanwhile. Returns whether it did.
    func rest() -> Bool {
        state.withLock { state in
            guard state.waiting.isEmpty else { return false }
            state.isDraining = false
            return true
        }
    }

    /// Takes nothing more; what waits is still to be written.
    func close() { state.withLock { $0.isClosed = true } }

    /// Takes nothing more and returns everything that waits, to be refused.
    func abandon() -> [PreparedSubmission] {
        state.withLock { state in
            state.isClosed = true
            let rest = state.waiting
            state.waiting = []
            return rest
        }
    }

    // MARK: - Intents that have become rows

    func resolve(_ seq: UInt64) { state.withLock { $0.resolved.append(seq) } }

    func takeResolved() -> [UInt64] {
        state.withLock { state in
            let resolved = state.resolved
            state.resolved = []
            return resolved
        }
    }

    func putBack(resolved: [UInt64]) { state.withLock { $0.resolved += resolved } }
}
