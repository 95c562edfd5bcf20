internal import Synchronization
internal import Wire

/// The scrub that runs, or the last one of this process.
final class Scrubs: Sendable {
    struct Run: Sendable {
        var state = "running"
        var done = 0
        var total = 0
        var opened = 0
        var repaired = 0
        var orphans = 0
        var findings: [ScrubStatus.Finding] = []
    }

    private let run = Mutex<Run?>(nil)
    private let task = Mutex<Task<Void, Never>?>(nil)

    var last: Run? { run.withLock { $0 } }

    /// Whether a scrub may begin now; if so, it has.
    func begin() -> Bool {
        run.withLock { run in
            guard run?.state != "running" else { return false }
            run = Run()
            return true
        }
    }

    func update(_ change: (inout Run) -> Void) {
        run.withLock { run in
            guard var changed = run else { return }
            change(&changed)
            run = changed
        }
    }

    func start(_ body: @escaping @Sendable () async -> Void) {
        task.withLock { $0 = Task(priority: .utility) { await body() } }
    }

    func stop() async {
        let task = task.withLock { $0 }
        task?.cancel()
        await task?.value
    }
}
