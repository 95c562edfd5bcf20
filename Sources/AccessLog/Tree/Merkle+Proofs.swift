extension Merkle {
    /// RFC 6962 audit path of the leaf at `index` in the tree of `size` leaves, from the leaf upwards.
    ///
    /// `node(level, index)` is the root of the complete subtree of the leaves [index · 2^level, (index + 1) · 2^level).
    /// It is asked only for subtrees inside the tree.
    public static func inclusionProof<Failure: Error>(
        index: UInt64, size: UInt64, node: (_ level: Int, _ index: UInt64) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [[UInt8]] {
        precondition(index < size, "a proof is for a leaf inside the tree")
        return try path(index, 0, size, node)
    }

    /// RFC 6962 consistency proof between the trees of the first `old` and the first `new` leaves. Empty when the sizes
    /// are equal or `old` is 0.
    public static func consistencyProof<Failure: Error>(
        old: UInt64, new: UInt64, node: (_ level: Int, _ index: UInt64) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [[UInt8]] {
        precondition(old <= new, "a tree only grows")
        if old == 0 || old == new { return [] }
        return try subproof(old, 0, new, whole: true, node)
    }

    /// Root of the leaves [low, high), where low is a multiple of a power of two that is at least high - low.
    public static func rangeRoot<Failure: Error>(
        _ low: UInt64, _ high: UInt64, node: (_ level: Int, _ index: UInt64) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [UInt8] {
        if low == high { return emptyRoot }
        let count = high - low
        if count.nonzeroBitCount == 1 {
            let level = count.trailingZeroBitCount
            return try node(level, low >> level)
        }
        let split = low + splitPoint(count)
        return nodeHash(try rangeRoot(low, split, node: node), try rangeRoot(split, high, node: node))
    }

    /// The largest power of two below `count`, for `count` of at least 2.
    private static func splitPoint(_ count: UInt64) -> UInt64 {
        1 << UInt64(63 - (count - 1).leadingZeroBitCount)
    }

    private static func path<Failure: Error>(
        _ index: UInt64, _ low: UInt64, _ high: UInt64, _ node: (Int, UInt64) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [[UInt8]] {
        if high - low == 1 { return [] }
        let split = low + splitPoint(high - low)
        if index < split {
            return try path(index, low, split, node) + [try rangeRoot(split, high, node: node)]
        }
        return try path(index, split, high, node) + [try rangeRoot(low, split, node: node)]
    }

    /// `whole` says that the old tree is exactly [low, ...), so that its root is known to the verifier already.
    private static func subproof<Failure: Error>(
        _ old: UInt64, _ low: UInt64, _ high: UInt64, whole: Bool, _ node: (Int, UInt64) throws(Failure) -> [UInt8]
    ) throws(Failure) -> [[UInt8]] {
        if old == high { return whole ? [] : [try rangeRoot(low, high, node: node)] }
        let split = low + splitPoint(high - low)
        if old <= split {
            return try subproof(old, low, split, whole: whole, node) + [try rangeRoot(split, high, node: node)]
        }
        return try subproof(old, split, high, whole: false, node) + [try rangeRoot(low, split, node: node)]
    }
}
