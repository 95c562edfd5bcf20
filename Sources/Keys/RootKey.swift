public import Primitives

/// The root key (RK): 32 random bytes that exist only in locked memory and, wrapped, in the slots of `vault.seal`.
/// Its three uses are derived once.
public final class RootKey: Sendable {
    let secret: SecretBytes
    /// `kdf(RK,1,"CFsealmc")`: the MAC of `vault.seal`.
    let sealMAC: SecretBytes
    /// `kdf(RK,1,"CFanchor")`: the MAC of `anchor`.
    let anchorMAC: SecretBytes
    /// `kdf(RK,1,"CFkeyset")`: wraps the keyset.
    let keysetWrap: SecretBytes

    /// Traps unless `secret` has 32 bytes.
    public init(_ secret: consuming SecretBytes) {
        precondition(secret.count == 32, "a root key has 32 bytes")
        sealMAC = KeyDerivation.subkey(of: secret, id: 1, context: "CFsealmc")
        anchorMAC = KeyDerivation.subkey(of: secret, id: 1, context: "CFanchor")
        keysetWrap = KeyDerivation.subkey(of: secret, id: 1, context: "CFkeyset")
        self.secret = secret
    }

    /// A fresh root key.
    public static func generate() -> RootKey { RootKey(SecretBytes.random(count: 32)) }
}
