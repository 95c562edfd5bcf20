internal import CSodium

/// For the chunks of a stream: they are read where they lie and written where they go.
extension ChaChaPoly {
    /// Adds ciphertext ‖ tag to `output`, without a context.
    public static func seal(
        _ plaintext: RawSpan, nonce: [UInt8], key: borrowing SecretBytes, onto output: inout [UInt8]
    ) {
        check(nonce, key)
        let keyPointer = unsafe key.pointer
        let size = plaintext.byteCount + tagSize
        output.append(addingCapacity: size) { span in
            unsafe span.withUnsafeMutableBufferPointer { room, count in
                guard let out = room.baseAddress else { preconditionFailure("the array has room") }
                unsafe plaintext.withUnsafeBytes { bytes in
                    unsafe _ = crypto_aead_chacha20poly1305_ietf_encrypt(
                        out, nil, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count), nil, 0,
                        nil, nonce, keyPointer)
                }
                count = size
            }
        }
    }

    /// Adds the plaintext of ciphertext ‖ tag to `output`; nothing unless the tag verifies.
    public static func open(
        _ sealed: RawSpan, nonce: [UInt8], key: borrowing SecretBytes, onto output: inout [UInt8]
    ) throws(AuthenticationFailure) {
        check(nonce, key)
        guard sealed.byteCount >= tagSize else { throw AuthenticationFailure() }
        let keyPointer = unsafe key.pointer
        let size = sealed.byteCount - tagSize
        var status: Int32 = -1
        // At least one byte of room, so that the array has an address to write nothing to.
        output.append(addingCapacity: max(size, 1)) { span in
            unsafe span.withUnsafeMutableBufferPointer { room, count in
                unsafe sealed.withUnsafeBytes { bytes in
                    guard let start = bytes.baseAddress else { preconditionFailure("there is a tag") }
                    status = unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
                        room.baseAddress, nil, nil, start.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count),
                        nil, 0, nonce, keyPointer)
                }
                count = status == 0 ? size : 0
            }
        }
        guard status == 0 else { throw AuthenticationFailure() }
    }
}
