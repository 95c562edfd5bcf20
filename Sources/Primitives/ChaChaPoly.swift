internal import CSodium

/// ChaCha20-Poly1305 (RFC 8439). Its 12-byte nonce must be a counter: too short to be drawn at random.
///
/// The caller answers for the nonce: a pair of key and nonce never seals two messages.
public enum ChaChaPoly {
    public static let keySize = 32
    public static let nonceSize = 12
    public static let tagSize = 16

    /// Ciphertext ‖ tag, sixteen bytes longer than `plaintext`.
    public static func seal(
        _ plaintext: [UInt8], authenticating context: [UInt8], nonce: [UInt8], key: borrowing SecretBytes
    ) -> [UInt8] {
        check(nonce, key)
        let keyPointer = unsafe key.pointer
        return unsafe [UInt8](count: plaintext.count + tagSize) { out in
            unsafe crypto_aead_chacha20poly1305_ietf_encrypt(
                out, nil, plaintext, UInt64(plaintext.count), context, UInt64(context.count), nil,
                nonce, keyPointer)
        }
    }

    /// Ciphertext ‖ tag of a secret: key wraps.
    public static func seal(
        secret: borrowing SecretBytes, authenticating context: [UInt8], nonce: [UInt8], key: borrowing SecretBytes
    ) -> [UInt8] {
        check(nonce, key)
        let count = secret.count
        let keyPointer = unsafe key.pointer
        let secretPointer = unsafe secret.pointer
        return unsafe [UInt8](count: count + tagSize) { out in
            unsafe crypto_aead_chacha20poly1305_ietf_encrypt(
                out, nil, secretPointer, UInt64(count), context, UInt64(context.count), nil, nonce,
                keyPointer)
        }
    }

    /// The plaintext of ciphertext ‖ tag.
    public static func open(
        _ sealed: [UInt8], authenticating context: [UInt8], nonce: [UInt8], key: borrowing SecretBytes
    ) throws(AuthenticationFailure) -> [UInt8] {
        check(nonce, key)
        guard sealed.count >= tagSize else { throw AuthenticationFailure() }
        let keyPointer = unsafe key.pointer
        var status: Int32 = -1
        let plaintext = unsafe [UInt8](count: sealed.count - tagSize) { out in
            status = unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
                out, nil, nil, sealed, UInt64(sealed.count), context, UInt64(context.count), nonce,
                keyPointer)
        }
        guard status == 0 else { throw AuthenticationFailure() }
        return plaintext
    }

    /// The plaintext of ciphertext ‖ tag, straight into locked memory: key unwraps.
    public static func openSecret(
        _ sealed: [UInt8], authenticating context: [UInt8], nonce: [UInt8], key: borrowing SecretBytes
    ) throws(AuthenticationFailure) -> SecretBytes {
        check(nonce, key)
        guard sealed.count >= tagSize, sealed.count - tagSize <= SecretBytes.maximumCount else {
            throw AuthenticationFailure()
        }
        let secret = SecretBytes(zeroed: sealed.count - tagSize)
        let status = unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
            secret.mutablePointer, nil, nil, sealed, UInt64(sealed.count), context, UInt64(context.count), nonce,
            key.pointer)
        guard status == 0 else { throw AuthenticationFailure() }
        return secret
    }

    static func check(_ nonce: [UInt8], _ key: borrowing SecretBytes) {
        precondition(nonce.count == nonceSize, "a nonce has \(nonceSize) bytes")
        precondition(key.count == keySize, "a key has \(keySize) bytes")
    }
}
