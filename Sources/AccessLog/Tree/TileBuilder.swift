/// Cuts a growing tree into tiles: feed it every leaf hash, keep what it returns.
public struct TileBuilder: Sendable {
    public private(set) var size: UInt64 = 0
    /// Per tile level, the hashes of the tile that is not full yet.
    private var open: [[[UInt8]]] = [[]]

    public init() {}

    /// Takes up where a tree of `size` leaves left off.
    ///
    /// `partial(level)` returns the hashes of the last, unfilled tile of a tile level: `(size >> 8·level) & 255` of
    /// them. Those of level 0 are leaf hashes; each of a higher level is the root of a full tile below it.
    public init<Failure: Error>(
        size: UInt64, partial: (_ level: Int) throws(Failure) -> [[UInt8]]
    ) throws(Failure) {
        self.size = size
        open = []
        var level = 0
        repeat {
            let hashes = try partial(level)
            precondition(hashes.count == Int(size >> UInt64(8 * level) & 255), "the hashes of the unfilled tile")
            open.append(hashes)
            level += 1
        } while level < TileID.levels && size >> UInt64(8 * level) > 0
    }

    /// Appends a leaf and returns the tiles it filled, level 0 first; most often none.
    public mutating func append(_ leafHash: [UInt8]) -> [Tile] {
        size += 1
        var filled: [Tile] = []
        var hash = leafHash
        for level in 0..<TileID.levels {
            if open.count == level { open.append([]) }
            open[level].append(hash)
            guard open[level].count == TileID.fullWidth else { break }
            let index = (size >> UInt64(8 * (level + 1))) - 1
            filled.append(Tile(id: TileID(level: level, index: index), hashes: open[level]))
            hash = Tile.node(above: open[level], height: 8, place: 0)
            open[level].removeAll(keepingCapacity: true)
        }
        return filled
    }

    /// The unfilled tiles at the right edge, level 0 first.
    public var partialTiles: [Tile] {
        open.enumerated().filter { !$0.element.isEmpty }.map { level, hashes in
            let id = TileID(level: level, index: size >> UInt64(8 * (level + 1)), width: hashes.count)
            return Tile(id: id, hashes: hashes)
        }
    }
}
