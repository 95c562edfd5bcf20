import Primitives

/// The name of a signed block: the SHA-256 of its payload in unpadded base64url, 43 characters.
///
/// The payload is canonical, so that one statement has one id; the signature is not part of it.
public struct BlockID: Hashable, Sendable, CustomStringConvertible {
    public let text: String

    /// Returns nil unless `text` is canonical base64url of 32 bytes.
    public init?(_ text: String) {
        guard let bytes = Base64URL.decode(text), bytes.count == SHA256.size else { return nil }
        self.text = text
    }

    /// Returns nil unless `bytes` has 32 elements.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == SHA256.size else { return nil }
        text = Base64URL.encode(bytes)
    }

    public init(payload: [UInt8]) { text = Base64URL.encode(SHA256.hash(payload)) }

    /// The 32 bytes of the hash.
    public var bytes: [UInt8] {
        guard let bytes = Base64URL.decode(text) else { preconditionFailure("a BlockID holds canonical base64url") }
        return bytes
    }

    public var description: String { text }
}
