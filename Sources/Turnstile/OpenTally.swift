/// Records opened by one person within one window of time, counted in buckets.
///
/// A bucket counts until its last moment has left the window. The window is thereby up to one bucket longer than its
/// name says, and never shorter: nobody opens more than the limit in any such span.
struct OpenTally: Equatable, Sendable {
    let windowMilliseconds: Int64
    let bucketMilliseconds: Int64
    /// In the order of time; each holds at least one.
    private var buckets: [(index: Int64, count: Int)] = []

    init(windowMilliseconds: Int64, bucketMilliseconds: Int64) {
        self.windowMilliseconds = windowMilliseconds
        self.bucketMilliseconds = bucketMilliseconds
    }

    static func == (lhs: OpenTally, rhs: OpenTally) -> Bool {
        lhs.windowMilliseconds == rhs.windowMilliseconds && lhs.bucketMilliseconds == rhs.bucketMilliseconds
            && lhs.buckets.elementsEqual(rhs.buckets) { $0 == $1 }
    }

    /// Adds opens of a moment, in milliseconds since 1970. Moments may come in any order.
    mutating func add(_ count: Int, at time: Int64) {
        let index = time / bucketMilliseconds
        let position = buckets.lastIndex { $0.index <= index }
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
        buckets[position].count -= count
        if buckets[position].count <= 0 { buckets.remove(at: position) }
    }

    /// Forgets what has left the window.
    mutating func expire(at now: Int64) {
        let gone = buckets.prefix { leaves($0.index) <= now }.count
        if gone > 0 { buckets.removeFirst(gone) }
    }

    /// How many count at this moment.
    func used(at now: Int64) -> Int {
        buckets.reduce(0) { leaves($1.index) <= now ? $0 : $0 + $1.count }
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
