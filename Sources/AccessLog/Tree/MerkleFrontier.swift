/// The right edge of a tree: the roots of its complete subtrees. It is all that appending needs, and together with a
/// batch of new leaves all that proving them needs.
public struct MerkleFrontier: Equatable, Sendable {
    /// Number of leaves.
    public private(set) var size: UInt64 = 0
    /// Roots of the complete subtrees, largest first: one for each 1 in the binary form of `size`.
    public private(set) var peaks: [[UInt8]] = []

    public init() {}

    /// Restores a stored frontier; returns nil unless there is one 32-byte peak for each 1 bit of `size`.
    public init?(size: UInt64, peaks: [[UInt8]]) {
        guard peaks.count == size.nonzeroBitCount, peaks.allSatisfy({ $0.count == Merkle.hashSize }) else { return nil }
        self.size = size
        self.peaks = peaks
    }

    /// The frontier of the first `size` leaves of a tree whose nodes can be asked for.
    public init<Failure: Error>(
        size: UInt64, node: (_ level: Int, _ index: UInt64) throws(Failure) -> [UInt8]
    ) throws(Failure) {
        self.size = size
        for level in stride(from: 63, through: 0, by: -1) where size >> level & 1 == 1 {
            peaks.append(try node(level, (size >> level) - 1))
        }
    }

    public mutating func append(_ leafHash: [UInt8]) {
        precondition(leafHash.count == Merkle.hashSize, "a leaf hash has 32 bytes")
        var hash = leafHash
        for _ in 0..<(~size).trailingZeroBitCount {
            hash = Merkle.nodeHash(peaks.removeLast(), hash)
        }
        peaks.append(hash)
        size += 1
    }

    /// RFC 6962 root of the tree.
    public func root() -> [UInt8] {
        guard var hash = peaks.last else { return Merkle.emptyRoot }
        for peak in peaks.dropLast().reversed() { hash = Merkle.nodeHash(peak, hash) }
        return hash
    }

    /// The root of the complete subtree of 2^level leaves that ends the tree at that level, if there is one.
    func peak(level: Int) -> [UInt8]? {
        guard level < 64, size >> level & 1 == 1 else { return nil }
        // Peaks of lower levels stand behind this one.
        let behind = (size & ((1 << UInt64(level)) - 1)).nonzeroBitCount
        return peaks[peaks.count - 1 - behind]
    }

    /// Proof that `batch[index - size]` is leaf `index` of the tree that `batch` extends this one to. For several proofs
    /// of one batch, use `MerkleBatch`, which hashes the batch once.
    ///
    /// Returns nil when the index is not in the batch.
    public func proof(for index: UInt64, in batch: [[UInt8]]) -> [[UInt8]]? {
        MerkleBatch(after: self, leafHashes: batch).proof(for: index)
    }
}
