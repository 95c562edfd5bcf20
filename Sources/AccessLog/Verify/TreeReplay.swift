/// Leaves to root: reads the bundles, cuts the tiles anew and compares them with those in the export.
struct TreeReplay {
    private let files: ExportFiles
    private let checkpoint: Checkpoint
    private let previous: Checkpoint?
    private var bundles: ArraySlice<TileID>
    private var builder = TileBuilder()
    private var frontier = MerkleFrontier()

    /// Leaves read so far.
    var size: UInt64 { frontier.size }

    init(files: ExportFiles, checkpoint: Checkpoint, previous: Checkpoint?) {
        self.files = files
        self.checkpoint = checkpoint
        self.previous = previous
        bundles = TileID.all(level: 0, size: checkpoint.size)[...]
    }

    /// The next leaves and the index of the first; nil at the end, or where a bundle is missing or malformed.
    mutating func nextBundle(_ findings: inout FindingList) -> (first: UInt64, leaves: [Leaf])? {
        guard let id = bundles.popFirst() else { return nil }
        let limit = TileID.fullWidth * (Leaf.size + 2)
        guard let bytes = files.read(id.entriesPath, limit: limit) else {
            findings.add(.leaf, .missing, at: frontier.size, file: id.entriesPath)
            bundles = []
            return nil
        }
        guard let leaves = EntryBundle.parse(bytes, width: id.width) else {
            findings.add(.leaf, .malformed, at: frontier.size, file: id.entriesPath)
            bundles = []
            return nil
        }
        let first = frontier.size
        for leaf in leaves {
            let hash = leaf.hash
            frontier.append(hash)
            for tile in builder.append(hash) { compare(tile, &findings) }
            if let previous, frontier.size == previous.size, frontier.root() != previous.root {
                findings.add(.consistency, .forked)
            }
        }
        return (first, leaves)
    }

    mutating func finish(_ findings: inout FindingList) {
        for tile in builder.partialTiles { compare(tile, &findings) }
        if frontier.size != checkpoint.size || frontier.root() != checkpoint.root { findings.add(.checkpoint, .root) }
    }

    private func compare(_ tile: Tile, _ findings: inout FindingList) {
        guard let bytes = files.read(tile.id.path, limit: TileID.fullWidth * Merkle.hashSize) else {
            findings.add(.tile, .missing, file: tile.id.path)
            return
        }
        if bytes != tile.bytes { findings.add(.tile, .hash, file: tile.id.path) }
    }
}
