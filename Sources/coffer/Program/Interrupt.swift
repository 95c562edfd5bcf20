import Glibc
import Synchronization

/// Ctrl-C while something is under way that should stop between two steps. A second one ends the process at once.
enum Interrupt {
    private static let flag = Atomic<Bool>(false)

    /// What stops a step in the middle.
    struct Happened: Error {}

    static var happened: Bool { flag.load(ordering: .relaxed) }

    static func watch() { watch([SIGINT]) }

    /// The same for every signal that asks a program to end: where it leaves something behind that must not stay.
    static func watchAll() { watch(all) }

    private static let all = [SIGINT, SIGTERM, SIGHUP]

    private static func watch(_ signals: [Int32]) {
        // Made here, because a signal handler must not be the first to touch it.
        flag.store(false, ordering: .relaxed)
        for number in signals where !isIgnored(number) {
            signal(number) { number in
                Interrupt.flag.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }

    static func unwatch() { for number in all where !isIgnored(number) { signal(number, SIG_DFL) } }

    /// As `nohup` does it with SIGHUP: that stays so.
    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        guard unsafe sigaction(number, nil, &action) == 0 else { return false }
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
