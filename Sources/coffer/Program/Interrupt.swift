import Glibc
import Synchronization

/// Ctrl-C while something is under way that should stop between two steps. A second one ends the process at once.
enum Interrupt {
    private static let flag = Atomic<Bool>(false)

    static var happened: Bool { flag.load(ordering: .relaxed) }

    static func watch() {
        // Made here, because a signal handler must not be the first to touch it.
        flag.store(false, ordering: .relaxed)
        signal(SIGINT) { number in
            Interrupt.flag.store(true, ordering: .relaxed)
            signal(number, SIG_DFL)
        }
    }

    static func unwatch() { signal(SIGINT, SIG_DFL) }
}
