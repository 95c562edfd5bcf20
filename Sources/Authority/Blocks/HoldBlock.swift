import CanonicalJSON
import VaultModel

/// Suspends erasure and purging for some customers, e.g. during a dispute.
///
/// Parsed and encoded here; not acted upon yet (`AuthorityState.register` refuses it).
public struct HoldBlock: BlockBody {
    public static let kind = BlockKind.hold

    public var header: BlockHeader
    /// Whose data is held, written like `sub` of a capability.
    public var scope: SubjectScope
    /// The first second after the hold.
    public var until: Int64

    public init(header: BlockHeader, scope: SubjectScope, until: Int64) {
        self.header = header
        self.scope = scope
        self.until = until
    }
}

extension HoldBlock: HeadedBlock {
    init(from reader: inout BlockReader) throws(BlockRefusal) {
        self.init(
            header: try BlockHeader(from: &reader), scope: try reader.subjects("scope"),
            until: try reader.integer("until"))
    }

    var members: [String: JSONValue] { with(["scope": .subjects(scope), "until": .integer(until)]) }
}
