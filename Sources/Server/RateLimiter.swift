internal import Synchronization

/// A token bucket per user id: `rate` tokens a second, at most twice that in store.
final class RateLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var milliseconds: Int64
    }

    private let rate: Double
    private let buckets = Mutex<[UInt32: Bucket]>([:])

    init(requestsPerSecond: Int) { rate = Double(requestsPerSecond) }

    /// Takes a token; false when there is none. `now` is in milliseconds; a clock that goes back adds nothing.
    func admits(_ user: UInt32, now: Int64) -> Bool {
        buckets.withLock { buckets in
            var bucket = buckets[user] ?? Bucket(tokens: rate * 2, milliseconds: now)
            let elapsed = max(0, now - bucket.milliseconds)
            bucket.tokens = min(rate * 2, bucket.tokens + Double(elapsed) * rate / 1_000)
            bucket.milliseconds = max(now, bucket.milliseconds)
            defer { buckets[user] = bucket }
            guard bucket.tokens >= 1 else { return false }
            bucket.tokens -= 1
            return true
        }
    }
}
