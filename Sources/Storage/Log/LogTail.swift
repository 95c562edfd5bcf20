import AccessLog

/// The right edge of the tree: all that appending needs.
struct LogTail: Sendable {
    var frontier: MerkleFrontier
    var tiles: TileBuilder

    /// The edge as the stored tiles and the last entries give it, if its root is that of the last checkpoint.
    init(reading connection: ReadConnection) throws(StorageError) {
        let statement = connection.statement(LogQuery.lastEntry.rawValue)
        guard try statement.step() else { throw .corrupt(.log) }
        let size = statement.isNull(0) ? 0 : try storedNumber(statement.integer(0), as: UInt64.self, .log) + 1
        statement.reset()
        guard let last = try LogStore.last(connection) else {
            guard size == 0 else { throw .logInconsistent }
            frontier = MerkleFrontier()
            tiles = TileBuilder()
            return
        }
        guard let checkpoint = Self.parse(last.note), checkpoint.size == last.size, last.size == size, size > 0 else {
            throw .logInconsistent
        }
        tiles = try TileBuilder(size: size) { (level) throws(StorageError) in
            try Self.partial(level: level, size: size, connection)
        }
        var nodes = LogTree.nodes(size: size, connection)
        frontier = try MerkleFrontier(size: size) { (level, index) throws(StorageError) in
            try nodes.node(level, index)
        }
        guard frontier.root() == checkpoint.root else { throw .logInconsistent }
    }

    private static func parse(_ note: [UInt8]) -> Checkpoint? {
        guard let parsed = try? SignedNote(parsing: note) else { return nil }
        return try? Checkpoint(parsing: parsed.text)
    }

    /// The hashes of the unfilled tile of a level: those of entries, or the roots of the full tiles one level below.
    private static func partial(
        level: Int, size: UInt64, _ connection: ReadConnection
    ) throws(StorageError) -> [[UInt8]] {
        let nodes = size >> UInt64(8 * level)
        let first = nodes & ~255
        if level == 0 { return try LogTree.leafHashes(first..<nodes, connection) }
        var hashes: [[UInt8]] = []
        var tree = LogTree.nodes(size: size, connection)
        for index in first..<nodes { hashes.append(try tree.node(8 * level, index)) }
        return hashes
    }
}

/// The stored tree: full tiles, and leaf hashes made from the entries.
enum LogTree {
    static func nodes(size: UInt64, _ connection: ReadConnection) -> TileNodes<StorageError> {
        TileNodes(
            size: size,
            full: { (level, index) throws(StorageError) in try tile(level: level, index: index, connection) },
            tail: { (leaves) throws(StorageError) in try leafHashes(leaves, connection) })
    }

    /// The 8,192 bytes of a full tile. A tile that should be there and is not means that the file was edited.
    static func tile(level: Int, index: UInt64, _ connection: ReadConnection) throws(StorageError) -> [UInt8] {
        let statement = connection.statement(LogQuery.tile.rawValue)
        try statement.bind(1, level)
        try statement.bind(2, Int64(index))
        guard try statement.step() else { throw .logInconsistent }
        let hashes = statement.bytes(0)
        statement.reset()
        guard hashes.count == TileID.fullWidth * Merkle.hashSize else { throw .corrupt(.log) }
        return hashes
    }

    static func leafHashes(_ range: Range<UInt64>, _ connection: ReadConnection) throws(StorageError) -> [[UInt8]] {
        try leaves(range, connection).map(\.hash)
    }

    static func leaves(_ range: Range<UInt64>, _ connection: ReadConnection) throws(StorageError) -> [Leaf] {
        let statement = connection.statement(LogQuery.hashes.rawValue)
        try statement.bind(1, Int64(range.lowerBound))
        try statement.bind(2, Int64(range.upperBound))
        var leaves: [Leaf] = []
        while try statement.step() {
            guard statement.integer(0) == Int64(range.lowerBound) + Int64(leaves.count) else { throw .logInconsistent }
            leaves.append(try leaf(statement.bytes(1)))
        }
        guard leaves.count == range.count else { throw .logInconsistent }
        return leaves
    }

    /// The three hashes of an entry, back to back.
    static func leaf(_ hashes: [UInt8]) throws(StorageError) -> Leaf {
        guard hashes.count == 96,
            let leaf = Leaf(
                core: Array(hashes[0..<32]), subject: Array(hashes[32..<64]), evidence: Array(hashes[64..<96]))
        else { throw .corrupt(.log) }
        return leaf
    }
}
