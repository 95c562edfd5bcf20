internal import CSodium

extension HMACSHA256 {
    /// The MAC of a message in pieces, under a secret key of any length. The MAC itself is public.
    public static func mac(_ message: [UInt8], key: borrowing SecretBytes) -> [UInt8] {
        unsafe [UInt8](count: size) { out in unsafe write([message], key: key, to: out) }
    }

    /// The same as a secret.
    static func secretMAC(_ pieces: [[UInt8]], key: borrowing SecretBytes) -> SecretBytes {
        let result = SecretBytes(zeroed: size)
        unsafe write(pieces, key: key, to: result.mutablePointer)
        return result
    }

    /// The MAC of a secret under a public key: the first step of HKDF, whose salt stands where a key does.
    static func extract(_ input: borrowing SecretBytes, salt: [UInt8]) -> SecretBytes {
        let result = SecretBytes(zeroed: size)
        var state = crypto_auth_hmacsha256_state()
        unsafe crypto_auth_hmacsha256_init(&state, salt, salt.count)
        unsafe crypto_auth_hmacsha256_update(&state, input.pointer, UInt64(input.count))
        unsafe crypto_auth_hmacsha256_final(&state, result.mutablePointer)
        unsafe sodium_memzero(&state, MemoryLayout.size(ofValue: state))
        return result
    }

    /// The state on the stack is as good as the key and is wiped.
    private static func write(_ pieces: [[UInt8]], key: borrowing SecretBytes, to out: UnsafeMutablePointer<UInt8>) {
        var state = crypto_auth_hmacsha256_state()
        unsafe crypto_auth_hmacsha256_init(&state, key.pointer, key.count)
        for piece in pieces { unsafe crypto_auth_hmacsha256_update(&state, piece, UInt64(piece.count)) }
        unsafe crypto_auth_hmacsha256_final(&state, out)
        unsafe sodium_memzero(&state, MemoryLayout.size(ofValue: state))
    }
}

extension HKDFSHA256 {
    /// A 32-byte key of a secret, in locked memory all the way. `salt` and `info` are public.
    public static func deriveKey(input: borrowing SecretBytes, salt: [UInt8], info: [UInt8]) -> SecretBytes {
        // RFC 5869: no salt is a salt of zeros. HMAC pads a key with zeros, so an empty one is the same.
        let key = HMACSHA256.extract(input, salt: salt)
        return HMACSHA256.secretMAC([info, [1]], key: key)
    }
}
