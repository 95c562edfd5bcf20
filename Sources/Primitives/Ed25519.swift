internal import CSodium

/// Ed25519 signatures (RFC 8032), verified strictly.
public enum Ed25519 {
    public static let signatureSize = 64

    /// A public key that is a canonical point of large order.
    public struct PublicKey: Hashable, Sendable {
        /// 32 bytes.
        public let bytes: [UInt8]

        /// Returns nil for a wrong size, a non-canonical encoding or a point of small order: under such a key anyone
        /// could produce signatures that verify.
        public init?(_ bytes: [UInt8]) {
            guard bytes.count == 32, unsafe crypto_core_ed25519_is_valid_point(bytes) == 1 else { return nil }
            self.bytes = bytes
        }

        /// Whether `signature` is this key's over `message`. libsodium refuses S ≥ L, a small-order key and a
        /// small-order R, so one message has one signature in the eyes of every verifier here.
        public func isValid(signature: [UInt8], for message: [UInt8]) -> Bool {
            guard signature.count == signatureSize else { return false }
            return unsafe crypto_sign_verify_detached(signature, message, UInt64(message.count), bytes) == 0
        }
    }

    /// A private key: 32 seed bytes in locked memory.
    public struct SigningKey: ~Copyable, Sendable {
        public let publicKey: PublicKey
        /// seed ‖ public key, libsodium's form.
        private let expanded: SecretBytes

        /// Makes the key of a 32-byte seed. Traps on another size.
        public init(seed: consuming SecretBytes) {
            precondition(seed.count == 32, "a seed has 32 bytes")
            let expanded = SecretBytes(zeroed: 64)
            var raw = [UInt8](repeating: 0, count: 32)
            let status = unsafe crypto_sign_seed_keypair(&raw, expanded.mutablePointer, seed.pointer)
            guard status == 0, let publicKey = PublicKey(raw) else {
                preconditionFailure("every seed gives a key of large order")
            }
            self.publicKey = publicKey
            self.expanded = expanded
        }

        public static func generate() -> SigningKey { SigningKey(seed: SecretBytes.random(count: 32)) }

        /// A deterministic 64-byte signature of `message`.
        public borrowing func sign(_ message: [UInt8]) -> [UInt8] {
            let keyPointer = unsafe expanded.pointer
            return unsafe [UInt8](count: signatureSize) { out in
                unsafe crypto_sign_detached(out, nil, message, UInt64(message.count), keyPointer)
            }
        }

        /// The seed, for wrapping it under another key.
        public borrowing func seed() -> SecretBytes { expanded.slice(0..<32) }
    }
}
