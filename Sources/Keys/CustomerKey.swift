public import Primitives

/// The key of one customer (CEK), in one version: 32 random bytes in locked memory, zeroed with the last reference.
///
/// It is random and never derived, so that destroying the wrapped copies in the keyring erases the customer. The
/// bytes themselves stay inside this module.
public final class CustomerKey: Sendable {
    /// Starts at 1 and rises with each re-keying.
    public let version: UInt32
    let secret: SecretBytes

    /// Traps unless `secret` has 32 bytes.
    public init(_ secret: consuming SecretBytes, version: UInt32) {
        precondition(secret.count == 32, "a customer's key has 32 bytes")
        self.secret = secret
        self.version = version
    }

    /// A fresh key.
    public static func random(version: UInt32 = 1) -> CustomerKey {
        CustomerKey(SecretBytes.random(count: 32), version: version)
    }
}
