internal import Synchronization
internal import Wire

/// The rotation that runs, or the last one of this process. One at a time: two would seal the same rows.
final class Rotations: Sendable {
    enum State: String {
        case running, done, failed
    }

    struct Run: Sendable {
        let rotation: KeyRotation
        var state = State.running
        var done = 0
        var total = 0
    }

    private let run = Mutex<Run?>(nil)
    private let task = Mutex<Task<Void, Never>?>(nil)

    var last: Run? { run.withLock { $0 } }

    /// Whether a rotation may begin now; if so, it has.
    func begin(_ rotation: KeyRotation) -> Bool {
        run.withLock { run in
            guard run?.state != .running else { return false }
            run = Run(rotation: rotation)
            return true
        }
    }

    func note(done: Int, of total: Int) {
        run.withLock { run in
            run?.done = done
            run?.total = total
        }
    }

    func end(_ state: State) { run.withLock { $0?.state = state } }

    /// Runs in the background until it is over or the vault closes.
    func start(_ body: @escaping @Sendable () async -> Void) {
        task.withLock { $0 = Task(priority: .utility) { await body() } }
    }

    /// Ends what runs, after the step it is in; the next start goes on with it.
    func stop() async {
        let task = task.withLock { $0 }
        task?.cancel()
        await task?.value
    }
}
