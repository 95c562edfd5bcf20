/// Which tile of a log (C2SP tlog-tiles): up to 256 consecutive nodes of every eighth level of the tree.
public struct TileID: Hashable, Sendable {
    /// Nodes of a full tile.
    public static let fullWidth = 256
    /// Tile levels a tree of 2⁶⁴ leaves has.
    static let levels = 8

    /// Tile level: the tile's hashes are nodes of tree level 8 · `level`.
    public let level: Int
    public let index: UInt64
    /// 1...256; less than 256 only for the last tile of a level.
    public let width: Int

    public init(level: Int, index: UInt64, width: Int = TileID.fullWidth) {
        precondition((0..<Self.levels).contains(level) && (1...Self.fullWidth).contains(width), "a tile of tlog-tiles")
        self.level = level
        self.index = index
        self.width = width
    }

    /// Path of the tile's hashes inside an export, e.g. `tile/0/x001/234.p/17`.
    public var path: String { "tile/" + String(level) + "/" + place }

    /// Path of the bundle with the leaves under a tile of level 0, e.g. `tile/entries/000`.
    public var entriesPath: String { "tile/entries/" + place }

    private var place: String { Self.encode(index) + (width == Self.fullWidth ? "" : ".p/" + String(width)) }

    /// The tiles of a level that a tree of `size` leaves has, the partial one last.
    public static func all(level: Int, size: UInt64) -> [TileID] {
        let nodes = size >> UInt64(8 * level)
        var tiles = (0..<(nodes >> 8)).map { TileID(level: level, index: $0) }
        if nodes & 255 > 0 { tiles.append(TileID(level: level, index: nodes >> 8, width: Int(nodes & 255))) }
        return tiles
    }

    /// Groups of three decimal digits, all but the last with an `x` before them.
    private static func encode(_ index: UInt64) -> String {
        var groups = [digits(index % 1000)]
        var rest = index / 1000
        while rest > 0 {
            groups.insert("x" + digits(rest % 1000), at: 0)
            rest /= 1000
        }
        return groups.joined(separator: "/")
    }

    private static func digits(_ group: UInt64) -> String {
        let text = String(group)
        return String(repeating: "0", count: 3 - text.utf8.count) + text
    }
}

/// A tile with its hashes, concatenated.
public struct Tile: Equatable, Sendable {
    public let id: TileID
    /// 32 bytes for each of `id.width` nodes.
    public let bytes: [UInt8]

    /// Returns nil unless there are 32 bytes for each node.
    public init?(id: TileID, bytes: [UInt8]) {
        guard bytes.count == id.width * Merkle.hashSize else { return nil }
        self.id = id
        self.bytes = bytes
    }

    init(id: TileID, hashes: [[UInt8]]) {
        precondition(hashes.count == id.width, "a hash for each node")
        self.id = id
        bytes = Array(hashes.joined())
    }

    public var hashes: [[UInt8]] {
        stride(from: 0, to: bytes.count, by: Merkle.hashSize).map { Array(bytes[$0..<$0 + Merkle.hashSize]) }
    }

    /// The node that 2^height of the tile's hashes, from the `place`-th group of that size on, have above them.
    static func node(above hashes: [[UInt8]], height: Int, place: Int) -> [UInt8] {
        var nodes = Array(hashes[(place << height)..<((place + 1) << height)])
        while nodes.count > 1 {
            nodes = stride(from: 0, to: nodes.count, by: 2).map { Merkle.nodeHash(nodes[$0], nodes[$0 + 1]) }
        }
        return nodes[0]
    }
}
