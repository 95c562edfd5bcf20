/// The leaves under one tile of level 0, as tlog-tiles lays them out: each behind its length in two bytes, big-endian.
enum EntryBundle {
    static func encode(_ leaves: [Leaf]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(leaves.count * (Leaf.size + 2))
        for leaf in leaves {
            bytes.append(UInt8(Leaf.size >> 8))
            bytes.append(UInt8(Leaf.size & 0xFF))
            bytes += leaf.bytes
        }
        return bytes
    }

    /// The leaves of a bundle; nil unless it holds exactly `width` of them and nothing else.
    static func parse(_ bytes: [UInt8], width: Int) -> [Leaf]? {
        guard bytes.count == width * (Leaf.size + 2) else { return nil }
        var leaves: [Leaf] = []
        leaves.reserveCapacity(width)
        for start in stride(from: 0, to: bytes.count, by: Leaf.size + 2) {
            guard Int(bytes[start]) << 8 | Int(bytes[start + 1]) == Leaf.size,
                let leaf = Leaf(parsing: Array(bytes[(start + 2)..<(start + 2 + Leaf.size)]))
            else { return nil }
            leaves.append(leaf)
        }
        return leaves
    }
}
