internal import Synchronization

/// A signal that is sent once and may be waited for by one task.
final class StopSignal: Sendable {
    private enum State {
        case quiet
        case waited(CheckedContinuation<Void, Never>)
        case sent
    }

    private let state = Mutex(State.quiet)

    func send() {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state = .sent }
            if case .waited(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume()
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let wasSent = state.withLock { state -> Bool in
                if case .sent = state { return true }
                state = .waited(continuation)
                return false
            }
            if wasSent { continuation.resume() }
        }
    }
}
