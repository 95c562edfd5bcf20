import Authority
import Policy

/// Parts that are gone, and the orders to destroy them. An order stands in the log after the entries it is about, so
/// judgement waits for the end.
struct PurgeReplay {
    private struct Run {
        let part: LogPart
        var indices: ClosedRange<UInt64>
        /// The time of the newest entry in the run, as far as it is known, in milliseconds.
        var latest: Int64
    }

    private struct Order {
        let index: UInt64
        let time: Int64
        let block: PurgeBlock
        let retention: LogRetention
    }

    private var missing: [Run] = []
    private var last: [LogPart: Int] = [:]
    private var orders: [Order] = []

    /// Notes that a part was destroyed. `time` is that of the entry, or of the last one whose core is known.
    mutating func miss(_ part: LogPart, at index: UInt64, time: Int64) {
        // Months are ordered one by one: what is judged together is of one month.
        if let place = last[part], missing[place].indices.upperBound + 1 == index,
            LogMonth.of(missing[place].latest) == LogMonth.of(time)
        {
            missing[place].indices = missing[place].indices.lowerBound...index
            missing[place].latest = time
        } else {
            last[part] = missing.count
            missing.append(Run(part: part, indices: index...index, latest: time))
        }
    }

    /// `retention` is what the policy in force at that index said.
    mutating func order(_ block: PurgeBlock, at index: UInt64, time: Int64, _ retention: LogRetention) {
        orders.append(Order(index: index, time: time, block: block, retention: retention))
    }

    /// A finding for each run, or piece of a run, that no order covers, or an order that came too early.
    func findings() -> [LogFinding] {
        missing.flatMap(findings(in:))
    }

    private func findings(in run: Run) -> [LogFinding] {
        var findings: [LogFinding] = []
        var index = run.indices.lowerBound
        while index <= run.indices.upperBound {
            guard let (order, range) = order(for: run.part, at: index) else {
                findings.append(LogFinding(index: index, part: run.part, problem: .purgedWithoutOrder))
                // The rest of the run is reported once, from where an order begins again.
                guard let next = nextOrdered(run, after: index) else { break }
                index = next
                continue
            }
            let kept = run.part == .core ? order.retention.coreMonths : order.retention.detailMonths
            if !LogRetention.isOver(months: kept, of: LogMonth.of(run.latest), in: LogMonth.of(order.time)) {
                findings.append(LogFinding(index: index, part: run.part, problem: .purgedEarly))
            }
            guard range.upperBound < run.indices.upperBound else { break }
            index = range.upperBound + 1
        }
        return findings
    }

    private func nextOrdered(_ run: Run, after index: UInt64) -> UInt64? {
        let starts = orders.filter { $0.block.parts.contains(run.part.rawValue) }
            .flatMap(\.block.ranges).map { UInt64($0.lowerBound) }
        return starts.filter { $0 > index && run.indices.contains($0) }.min()
    }

    private func order(for part: LogPart, at index: UInt64) -> (Order, ClosedRange<UInt64>)? {
        for order in orders where order.index > index && order.block.parts.contains(part.rawValue) {
            for range in order.block.ranges where range.contains(Int64(clamping: index)) {
                // An order reaches no further than the entries before it.
                return (order, UInt64(range.lowerBound)...min(UInt64(range.upperBound), order.index - 1))
            }
        }
        return nil
    }
}
