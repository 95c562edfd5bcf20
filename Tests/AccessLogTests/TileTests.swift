import AccessLog
import Primitives
import Testing

struct TileTests {
    private struct NoTile: Error {}

    @Test func `paths are those of tlog-tiles`() {
        #expect(TileID(level: 0, index: 0).path == "tile/0/000")
        #expect(TileID(level: 1, index: 2, width: 17).path == "tile/1/002.p/17")
        #expect(TileID(level: 0, index: 1_234_067).path == "tile/0/x001/x234/067")
        #expect(TileID(level: 0, index: 70_000, width: 5).entriesPath == "tile/entries/x070/000.p/5")
    }

    @Test func `the tiles of a tree are listed with the partial one last`() {
        #expect(TileID.all(level: 0, size: 0).isEmpty)
        #expect(TileID.all(level: 0, size: 512) == [TileID(level: 0, index: 0), TileID(level: 0, index: 1)])
        #expect(TileID.all(level: 0, size: 513).last == TileID(level: 0, index: 2, width: 1))
        #expect(TileID.all(level: 1, size: 513) == [TileID(level: 1, index: 0, width: 2)])
        #expect(TileID.all(level: 2, size: 513).isEmpty)
    }

    /// 66,000 leaves reach tile level 2; everything is checked against a frontier, which has its own oracle.
    @Test func `full tiles and the last leaves answer for any node`() throws {
        let count = 66_000
        var builder = TileBuilder()
        var frontier = MerkleFrontier()
        var full: [TileID: [UInt8]] = [:]
        var hashes: [[UInt8]] = []
        var roots: [Int: [UInt8]] = [:]
        let sizes = [1, 255, 256, 257, 511, 700, 65_535, 65_536, 65_537, 65_999, 66_000]
        for index in 0..<count {
            let hash = Merkle.leafHash(Array("leaf \(index)".utf8))
            hashes.append(hash)
            frontier.append(hash)
            for tile in builder.append(hash) { full[tile.id] = tile.bytes }
            if sizes.contains(index + 1) { roots[index + 1] = frontier.root() }
        }
        #expect(full.count == 257 + 1)
        let (kept, leaves) = (full, hashes)
        for size in sizes {
            var nodes = TileNodes<NoTile>(
                size: UInt64(size),
                full: { (level, index) throws(NoTile) in
                    guard let bytes = kept[TileID(level: level, index: index)] else { throw NoTile() }
                    return bytes
                },
                tail: { Array(leaves[Int($0.lowerBound)..<Int($0.upperBound)]) })
            let root = try nodes.root()
            #expect(root == roots[size])
            for index in [0, size / 3, size - 1] {
                let proof = try nodes.inclusionProof(for: UInt64(index))
                #expect(
                    Merkle.isIncluded(
                        leafHash: hashes[index], index: UInt64(index), size: UInt64(size), root: root, proof: proof))
            }
            for old in sizes where old <= size {
                let proof = try nodes.consistencyProof(from: UInt64(old))
                let oldRoot = try #require(roots[old])
                #expect(
                    Merkle.isConsistent(
                        old: UInt64(old), oldRoot: oldRoot, new: UInt64(size), newRoot: root, proof: proof))
            }
        }
    }

    @Test func `a builder that takes up in the middle cuts the same tiles`() {
        var whole = TileBuilder()
        var first: [Tile] = []
        let hashes = ReferenceTree.leafHashes(900)
        for hash in hashes.prefix(600) { first += whole.append(hash) }
        var resumed = TileBuilder(size: 600) { level in
            level == 0 ? Array(hashes[512..<600]) : first.map { ReferenceTree.root($0.hashes) }
        }
        for hash in hashes.dropFirst(600) { #expect(whole.append(hash) == resumed.append(hash)) }
        #expect(whole.partialTiles == resumed.partialTiles)
        #expect(whole.partialTiles.map(\.id.path) == ["tile/0/003.p/132", "tile/1/000.p/3"])
    }

    @Test func `a tile has exactly its hashes`() {
        #expect(Tile(id: TileID(level: 0, index: 0, width: 2), bytes: [UInt8](repeating: 7, count: 64)) != nil)
        #expect(Tile(id: TileID(level: 0, index: 0, width: 2), bytes: [UInt8](repeating: 7, count: 63)) == nil)
    }

    @Test(.enabled(if: Vectors.has("tlog"), "the vectors are not here"))
    func `the tiles of another implementation's log have the roots it signed`() throws {
        let key = try #require(Self.tesseraKey())
        for size in 1...15 {
            let note = try SignedNote(parsing: Vectors.bytes("tlog/log/checkpoint.\(size)"))
            let checkpoint = try Checkpoint(parsing: note.text)
            let bundle = try Vectors.bytes("tlog/log/tile/entries/000.p/\(size)")
            var frontier = MerkleFrontier()
            var offset = 0
            while offset < bundle.count {
                let length = Int(bundle[offset]) << 8 | Int(bundle[offset + 1])
                frontier.append(Merkle.leafHash(Array(bundle[offset + 2..<offset + 2 + length])))
                offset += 2 + length
            }
            #expect(checkpoint.size == UInt64(size))
            #expect(frontier.root() == checkpoint.root)
            #expect(note.isSigned(by: key))
        }
    }

    /// The public test key of the Tessera project, as its source prints it.
    private static func tesseraKey() -> VerifierKey? {
        VerifierKey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
    }
}
