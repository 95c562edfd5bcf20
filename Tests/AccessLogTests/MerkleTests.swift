import AccessLog
import Primitives
import Testing

/// The definition of RFC 6962, section 2.1, written as it reads: the oracle for the fast ways.
enum ReferenceTree {
    static func split(_ count: Int) -> Int {
        var half = 1
        while half * 2 < count { half *= 2 }
        return half
    }

    static func root(_ hashes: [[UInt8]]) -> [UInt8] {
        if hashes.isEmpty { return SHA256.hash([]) }
        if hashes.count == 1 { return hashes[0] }
        let half = split(hashes.count)
        return SHA256.hash([1] + root(Array(hashes[..<half])) + root(Array(hashes[half...])))
    }

    static func path(_ index: Int, _ hashes: [[UInt8]]) -> [[UInt8]] {
        if hashes.count == 1 { return [] }
        let half = split(hashes.count)
        return index < half
            ? path(index, Array(hashes[..<half])) + [root(Array(hashes[half...]))]
            : path(index - half, Array(hashes[half...])) + [root(Array(hashes[..<half]))]
    }

    static func subproof(_ old: Int, _ hashes: [[UInt8]], _ whole: Bool) -> [[UInt8]] {
        if old == hashes.count { return whole ? [] : [root(hashes)] }
        let half = split(hashes.count)
        return old <= half
            ? subproof(old, Array(hashes[..<half]), whole) + [root(Array(hashes[half...]))]
            : subproof(old - half, Array(hashes[half...]), false) + [root(Array(hashes[..<half]))]
    }

    static func leafHashes(_ count: Int) -> [[UInt8]] { (0..<count).map { Merkle.leafHash(Array("leaf \($0)".utf8)) } }
}

struct MerkleTests {
    private static let hashes = ReferenceTree.leafHashes(130)

    /// Nodes of a small tree, straight from the definition.
    private static func node(_ level: Int, _ index: UInt64) -> [UInt8] {
        let first = Int(index) << level
        return ReferenceTree.root(Array(hashes[first..<first + 1 << level]))
    }

    @Test func `the frontier has the root of the definition at every size`() {
        var frontier = MerkleFrontier()
        #expect(frontier.root() == Merkle.emptyRoot)
        for (place, hash) in Self.hashes.enumerated() {
            frontier.append(hash)
            #expect(frontier.size == UInt64(place + 1))
            #expect(frontier.root() == ReferenceTree.root(Array(Self.hashes[...place])))
        }
    }

    @Test func `a frontier restored from peaks or from nodes goes on as if it had never stopped`() throws {
        var frontier = MerkleFrontier()
        for hash in Self.hashes.prefix(77) { frontier.append(hash) }
        let restored = try #require(MerkleFrontier(size: 77, peaks: frontier.peaks))
        #expect(restored == frontier)
        #expect(MerkleFrontier(size: 77, node: Self.node) == frontier)
        #expect(MerkleFrontier(size: 79, peaks: frontier.peaks) == nil)
        #expect(MerkleFrontier(size: 1, peaks: [[1, 2, 3]]) == nil)
    }

    @Test func `every leaf of every batch is proved by the frontier before it and the batch alone`() throws {
        for before in 0..<40 {
            var frontier = MerkleFrontier()
            for hash in Self.hashes.prefix(before) { frontier.append(hash) }
            for count in 1...33 {
                let all = Array(Self.hashes.prefix(before + count))
                let batch = MerkleBatch(after: frontier, leafHashes: Array(all[before...]))
                #expect(batch.after.root() == ReferenceTree.root(all))
                for index in before..<before + count {
                    #expect(batch.proof(for: UInt64(index)) == ReferenceTree.path(index, all))
                }
                #expect(batch.proof(for: UInt64(before + count)) == nil)
                if before > 0 { #expect(batch.proof(for: UInt64(before - 1)) == nil) }
            }
        }
        let one = MerkleFrontier().proof(for: 2, in: Array(Self.hashes.prefix(5)))
        #expect(one == ReferenceTree.path(2, Array(Self.hashes.prefix(5))))
    }

    @Test func `inclusion proofs are those of the definition and verify`() {
        for size in 1...70 {
            let tree = Array(Self.hashes.prefix(size))
            let root = ReferenceTree.root(tree)
            for index in 0..<size {
                let proof = Merkle.inclusionProof(index: UInt64(index), size: UInt64(size), node: Self.node)
                #expect(proof == ReferenceTree.path(index, tree))
                #expect(
                    Merkle.isIncluded(
                        leafHash: tree[index], index: UInt64(index), size: UInt64(size), root: root, proof: proof))
            }
        }
    }

    @Test func `consistency proofs are those of the definition and verify`() {
        for new in 1...70 {
            let tree = Array(Self.hashes.prefix(new))
            for old in 1...new {
                let proof = Merkle.consistencyProof(old: UInt64(old), new: UInt64(new), node: Self.node)
                #expect(proof == (old == new ? [] : ReferenceTree.subproof(old, tree, true)))
                #expect(
                    Merkle.isConsistent(
                        old: UInt64(old), oldRoot: ReferenceTree.root(Array(tree[..<old])), new: UInt64(new),
                        newRoot: ReferenceTree.root(tree), proof: proof))
            }
        }
    }

    @Test func `a proof for another index, size or root, or with a hash more or less, is refused`() {
        let tree = Array(Self.hashes.prefix(13))
        let root = ReferenceTree.root(tree)
        let proof = ReferenceTree.path(6, tree)
        func accepts(
            _ leaf: [UInt8] = tree[6], _ index: UInt64 = 6, _ size: UInt64 = 13, _ root: [UInt8] = root,
            _ proof: [[UInt8]] = proof
        ) -> Bool {
            Merkle.isIncluded(leafHash: leaf, index: index, size: size, root: root, proof: proof)
        }
        #expect(accepts())
        for index in 0..<14 where index != 6 { #expect(!accepts(tree[6], UInt64(index))) }
        for size: UInt64 in [0, 1, 6, 7, 8, 17, .max] { #expect(!accepts(tree[6], 6, size)) }
        #expect(!accepts(tree[5]))
        #expect(!accepts(tree[6], 6, 13, tree[0]))
        #expect(!accepts(tree[6], 6, 13, root, Array(proof.dropLast())))
        #expect(!accepts(tree[6], 6, 13, root, proof + [tree[0]]))
        #expect(!accepts(tree[6], 6, 13, root, [Array(proof[0].dropLast())] + proof.dropFirst()))
        #expect(!accepts(tree[6], .max, 13))
    }

    @Test func `an inner node is no leaf`() {
        let inner = Merkle.nodeHash(Self.hashes[0], Self.hashes[1])
        // A tree of two leaves pretending to be a tree of one whose leaf is the node above them.
        #expect(Merkle.leafHash(Self.hashes[0] + Self.hashes[1]) != inner)
        let root = ReferenceTree.root(Array(Self.hashes.prefix(4)))
        let upper = Merkle.nodeHash(Self.hashes[2], Self.hashes[3])
        #expect(!Merkle.isIncluded(leafHash: inner, index: 0, size: 4, root: root, proof: [upper]))
    }

    @Test func `a fork of equal size is not consistent`() {
        let tree = Array(Self.hashes.prefix(9))
        var fork = tree
        fork[8] = Self.hashes[20]
        let roots = (ReferenceTree.root(tree), ReferenceTree.root(fork))
        #expect(!Merkle.isConsistent(old: 9, oldRoot: roots.0, new: 9, newRoot: roots.1, proof: []))
        #expect(Merkle.isConsistent(old: 9, oldRoot: roots.0, new: 9, newRoot: roots.0, proof: []))
        #expect(!Merkle.isConsistent(old: 9, oldRoot: roots.0, new: 9, newRoot: roots.0, proof: [tree[0]]))
        #expect(!Merkle.isConsistent(old: 9, oldRoot: roots.0, new: 8, newRoot: roots.0, proof: []))
    }
}
