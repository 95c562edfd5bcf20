internal import CSodium

/// Argon2id 1.3 (RFC 9106), one lane, as libsodium has it.
public enum PasswordHash {
    public static let saltSize = 16

    public enum Failure: Error, Equatable, Sendable {
        /// The memory could not be had: lower the cost or free memory.
        case outOfMemory
        /// The salt, the size or the cost lies outside what the function takes.
        case parameters
    }

    /// `size` secret bytes (16 to 64).
    ///
    /// - Parameters:
    ///   - salt: 16 bytes.
    ///   - operations: passes over the memory, 1 to 2³²-1; the caller caps what it accepts from a file.
    ///   - memoryBytes: 8 KiB or more; the caller caps it as well.
    public static func argon2id(
        _ passphrase: borrowing SecretBytes, salt: [UInt8], operations: Int, memoryBytes: Int, size: Int
    ) throws(Failure) -> SecretBytes {
        Sodium.ready
        guard salt.count == saltSize, (16...64).contains(size), operations >= 1, operations <= Int(UInt32.max),
            memoryBytes >= 8_192, memoryBytes <= 4 << 30
        else { throw .parameters }
        let result = SecretBytes(zeroed: size)
        let status = unsafe passphrase.pointer.withMemoryRebound(to: CChar.self, capacity: max(passphrase.count, 1)) {
            unsafe crypto_pwhash(
                result.mutablePointer, UInt64(size), $0, UInt64(passphrase.count), salt, UInt64(operations),
                memoryBytes, crypto_pwhash_ALG_ARGON2ID13)
        }
        guard status == 0 else { throw .outOfMemory }
        return result
    }
}
