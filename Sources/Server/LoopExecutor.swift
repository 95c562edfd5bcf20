internal import NIOCore

/// Runs tasks on an event loop: a request is read, answered and written on one thread instead of being handed to a pool
/// and back, each time waking another thread. What takes long must yield or have a thread of its own.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
