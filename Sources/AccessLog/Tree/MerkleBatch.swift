/// A batch of leaves appended to a tree of which only the frontier is at hand. It can prove each of its leaves: a proof
/// needs nodes made of the batch and, to their left, nothing but peaks of the frontier.
public struct MerkleBatch: Sendable {
    /// The tree before the batch.
    public let before: MerkleFrontier
    /// The tree after the batch.
    public let after: MerkleFrontier
    /// Per level, the complete nodes known, and the index of the first.
    private let levels: [(first: UInt64, nodes: [[UInt8]])]

    public init(after before: MerkleFrontier, leafHashes: [[UInt8]]) {
        self.before = before
        var frontier = before
        for hash in leafHashes { frontier.append(hash) }
        after = frontier

        var levels: [(first: UInt64, nodes: [[UInt8]])] = []
        var nodes = leafHashes
        var first = before.size
        for level in 0..<(UInt64.bitWidth - after.size.leadingZeroBitCount) {
            // The last node before the batch is a peak exactly where its index is even.
            if let peak = before.peak(level: level) {
                nodes.insert(peak, at: 0)
                first -= 1
            }
            // A level without nodes of the batch may still have a peak above it that a proof needs.
            levels.append((first, nodes))
            // `first` is even here: either the tree before had an even number of nodes, or the odd one was just added.
            var parents: [[UInt8]] = []
            parents.reserveCapacity(nodes.count / 2)
            for pair in stride(from: 0, to: nodes.count - 1, by: 2) {
                parents.append(Merkle.nodeHash(nodes[pair], nodes[pair + 1]))
            }
            nodes = parents
            first /= 2
        }
        self.levels = levels
    }

    /// Proof that the leaf at `index` is in the tree `after`; nil when the index is not in the batch.
    public func proof(for index: UInt64) -> [[UInt8]]? {
        guard index >= before.size, index < after.size else { return nil }
        return Merkle.inclusionProof(index: index, size: after.size) { level, place in
            let known = levels[level]
            return known.nodes[Int(place - known.first)]
        }
    }
}
