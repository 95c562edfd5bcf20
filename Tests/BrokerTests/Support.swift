import Host
import Synchronization

/// A clock that stands where the test puts it.
final class HandClock: WallClock {
    private let now: Mutex<Int64>

    init(_ milliseconds: Int64 = 1_795_300_000_000) { now = Mutex(milliseconds) }

    func nowMilliseconds() -> Int64 { now.withLock { $0 } }
    func advance(seconds: Int64) { now.withLock { $0 += seconds * 1_000 } }
}
