internal import CSodium

/// BLAKE2b (RFC 7693), unkeyed or as a MAC, 16 to 64 bytes long.
public enum BLAKE2b {
    /// The unkeyed hash of `message`.
    public static func hash(_ message: [UInt8], size: Int = 32) -> [UInt8] {
        unsafe output(size) { out in unsafe crypto_generichash(out, size, message, UInt64(message.count), nil, 0) }
    }

    /// The keyed hash of `message`; the key has 16 to 64 bytes.
    public static func mac(_ message: [UInt8], key: borrowing SecretBytes, size: Int = 32) -> [UInt8] {
        unsafe mac(message.span.bytes, key: key, size: size)
    }

    /// The same of bytes that lie anywhere.
    public static func mac(_ message: RawSpan, key: borrowing SecretBytes, size: Int = 32) -> [UInt8] {
        precondition((16...64).contains(key.count), "a BLAKE2b key has 16 to 64 bytes")
        let keyPointer = unsafe key.pointer
        let keyCount = key.count
        return unsafe output(size) { out in
            unsafe message.withUnsafeBytes { bytes in
                unsafe crypto_generichash(
                    out, size, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count), keyPointer,
                    keyCount)
            }
        }
    }

    /// The keyed hash of `message` as a secret, for keys derived from public context.
    public static func deriveSecret(_ message: [UInt8], key: borrowing SecretBytes, size: Int) -> SecretBytes {
        precondition((16...64).contains(key.count), "a BLAKE2b key has 16 to 64 bytes")
        precondition((16...64).contains(size), "a BLAKE2b hash has 16 to 64 bytes")
        let secret = SecretBytes(zeroed: size)
        let status = unsafe crypto_generichash(
            secret.mutablePointer, size, message, UInt64(message.count), key.pointer, key.count)
        precondition(status == 0, "BLAKE2b takes these sizes")
        return secret
    }

    /// The unkeyed hash of `prefix ‖ secret`, as a secret. The prefix separates domains and is public.
    public static func hashToSecret(_ input: borrowing SecretBytes, prefix: [UInt8], size: Int) -> SecretBytes {
        precondition((16...64).contains(size), "a BLAKE2b hash has 16 to 64 bytes")
        let joined = SecretBytes(copying: prefix).appending(input)
        let result = SecretBytes(zeroed: size)
        let status = unsafe crypto_generichash(
            result.mutablePointer, size, joined.pointer, UInt64(joined.count), nil, 0)
        precondition(status == 0, "BLAKE2b takes these sizes")
        return result
    }

    private static func output(_ size: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Int32) -> [UInt8] {
        precondition((16...64).contains(size), "a BLAKE2b hash has 16 to 64 bytes")
        return unsafe [UInt8](count: size) { out in
            let status = unsafe body(out)
            precondition(status == 0, "BLAKE2b takes these sizes")
        }
    }
}

/// libsodium's key derivation: BLAKE2b with the id as salt and the context as personalisation.
public enum KeyDerivation {
    /// `kdf(K, id, ctx)`: 32 bytes. `key` has 32 bytes, `context` exactly eight ASCII characters.
    public static func subkey(of key: borrowing SecretBytes, id: UInt64, context: StaticString) -> SecretBytes {
        precondition(key.count == 32, "a master key has 32 bytes")
        precondition(context.utf8CodeUnitCount == 8, "a context has eight characters")
        let result = SecretBytes(zeroed: 32)
        let status = unsafe context.utf8Start.withMemoryRebound(to: CChar.self, capacity: 8) { contextPointer in
            unsafe crypto_kdf_derive_from_key(result.mutablePointer, 32, id, contextPointer, key.pointer)
        }
        precondition(status == 0, "the key derivation takes these sizes")
        return result
    }
}
