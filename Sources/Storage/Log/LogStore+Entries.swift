public import AccessLog
import GRDB

/// An entry as it is stored: what the tree commits to, and its parts, sealed. A part is nil when it has been purged.
public struct StoredEntry: Equatable, Sendable {
    public let seq: UInt64
    /// yyyymm: whose keys seal the parts.
    public let month: UInt32
    public let leaf: Leaf
    public let core: [UInt8]?
    public let subject: [UInt8]?
    public let evidence: [UInt8]?
}

extension LogStore {
    /// Entries read at once.
    public static let entriesAtOnce = 10_000

    /// The entries with these indexes, in order, as of one moment. Indexes past the end are left out; a gap throws
    /// `logInconsistent`. Throws `limit` for more than `entriesAtOnce`.
    public func entries(_ range: Range<UInt64>) throws(StorageError) -> [StoredEntry] {
        guard range.count <= Self.entriesAtOnce else { throw .limit(.log) }
        return try pool.read { (connection) throws(StorageError) in
            let statement = connection.statement(LogQuery.entries.rawValue)
            try statement.bind(1, Int64(range.lowerBound))
            try statement.bind(2, Int64(clamping: range.upperBound))
            var entries: [StoredEntry] = []
            while try statement.step() {
                let seq = try storedNumber(statement.integer(0), as: UInt64.self, .log)
                guard seq == range.lowerBound + UInt64(entries.count) else { throw .logInconsistent }
                entries.append(
                    StoredEntry(
                        seq: seq, month: try storedNumber(statement.integer(1), as: UInt32.self, .log),
                        leaf: try LogTree.leaf(statement.bytes(2)), core: statement.optionalBytes(3),
                        subject: statement.optionalBytes(4), evidence: statement.optionalBytes(5)))
            }
            return entries
        }
    }

    /// What the tree commits to, for a range that must exist. Throws `limit` for more than `entriesAtOnce`,
    /// `logInconsistent` when an entry is missing.
    public func leaves(_ range: Range<UInt64>) throws(StorageError) -> [Leaf] {
        guard range.count <= Self.entriesAtOnce else { throw .limit(.log) }
        return try pool.read { (connection) throws(StorageError) in try LogTree.leaves(range, connection) }
    }

    /// The 8,192 bytes of a full tile of 256 hashes; `logInconsistent` when the log is not that long.
    public func tile(level: Int, index: UInt64) throws(StorageError) -> [UInt8] {
        try pool.read { (connection) throws(StorageError) in
            try LogTree.tile(level: level, index: index, connection)
        }
    }

    /// RFC 6962 audit path of an entry in the tree of the first `size` entries. Throws `notFound` when the log is
    /// shorter.
    public func inclusionProof(of seq: UInt64, size: UInt64) throws(StorageError) -> [[UInt8]] {
        try tree(size) { (nodes) throws(StorageError) in
            guard seq < size else { throw .notFound(.log) }
            return try nodes.inclusionProof(for: seq)
        }
    }

    /// RFC 6962 consistency proof between the trees of the first `old` and the first `new` entries; empty when they are
    /// equal or `old` is 0. Throws `notFound` when the log is shorter.
    public func consistencyProof(old: UInt64, new: UInt64) throws(StorageError) -> [[UInt8]] {
        try tree(new) { (nodes) throws(StorageError) in
            guard old <= new else { throw .notFound(.log) }
            return try nodes.consistencyProof(from: old)
        }
    }

    /// The root of the tree of the first `size` entries. Throws `notFound` when the log is shorter.
    public func root(size: UInt64) throws(StorageError) -> [UInt8] {
        try tree(size) { (nodes) throws(StorageError) in try nodes.root() }
    }

    private func tree<R: Sendable>(
        _ size: UInt64, _ body: @Sendable (inout TileNodes<StorageError>) throws(StorageError) -> R
    ) throws(StorageError) -> R {
        try pool.readSnapshot { (connection) throws(StorageError) in
            guard size <= (try Self.last(connection)?.size ?? 0) else { throw .notFound(.log) }
            var nodes = LogTree.nodes(size: size, connection)
            return try body(&nodes)
        }
    }

    /// The first entry of each month, oldest first: what a purge of a month covers.
    public func months() throws(StorageError) -> [(month: UInt32, first: UInt64)] {
        try database.read { db in
            try Row.fetchAll(db, sql: "SELECT month, first FROM log_month ORDER BY month").map { row in
                (
                    try storedNumber(row.integer(0), as: UInt32.self, .log),
                    try storedNumber(row.integer(1), as: UInt64.self, .log)
                )
            }
        }
    }
}
