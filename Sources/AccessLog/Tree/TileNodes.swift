/// Any node of a tree of which only the full tiles and the leaf hashes of the last, unfilled one are kept.
public struct TileNodes<Failure: Error> {
    /// Tiles kept in memory at once; a proof touches one or two a level.
    private static var cachedTiles: Int { 32 }

    public let size: UInt64
    private let full: (_ level: Int, _ index: UInt64) throws(Failure) -> [UInt8]
    private let tail: (_ leaves: Range<UInt64>) throws(Failure) -> [[UInt8]]
    private var cache: [TileID: [[UInt8]]] = [:]

    /// - Parameters:
    ///   - size: number of leaves; may be smaller than the tree the tiles come from.
    ///   - full: the 8,192 bytes of a full tile.
    ///   - tail: the hashes of up to 255 leaves, for a tile of level 0 that is not full at `size`.
    public init(
        size: UInt64,
        full: @escaping (_ level: Int, _ index: UInt64) throws(Failure) -> [UInt8],
        tail: @escaping (_ leaves: Range<UInt64>) throws(Failure) -> [[UInt8]]
    ) {
        self.size = size
        self.full = full
        self.tail = tail
    }

    /// The root of the complete subtree of the leaves [index · 2^level, (index + 1) · 2^level).
    public mutating func node(_ level: Int, _ index: UInt64) throws(Failure) -> [UInt8] {
        precondition((index + 1) << UInt64(level) <= size, "a node inside the tree")
        let height = level % 8
        let place = index << UInt64(height)
        let nodes = size >> UInt64(level - height)
        let tile = place >> 8
        let width = min(nodes - tile << 8, 256)
        let hashes = try load(TileID(level: level / 8, index: tile, width: Int(width)))
        return Tile.node(above: hashes, height: height, place: Int(place & 255) >> height)
    }

    /// The root of the whole tree.
    public mutating func root() throws(Failure) -> [UInt8] {
        try Merkle.rangeRoot(0, size) { (level, index) throws(Failure) in try node(level, index) }
    }

    public mutating func inclusionProof(for index: UInt64) throws(Failure) -> [[UInt8]] {
        try Merkle.inclusionProof(index: index, size: size) { (level, index) throws(Failure) in
            try node(level, index)
        }
    }

    /// Proof that this tree begins with its own first `old` leaves.
    public mutating func consistencyProof(from old: UInt64) throws(Failure) -> [[UInt8]] {
        try Merkle.consistencyProof(old: old, new: size) { (level, index) throws(Failure) in
            try node(level, index)
        }
    }

    private mutating func load(_ id: TileID) throws(Failure) -> [[UInt8]] {
        if let hashes = cache[id] { return hashes }
        let hashes = try fetch(id)
        if cache.count >= Self.cachedTiles { cache.removeAll(keepingCapacity: true) }
        cache[id] = hashes
        return hashes
    }

    private mutating func fetch(_ id: TileID) throws(Failure) -> [[UInt8]] {
        let first = id.index << 8
        if id.width == TileID.fullWidth {
            let bytes = try full(id.level, id.index)
            guard let tile = Tile(id: id, bytes: bytes) else { preconditionFailure("a full tile has 8,192 bytes") }
            return tile.hashes
        }
        if id.level == 0 {
            let hashes = try tail(first..<first + UInt64(id.width))
            precondition(hashes.count == id.width, "a hash for each leaf")
            return hashes
        }
        var hashes: [[UInt8]] = []
        for place in first..<first + UInt64(id.width) {
            let below = try load(TileID(level: id.level - 1, index: place))
            hashes.append(Tile.node(above: below, height: 8, place: 0))
        }
        return hashes
    }
}
