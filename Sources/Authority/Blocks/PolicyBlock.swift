import CanonicalJSON
import Primitives
import VaultModel

/// Puts a policy file in force. Each block carries the hash of the policy it replaces, so that no one can replay an
/// old, laxer policy and no change can be slipped in between.
public struct PolicyBlock: BlockBody {
    public static let kind = BlockKind.policy

    public var header: BlockHeader
    /// SHA-256 of the file's bytes, 64 lower-case hexadecimal digits.
    public var sha256: String
    /// The hash in force until now; nil (`""`) for a vault's first policy.
    public var previous: String?

    /// Returns nil unless both hashes are 64 lower-case hexadecimal digits.
    public init?(header: BlockHeader, sha256: String, previous: String?) {
        guard Self.hash(sha256) != nil, previous.map({ Self.hash($0) != nil }) ?? true else { return nil }
        self.header = header
        self.sha256 = sha256
        self.previous = previous
    }
}

extension PolicyBlock: HeadedBlock {
    init(from reader: inout BlockReader) throws(BlockRefusal) {
        header = try BlockHeader(from: &reader)
        sha256 = try reader.value("sha256", Self.hash)
        previous = try reader.optional("previous", Self.hash)
    }

    var members: [String: JSONValue] {
        with(["previous": .string(previous ?? ""), "sha256": .string(sha256)])
    }

    private static func hash(_ text: String) -> String? { Hex.decode(text)?.count == SHA256.size ? text : nil }
}
