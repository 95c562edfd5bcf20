internal import CSodium

/// The system's generator, through libsodium (`getrandom` on Linux). It cannot fail once the process has started.
public enum Random {
    /// `count` random bytes in ordinary memory: ids, nonces, salts. For keys use `SecretBytes.random`.
    public static func bytes(_ count: Int) -> [UInt8] {
        Sodium.ready
        return unsafe [UInt8](count: count) { out in unsafe randombytes_buf(out, count) }
    }
}

/// Comparison without an early exit.
public enum ConstantTime {
    /// Compares in constant time for equal lengths; the lengths themselves are not secret.
    public static func equal(_ lhs: [UInt8], _ rhs: [UInt8]) -> Bool {
        guard lhs.count == rhs.count else { return false }
        return unsafe sodium_memcmp(lhs, rhs, lhs.count) == 0
    }
}
