import Synchronization

/// Hands out request numbers that are reserved on the disk already.
final class CounterSupply: Sendable {
    private struct Reserved {
        var next: UInt64 = 1
        var last: UInt64 = 0
    }

    private let counter: RequestCounter
    private let batch: UInt64
    private let reserved = Mutex(Reserved())

    init(_ counter: RequestCounter, batch: UInt64) {
        self.counter = counter
        self.batch = batch
    }

    func next() throws(StateError) -> UInt64 {
        try reserved.withLock { reserved throws(StateError) in
            if reserved.next > reserved.last {
                let range = try counter.reserve(batch)
                reserved = Reserved(next: range.lowerBound, last: range.upperBound)
            }
            defer { reserved.next += 1 }
            return reserved.next
        }
    }
}
