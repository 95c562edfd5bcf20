import Foundation

/// How fast a leaver is out: one client reads without pause while the owner runs the command.
enum Leaver {
    /// Milliseconds from the start of the command to the first request that is not answered, and to the command's end.
    static func measure(_ bench: Workbench, _ who: String, customer: String) throws -> (refusal: Double, end: Double) {
        let client = try LoadClient(bench, who)
        try client.prepareShow([customer], count: 8_000)
        let ended = Ended()
        let thread = Thread {
            // Ends with the refusal, or with the connection.
            _ = try? client.run()
            ended.set(monotonicSeconds())
        }
        thread.start()
        usleep(200_000)
        let start = monotonicSeconds()
        try bench.coffer("owner", "staff", "offboard", who)
        let end = monotonicSeconds()
        return ((ended.wait() - start) * 1_000, (end - start) * 1_000)
    }
}

/// A moment that one thread sets and another waits for.
private final class Ended: @unchecked Sendable {  // Everything is behind the condition's lock.
    private let condition = NSCondition()
    private var moment: Double?

    func set(_ moment: Double) {
        condition.lock()
        self.moment = moment
        condition.signal()
        condition.unlock()
    }

    func wait() -> Double {
        condition.lock()
        defer { condition.unlock() }
        while moment == nil { condition.wait() }
        return moment ?? .nan
    }
}
