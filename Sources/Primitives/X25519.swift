internal import CSodium

/// X25519 (RFC 7748): Diffie-Hellman over Curve25519.
public enum X25519 {
    /// Bytes of a secret, a public key and a shared secret.
    public static let keySize = 32

    /// The 32-byte public key of 32 secret bytes.
    public static func publicKey(of secret: borrowing SecretBytes) -> [UInt8] {
        precondition(secret.count == keySize, "an X25519 key has 32 bytes")
        let pointer = unsafe secret.pointer
        return unsafe [UInt8](count: keySize) { out in
            let status = unsafe crypto_scalarmult_base(out, pointer)
            precondition(status == 0, "every scalar has a public key")
        }
    }

    /// What both sides compute; nil when it is zero, as it is for every secret when `publicKey` has small order: such
    /// a secret is known to everybody. It is a point and not yet a key: derive one from it.
    public static func sharedSecret(_ secret: borrowing SecretBytes, with publicKey: [UInt8]) -> SecretBytes? {
        precondition(secret.count == keySize, "an X25519 key has 32 bytes")
        precondition(publicKey.count == keySize, "an X25519 key has 32 bytes")
        let shared = SecretBytes(zeroed: keySize)
        guard unsafe crypto_scalarmult(shared.mutablePointer, secret.pointer, publicKey) == 0 else { return nil }
        return shared
    }

    /// Whether `bytes` can be the public key of somebody who made one: 32 bytes, below 2^255 - 19 as every computed
    /// key is, and not of small order.
    ///
    /// X25519 itself takes any 32 bytes and reduces them. Whoever hashes a key along with a shared secret gets two
    /// hashes for two spellings of it, so a spelling that nobody computes has to be refused before it is used.
    public static func isPublicKey(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == keySize, isReduced(bytes) else { return false }
        return sharedSecret(SecretBytes.random(count: keySize), with: bytes) != nil
    }

    private static func isReduced(_ bytes: [UInt8]) -> Bool {
        let isAtLeastPrime =
            bytes[31] & 0x7F == 0x7F && bytes[1..<31].allSatisfy { $0 == 0xFF } && bytes[0] >= 0xED
        return bytes[31] < 0x80 && !isAtLeastPrime
    }
}
