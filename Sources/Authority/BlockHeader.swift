import Primitives
public import VaultModel

/// Sixteen random bytes that make a block unlike any other, in unpadded base64url.
public struct BlockNonce: Hashable, Sendable {
    public let text: String

    /// Returns nil unless `text` is canonical base64url of 16 bytes.
    public init?(_ text: String) {
        guard let bytes = Base64URL.decode(text), bytes.count == 16 else { return nil }
        self.text = text
    }

    public static func random() -> BlockNonce { BlockNonce(trusted: Base64URL.encode(Random.bytes(16))) }

    private init(trusted text: String) { self.text = text }
}

/// What every block says besides its own matter, except that a capability has `nbf` in place of `at`.
public struct BlockHeader: Hashable, Sendable {
    /// `vlt`: nothing signed for one vault is valid in another, not even in an exercise on a copy.
    public let vault: VaultID
    /// `iss`: the key that signs.
    public let issuer: KeyID
    public let nonce: BlockNonce
    /// When the issuer says she signed, in seconds since 1970. Shown to people and never trusted: order comes from
    /// the log.
    public let at: Int64

    public init(vault: VaultID, issuer: KeyID, at: Int64, nonce: BlockNonce = .random()) {
        self.vault = vault
        self.issuer = issuer
        self.nonce = nonce
        self.at = at
    }
}
