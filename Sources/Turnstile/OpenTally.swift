/// Records opened by one person within one window of time, counted in buckets.
///
/// A bucket counts until its last moment has left the window. The window is thereby up to one bucket longer than its
/// name says, and never shorter: nobody opens more than the limit in any such span.
struct OpenTally: Sendable {
    let windowMilliseconds: Int64
    let bucketMilliseconds: Int64
    /// In the order of time; each holds at least one.
    private var buckets: [(index: Int64, count: Int)] = []
    /// Of all buckets: a busy till has a thousand of them, and asks before every read.
    private var total = 0

    init(windowMilliseconds: Int64, bucketMilliseconds: Int64) {
        self.windowMilliseconds = windowMilliseconds
        self.bucketMilliseconds = bucketMilliseconds
    }

    /// Adds opens of a moment, in milliseconds since 1970. Moments may come in any order.
    mutating func add(_ count: Int, at time: Int64) {
        let index = time / bucketMilliseconds
        let position = buckets.lastIndex { $0.index <= index }
        total += count
        if let position, buckets[position].index == index {
            buckets[position].count += count
        } else {
            buckets.insert((index, count), at: position.map { $0 + 1 } ?? 0)
        }
    }

    /// Takes back what `add` was given.
    mutating func remove(_ count: Int, at time: Int64) {
        let index = time / bucketMilliseconds
        guard let position = buckets.lastIndex(where: { $0.index == index }) else { return }
        let removed = min(count, buckets[position].count)
        buckets[position].count -= removed
        total -= removed
        if buckets[position].count == 0 { buckets.remove(at: position) }
    }

    /// Forgets what has left the window.
    mutating func expire(at now: Int64) {
        let gone = buckets.prefix { leaves($0.index) <= now }
        guard !gone.isEmpty else { return }
        total -= gone.reduce(0) { $0 + $1.count }
        buckets.removeFirst(gone.count)
    }

    /// How many count at this moment.
    func used(at now: Int64) -> Int {
        buckets.prefix { leaves($0.index) <= now }.reduce(total) { $0 - $1.count }
    }

    /// When one more fits below `limit`; nil when it does now.
    func frees(limit: Int, at now: Int64) -> Int64? {
        var used = used(at: now)
        guard used >= limit else { return nil }
        for bucket in buckets where leaves(bucket.index) > now {
            used -= bucket.count
            if used < limit { return leaves(bucket.index) }
        }
        return nil
    }

    private func leaves(_ index: Int64) -> Int64 { (index + 1) * bucketMilliseconds + windowMilliseconds }
}
