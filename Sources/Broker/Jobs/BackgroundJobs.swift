internal import Synchronization
internal import Turnstile

/// Whose turn it is among the jobs that go through everything and take minutes. One at a time: two rotations would seal
/// the same rows, and a scrub would take what a rotation has half done for damage.
final class BackgroundJobs: Sendable {
    enum Kind: CaseIterable {
        case rotation, scrub, backup

        /// What whoever must wait is told.
        var isRunning: String {
            switch self {
            case .rotation: "a rotation is running; see coffer keys status"
            case .scrub: "a scrub is running; see coffer scrub --status"
            case .backup: "archives are being made; see coffer backup status"
            }
        }
    }

    private struct State {
        var running: Kind?
        var task: Task<Void, Never>?
        var isOver = false
    }

    private let state = Mutex(State())

    /// Takes the turn, if nobody has it; `then` runs before anyone else can ask.
    ///
    /// - Throws: a conflict that names the kind that runs.
    fileprivate func begin(_ kind: Kind, _ then: () -> Void) throws(RequestRefusal) {
        try state.withLock { (state) throws(RequestRefusal) in
            if state.isOver { throw .stopping }
            if let running = state.running { throw .conflict(running.isRunning) }
            state.running = kind
            then()
        }
    }

    /// Gives the turn back: whoever sees what `then` writes can begin the next job.
    fileprivate func end(_ then: () -> Void) {
        state.withLock { state in
            state.running = nil
            state.task = nil
            then()
        }
    }

    /// Whether it was started; not after `stop`.
    fileprivate func start(_ body: @escaping @Sendable () async -> Void) -> Bool {
        state.withLock { state in
            guard !state.isOver else { return false }
            state.task = Task(priority: .utility) { await body() }
            return true
        }
    }

    /// Ends what runs, after the step it is in, and lets nothing begin any more.
    func stop() async {
        let task = state.withLock { state in
            state.isOver = true
            return state.task
        }
        task?.cancel()
        await task?.value
    }
}

/// The jobs of one kind: the one that runs, or the last one of this process.
///
/// Whoever has begun must `start` or `cancel`; the turn is not given back otherwise.
final class BackgroundJob<Progress: Sendable>: Sendable {
    enum State: String {
        case running, done, failed
    }

    private let kind: BackgroundJobs.Kind
    private let jobs: BackgroundJobs
    private let run = Mutex<(state: State, progress: Progress)?>(nil)
    /// What `last` was before the turn was taken.
    private let before = Mutex<(state: State, progress: Progress)?>(nil)

    init(_ kind: BackgroundJobs.Kind, of jobs: BackgroundJobs) {
        self.kind = kind
        self.jobs = jobs
    }

    /// None before the first.
    var last: (state: State, progress: Progress)? { run.withLock { $0 } }

    /// Takes the turn.
    ///
    /// - Throws: a conflict that names what runs already, of whichever kind.
    func begin(_ progress: Progress) throws(RequestRefusal) {
        try jobs.begin(kind) {
            run.withLock { run in
                before.withLock { $0 = run }
                run = (.running, progress)
            }
        }
    }

    func update(_ change: (inout Progress) -> Void) {
        run.withLock { run in
            guard var changed = run else { return }
            change(&changed.progress)
            run = changed
        }
    }

    /// Runs in the background until it is over or the vault closes. Cancellation by the latter is a failure.
    func start(_ body: @escaping @Sendable () async throws -> Void) {
        let isStarted = jobs.start { [self] in
            do {
                try await body()
                end(.done)
            } catch { end(.failed) }
        }
        if !isStarted { end(.failed) }
    }

    /// Gives the turn back without having started: what ran last is what it was before.
    func cancel() {
        jobs.end { run.withLock { run in run = before.withLock { $0 } } }
    }

    private func end(_ state: State) { jobs.end { run.withLock { $0?.state = state } } }
}
