internal import Primitives
public import VaultModel

/// Customers' keys for a keyring archive: many in one box, under the key that was drawn for that archive alone.
///
/// ```
/// 24 nonce   then XChaCha20-Poly1305 of 32 bytes of each key, under kdf(KRK, 1, "CFkeybx1")
/// additional data: 16 "COFFER/KEYBX/v01", 16 vault, and what the archive says about the keys
/// ```
///
/// A wrap as in `keyring.db` takes 120 bytes a key, and every archive has all of them. It needs no commitment to its key:
/// that lies in the head of the same archive.
extension Keyset {
    /// Seals keys under the primary KRK: 40 bytes and 32 for each. They stay in locked memory on the way.
    ///
    /// - Parameters:
    ///   - keys: 1 to ``mostBoxedKeys``; traps otherwise, because nobody could open the box.
    ///   - about: whose keys they are, in their order; not secret, and bound to the box.
    public func box(_ keys: [CustomerKey], about: [UInt8], vault: VaultID) -> [UInt8] {
        precondition((1...Self.mostBoxedKeys).contains(keys.count), "a box has 1 to \(Self.mostBoxedKeys) keys")
        var writer = SecretWriter(count: keys.count * KeyMaterial.size)
        for key in keys { writer.append(key.secret) }
        let secret = writer.finish()
        let nonce = Random.bytes(XChaChaPoly.nonceSize)
        return nonce
            + XChaChaPoly.seal(
                secret: secret, authenticating: Self.context(about, vault), nonce: nonce,
                key: primaryKeyring.customerKeyBox)
    }

    /// Opens a box under whichever epoch of KRK it was sealed.
    ///
    /// - Parameter versions: of each key, in the order of `about`.
    /// - Throws: `length` unless it is a box of so many keys, `keyVersion` for an epoch that this has not,
    ///   `authentication` for anything that `box` did not give.
    public func unbox(
        _ box: [UInt8], versions: [UInt32], epoch: UInt32, about: [UInt8], vault: VaultID
    ) throws(EnvelopeError) -> [CustomerKey] {
        guard versions.count <= Self.mostBoxedKeys, box.count == Self.boxSize(of: versions.count) else { throw .length }
        guard let keys = keyrings[epoch] else { throw .keyVersion }
        let secret: SecretBytes
        do throws(AuthenticationFailure) {
            secret = try XChaChaPoly.openSecret(
                Array(box.dropFirst(XChaChaPoly.nonceSize)), authenticating: Self.context(about, vault),
                nonce: Array(box.prefix(XChaChaPoly.nonceSize)), key: keys.customerKeyBox)
        } catch { throw .authentication }
        var opened: [CustomerKey] = []
        opened.reserveCapacity(versions.count)
        for (place, version) in versions.enumerated() {
            let start = place * KeyMaterial.size
            opened.append(CustomerKey(secret.slice(start..<start + KeyMaterial.size), version: version))
        }
        return opened
    }

    /// How many keys go into a box at most.
    public static let mostBoxedKeys = 500

    /// The bytes of a box of so many keys.
    public static func boxSize(of count: Int) -> Int {
        XChaChaPoly.nonceSize + count * KeyMaterial.size + XChaChaPoly.tagSize
    }

    private static func context(_ about: [UInt8], _ vault: VaultID) -> [UInt8] {
        Array("COFFER/KEYBX/v01".utf8) + vault.bytes + about
    }
}
