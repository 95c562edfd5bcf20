internal import CDigest
internal import CSodium

/// SHA-256 (FIPS 180-4), without a key. By OpenSSL's libcrypto: it uses the processor's instructions for SHA-256, which
/// libsodium does not. What is hashed lies in ordinary memory anyway, the bodies of requests among it.
public enum SHA256 {
    public static let size = 32

    /// The 32-byte hash of `message`.
    public static func hash(_ message: [UInt8]) -> [UInt8] {
        var stream = Stream()
        stream.update(message)
        return stream.finish()
    }

    /// Hashes a message that comes in pieces, in constant memory.
    public struct Stream {
        private var state = cdigest_sha256()

        public init() { unsafe cdigest_sha256_init(&state) }

        public mutating func update(_ piece: [UInt8]) {
            unsafe cdigest_sha256_update(&state, piece, piece.count)
        }

        /// The 32-byte hash of all pieces. The stream is spent: use it once.
        public mutating func finish() -> [UInt8] {
            unsafe [UInt8](count: size) { out in
                unsafe cdigest_sha256_final(&state, out)
            }
        }
    }
}

/// HMAC with SHA-256 (RFC 2104), any key length.
public enum HMACSHA256 {
    public static let size = 32

    public static func mac(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        var state = crypto_auth_hmacsha256_state()
        unsafe crypto_auth_hmacsha256_init(&state, key, key.count)
        unsafe crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
        return unsafe [UInt8](count: size) { out in
            unsafe crypto_auth_hmacsha256_final(&state, out)
        }
    }
}

/// HKDF with SHA-256 (RFC 5869). libsodium 1.0.18 has none; this is the two formulas over `HMACSHA256`.
public enum HKDFSHA256 {
    /// `count` bytes, or nil when `count` exceeds 255 × 32, the limit of RFC 5869.
    public static func derive(input: [UInt8], salt: [UInt8], info: [UInt8], count: Int) -> [UInt8]? {
        guard (0...255 * HMACSHA256.size).contains(count) else { return nil }
        let key = HMACSHA256.mac(input, key: salt.isEmpty ? [UInt8](repeating: 0, count: HMACSHA256.size) : salt)
        var output: [UInt8] = []
        var block: [UInt8] = []
        var counter: UInt8 = 1
        while output.count < count {
            block = HMACSHA256.mac(block + info + [counter], key: key)
            output += block
            counter &+= 1
        }
        return Array(output.prefix(count))
    }
}
