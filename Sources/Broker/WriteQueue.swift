internal import Synchronization

/// Lets one change of the vault's rows run at a time, first come, first served: between the look for duplicates and the
/// commit nobody else may add the same customer.
final class WriteQueue: Sendable {
    private enum State {
        case free
        case taken(waiting: [CheckedContinuation<Void, Never>])
    }

    private let state = Mutex(State.free)

    /// Runs `body` alone. Waiting holds no thread.
    func run<R: Sendable, E: Error>(_ body: () async throws(E) -> R) async throws(E) -> R {
        await enter()
        defer { leave() }
        return try await body()
    }

    /// For whoever cannot put what runs into one closure; `leave` must follow.
    func enter() async {
        await withCheckedContinuation { continuation in
            let mayEnter = state.withLock { state in
                switch state {
                case .free:
                    state = .taken(waiting: [])
                    return true
                case .taken(let waiting):
                    state = .taken(waiting: waiting + [continuation])
                    return false
                }
            }
            if mayEnter { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard case .taken(var waiting) = state, !waiting.isEmpty else {
                state = .free
                return nil
            }
            let next = waiting.removeFirst()
            state = .taken(waiting: waiting)
            return next
        }
        next?.resume()
    }
}
