import Foundation

/// What clients measured that worked at the same time.
struct Load {
    /// Requests a second.
    let perSecond: Double
    /// Milliseconds of one request.
    let median: Double
    let percentile99: Double
    /// Processor time of the broker for one request.
    let processorMicroseconds: Double

    /// Lets each client send what it has prepared, all at once.
    init(_ clients: [LoadClient], _ bench: Workbench) throws {
        let results = Results()
        let processor = bench.processorSeconds()
        let start = monotonicSeconds()
        for client in clients {
            Thread {
                do { results.add(try client.run()) } catch { results.fail("\(error)") }
            }.start()
        }
        results.wait(for: clients.count)
        let elapsed = monotonicSeconds() - start
        let times = try results.sorted()
        perSecond = Double(times.count) / elapsed
        median = times[times.count / 2]
        percentile99 = times[times.count * 99 / 100]
        processorMicroseconds = (bench.processorSeconds() - processor) * 1e6 / Double(times.count)
    }
}

/// What the threads measured.
final class Results: @unchecked Sendable {  // Everything is behind the condition's lock.
    private let condition = NSCondition()
    private var times: [Double] = []
    private var failure: String?
    private var finished = 0

    func add(_ more: [Double]) {
        condition.lock()
        times += more
        finished += 1
        condition.signal()
        condition.unlock()
    }

    func fail(_ text: String) {
        condition.lock()
        failure = text
        finished += 1
        condition.signal()
        condition.unlock()
    }

    func wait(for count: Int) {
        condition.lock()
        while finished < count { condition.wait() }
        condition.unlock()
    }

    func sorted() throws -> [Double] {
        if let failure { throw Workbench.Failed(description: failure) }
        return times.sorted()
    }
}
