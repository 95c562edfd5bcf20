public import Primitives
public import VaultModel

/// A private key that signs, wherever it lives.
public protocol Signer: Sendable {
    /// The key's public name.
    var kid: KeyID { get }
    /// The 64-byte Ed25519 signature of `message`.
    func sign(_ message: [UInt8]) throws(AgentError) -> [UInt8]
}

/// A key in this process, out of an identity file.
public final class KeySigner: Signer {
    public let kid: KeyID
    private let key: Ed25519.SigningKey

    public init(_ key: consuming Ed25519.SigningKey) {
        kid = KeyID(key.publicKey)
        self.key = key
    }

    public func sign(_ message: [UInt8]) throws(AgentError) -> [UInt8] { key.sign(message) }
}
