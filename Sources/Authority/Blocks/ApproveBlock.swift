public import CanonicalJSON
import VaultModel

/// A second person's consent to one request: the request's head without counter, so that nothing else can be done
/// with it. Lives at most four hours and is consumed once, in the entry of the request it was given for.
public struct ApproveBlock: BlockBody {
    public static let kind = BlockKind.approve
    /// How long an approval lives at most, from the entry that registers it.
    public static let longestSeconds: Int64 = 4 * 3_600

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

    /// What the approval is for.
    public var digest: HeadDigest { HeadDigest(head) }

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
