public import AccessLog
public import Authority
import Primitives
public import VaultModel
public import Wire

/// The keys of a broker as they were confirmed when the person was enrolled. Everything the broker says later is
/// checked against them.
public struct BrokerKeys: Hashable, Sendable {
    /// Signs checkpoints; its name is the log's origin.
    public let logKey: VerifierKey
    /// Signs replies.
    public let replyKey: KeyID
    /// SHA-256 of the TLS certificate in lower-case hexadecimal, or empty.
    public let tlsPin: String
    /// Signs blocks.
    public let authority: KeyID

    /// Nil when a key is not one: a wrong type, a point of low order, a pin that is no hash.
    public init?(logKey: String, replyKey: KeyID, tlsPin: String, authority: KeyID) {
        guard let log = VerifierKey(logKey), log.algorithm == .ed25519, Ed25519.PublicKey(replyKey.rawKey) != nil,
            Ed25519.PublicKey(authority.rawKey) != nil, tlsPin.isEmpty || OpaqueID.isHash(tlsPin)
        else { return nil }
        self.logKey = log
        self.replyKey = replyKey
        self.tlsPin = tlsPin
        self.authority = authority
    }

    /// What the broker says of itself; nothing is confirmed yet, see `confirms(_:vault:)`.
    public init?(_ health: HealthReply) {
        self.init(
            logKey: health.logKey, replyKey: health.replyKey, tlsPin: health.tlsPin, authority: health.authority)
    }

    /// Whether these are the keys the owner's code commits to. In constant time.
    public func isConfirmed(by code: borrowing EnrolmentCode, vault: VaultID) -> Bool {
        ConstantTime.equal(commitment(vault: vault), code.commitment)
    }

    /// The commitment for a code: a hash of the vault's id and of these keys.
    public func commitment(vault: VaultID) -> [UInt8] {
        guard let reply = Ed25519.PublicKey(replyKey.rawKey) else { preconditionFailure("checked when it was made") }
        return EnrolmentCode.commitment(
            vault: vault, logKey: logKey.key, replyKey: reply, tlsPin: Hex.decode(tlsPin) ?? [])
    }

    /// The reply key, to verify with.
    var replyPublicKey: Ed25519.PublicKey {
        guard let key = Ed25519.PublicKey(replyKey.rawKey) else { preconditionFailure("checked when it was made") }
        return key
    }
}
