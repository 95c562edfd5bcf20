internal import Synchronization

/// The requests that are being answered. Whoever destroys something waits until all that began before have ended: they may
/// hold what they read before it was forbidden.
final class CallBarrier: Sendable {
    private struct State {
        var next: UInt64 = 0
        var open: Set<UInt64> = []
        /// Whoever waits until no call below a number is open.
        var waiting: [(below: UInt64, continuation: CheckedContinuation<Void, Never>)] = []

        mutating func takeClear() -> [CheckedContinuation<Void, Never>] {
            let oldest = open.min() ?? .max
            let clear = waiting.filter { $0.below <= oldest }
            waiting.removeAll { $0.below <= oldest }
            return clear.map(\.continuation)
        }
    }

    private let state = Mutex(State())

    /// Answers one request.
    func run<R: Sendable, E: Error>(_ body: () async throws(E) -> R) async throws(E) -> R {
        let number = state.withLock { state in
            defer { state.next += 1 }
            state.open.insert(state.next)
            return state.next
        }
        defer {
            let clear = state.withLock { state in
                state.open.remove(number)
                return state.takeClear()
            }
            for continuation in clear { continuation.resume() }
        }
        return try await body()
    }

    /// Returns when every request that had begun before this call has been answered; later ones may be open. Must not be
    /// called by one of them.
    func drain() async {
        await withCheckedContinuation { continuation in
            let isClear = state.withLock { state in
                if state.open.isEmpty { return true }
                state.waiting.append((state.next, continuation))
                return false
            }
            if isClear { continuation.resume() }
        }
    }
}
