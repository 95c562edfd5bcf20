extension Merkle {
    /// Whether `proof` shows that a leaf with `leafHash` stands at `index` of the tree of `size` leaves with `root`.
    ///
    /// RFC 9162, section 2.1.3.2: the proof must have exactly the length that index and size demand.
    public static func isIncluded(
        leafHash: [UInt8], index: UInt64, size: UInt64, root: [UInt8], proof: [[UInt8]]
    ) -> Bool {
        guard index < size, leafHash.count == hashSize, root.count == hashSize,
            proof.allSatisfy({ $0.count == hashSize })
        else { return false }
        var place = index
        var last = size - 1
        var hash = leafHash
        for sibling in proof {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                hash = nodeHash(sibling, hash)
                // A node that ends its level has no sibling there: its parent is itself.
                while place & 1 == 0, place > 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                hash = nodeHash(hash, sibling)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && hash == root
    }

    /// Whether `proof` shows that the tree of `new` leaves with `newRoot` begins with the tree of `old` leaves with
    /// `oldRoot`.
    ///
    /// RFC 9162, section 2.1.4.2. Equal sizes demand equal roots and an empty proof. That a tree begins with the empty
    /// one proves nothing and is refused: no checkpoint of size 0 leaves the vault.
    public static func isConsistent(
        old: UInt64, oldRoot: [UInt8], new: UInt64, newRoot: [UInt8], proof: [[UInt8]]
    ) -> Bool {
        guard old <= new, old > 0 else { return false }
        if old == new { return proof.isEmpty && oldRoot == newRoot }
        guard oldRoot.count == hashSize, newRoot.count == hashSize, proof.allSatisfy({ $0.count == hashSize }) else {
            return false
        }
        var hashes = proof[...]
        // The old tree is one complete subtree: its root starts both computations.
        if old.nonzeroBitCount == 1 { hashes = ([oldRoot] + proof)[...] }
        guard let first = hashes.popFirst() else { return false }
        var place = old - 1
        var last = new - 1
        while place & 1 == 1 {
            place >>= 1
            last >>= 1
        }
        var oldHash = first
        var newHash = first
        for sibling in hashes {
            guard last > 0 else { return false }
            if place & 1 == 1 || place == last {
                oldHash = nodeHash(sibling, oldHash)
                newHash = nodeHash(sibling, newHash)
                while place & 1 == 0, place > 0 {
                    place >>= 1
                    last >>= 1
                }
            } else {
                newHash = nodeHash(newHash, sibling)
            }
            place >>= 1
            last >>= 1
        }
        return last == 0 && oldHash == oldRoot && newHash == newRoot
    }
}
