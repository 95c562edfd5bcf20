public import CanonicalJSON
import VaultModel

/// A second person's consent to one request: the request's head without counter, so that nothing else can be done
/// with it. Lives at most four hours and is consumed once.
///
/// Parsed and encoded here; not acted upon yet (`AuthorityState.register` refuses it).
public struct ApproveBlock: BlockBody {
    public static let kind = BlockKind.approve

    public var header: BlockHeader
    /// The request's canonical head without `ctr`. Only its being an object is checked here.
    public var head: [String: JSONValue]
    /// The first second that is too late.
    public var expires: Int64

    public init(header: BlockHeader, head: [String: JSONValue], expires: Int64) {
        self.header = header
        self.head = head
        self.expires = expires
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(header) }
}

extension ApproveBlock: HeadedBlock {
    init(from reader: inout BlockReader) throws(BlockRefusal) {
        self.init(
            header: try BlockHeader(from: &reader), head: try reader.object("head"),
            expires: try reader.integer("expires"))
    }

    var members: [String: JSONValue] { with(["expires": .integer(expires), "head": .object(head)]) }
}
