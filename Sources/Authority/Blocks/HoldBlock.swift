import CanonicalJSON
import VaultModel

/// Suspends purging, and erasure, e.g. during a dispute. A later block about the same scope takes its place: one that
/// has run out already ends the hold.
public struct HoldBlock: BlockBody {
    public static let kind = BlockKind.hold

    public var header: BlockHeader
    public var scope: HoldScope
    /// The first second after the hold.
    public var until: Int64

    public init(header: BlockHeader, scope: HoldScope, until: Int64) {
        self.header = header
        self.scope = scope
        self.until = until
    }
}

extension HoldBlock: HeadedBlock {
    init(from reader: inout BlockReader) throws(BlockRefusal) {
        self.init(
            header: try BlockHeader(from: &reader), scope: try reader.holdScope("scope"),
            until: try reader.integer("until"))
    }

    var members: [String: JSONValue] { with(["scope": .holdScope(scope), "until": .integer(until)]) }
}
