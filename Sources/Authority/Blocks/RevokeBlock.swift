import CanonicalJSON
public import VaultModel

/// Ends keys and capabilities, for good, from the log index at which the block is registered.
///
/// The owner and officers revoke any key but the authority's, an issuer the chains that contain a block of hers. Which
/// roles are which is the policy's to say.
public struct RevokeBlock: BlockBody {
    public static let kind = BlockKind.revoke

    public var header: BlockHeader
    /// Keys; may be empty when `caps` is not.
    public var kids: [KeyID]
    /// Capabilities; may be empty when `kids` is not.
    public var caps: [BlockID]
    /// `[a-z][a-z0-9-]{0,31}`, e.g. `offboarded`, `lost-key`: free text does not belong into the log.
    public var reason: String

    /// Returns nil when both lists are empty or the reason is not a label.
    public init?(header: BlockHeader, kids: [KeyID], caps: [BlockID], reason: String) {
        guard !(kids.isEmpty && caps.isEmpty), Label.isValid(reason) else { return nil }
        self.header = header
        self.kids = kids
        self.caps = caps
        self.reason = reason
    }
}

extension RevokeBlock: HeadedBlock {
    init(from reader: inout BlockReader) throws(BlockRefusal) {
        header = try BlockHeader(from: &reader)
        kids = try reader.set("kids", mayBeEmpty: true) { KeyID($0) }
        caps = try reader.set("caps", mayBeEmpty: true) { BlockID($0) }
        reason = try reader.value("reason") { Label.isValid($0) ? $0 : nil }
        if kids.isEmpty && caps.isEmpty { throw .set("kids") }
    }

    var members: [String: JSONValue] {
        with(["caps": .set(caps.map(\.text)), "kids": .set(kids.map(\.text)), "reason": .string(reason)])
    }
}
