import Foundation

/// What clients measured that worked without pause for as long as something else took.
struct LoadWhile {
    /// Requests a second.
    let perSecond: Double
    /// Milliseconds of one request.
    let median: Double
    let percentile99: Double
    let worst: Double
    /// How long it took.
    let seconds: Double

    /// - Parameters:
    ///   - people: one client each.
    ///   - prepare: gives a client its next requests. One that is refused ends the measurement.
    init(
        _ bench: Workbench, _ people: [String], prepare: @escaping @Sendable (LoadClient, Int) throws -> Void,
        during body: () throws -> Void
    ) throws {
        let isOver = Flag()
        let results = Results()
        let start = monotonicSeconds()
        for (index, who) in people.enumerated() {
            let client = try LoadClient(bench, who)
            Thread {
                do {
                    var times: [Double] = []
                    while !isOver.value {
                        try prepare(client, index)
                        times += try client.run()
                    }
                    results.add(times)
                } catch { results.fail("\(error)") }
            }.start()
        }
        let failure = Result { try body() }
        let end = monotonicSeconds()
        isOver.set()
        results.wait(for: people.count)
        try failure.get()
        let times = try results.sorted()
        perSecond = Double(times.count) / (monotonicSeconds() - start)
        median = times[times.count / 2]
        percentile99 = times[times.count * 99 / 100]
        worst = times.last ?? .nan
        seconds = end - start
    }
}

private final class Flag: @unchecked Sendable {  // Everything is behind the lock.
    private let lock = NSLock()
    private var isSet = false

    func set() {
        lock.lock()
        isSet = true
        lock.unlock()
    }

    var value: Bool {
        lock.lock()
        defer { lock.unlock() }
        return isSet
    }
}
