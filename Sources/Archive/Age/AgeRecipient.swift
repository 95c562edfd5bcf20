internal import Primitives

/// Whom a file is sealed to: the public half of an `AgeIdentity`.
public struct AgeRecipient: Hashable, Sendable {
    /// 32 bytes.
    public let key: [UInt8]
    static let prefix = "age"

    /// Throws `recipient` for a key that no identity has: another size, another spelling, or small order. A file
    /// sealed to one of these could be opened by nobody, or by everybody.
    public init(key: [UInt8]) throws(AgeError) {
        guard X25519.isPublicKey(key) else { throw .recipient }
        self.key = key
    }

    init(of identity: borrowing SecretBytes) { key = X25519.publicKey(of: identity) }

    /// Reads `age1…`, in lower case and without anything around it. Throws `recipient`.
    public init(_ text: String) throws(AgeError) {
        guard let decoded = Bech32.decode(Array(text.utf8)), decoded.prefix == Self.prefix else { throw .recipient }
        try self.init(key: decoded.bytes)
        guard self.text.utf8.elementsEqual(text.utf8) else { throw .recipient }
    }

    /// `age1…`, 62 characters.
    public var text: String { Bech32.text(Self.prefix, key) }

    /// The stanza that gives the file key to this recipient.
    ///
    /// - Parameter ephemeral: 32 random bytes used for this stanza alone: the wrap key comes from them, so its nonce
    ///   may be zero.
    func wrap(_ fileKey: borrowing SecretBytes, ephemeral: borrowing SecretBytes) -> AgeStanza {
        let share = X25519.publicKey(of: ephemeral)
        guard let shared = X25519.sharedSecret(ephemeral, with: key) else {
            preconditionFailure("a recipient's key has no small order")
        }
        let body = ChaChaPoly.seal(
            secret: fileKey, authenticating: [], nonce: Self.wrapNonce, key: wrapKey(shared: shared, share: share))
        return AgeStanza(arguments: [AgeStanza.x25519, Base64Unpadded.encode(share)], body: body)
    }

    func wrapKey(shared: borrowing SecretBytes, share: [UInt8]) -> SecretBytes {
        HKDFSHA256.deriveKey(input: shared, salt: share + key, info: Array("age-encryption.org/v1/X25519".utf8))
    }

    static let wrapNonce = [UInt8](repeating: 0, count: ChaChaPoly.nonceSize)
}
