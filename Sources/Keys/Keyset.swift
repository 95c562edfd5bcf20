public import Primitives

/// The vault's keys below the root key: independent random keys with an id and a status each.
///
/// A keyset never changes; a rotation makes a new one that shares the keys of the old. What is derived from a key for
/// frequent use (key-wrap keys, signing keys) is derived once, here. No method gives a key away: each does one job.
public final class Keyset: Sendable {
    /// At most this many entries, destroyed ones included.
    public static let largestCount = 512

    /// Sorted by kind and id.
    public let entries: [KeysetEntry]

    /// Signs checkpoints and manifests.
    public let logPublicKey: Ed25519.PublicKey
    /// Signs replies.
    public let replyPublicKey: Ed25519.PublicKey

    /// The epoch new wraps are made under.
    public let keyringEpoch: UInt32
    /// The generation of the index that decides; others are being filled.
    public let indexGeneration: UInt32

    let keyrings: [UInt32: KeyringKeys]
    let indexRoots: [(generation: UInt32, material: KeyMaterial)]
    let shopKeys: [UInt32: CustomerKey]
    let shopVersion: UInt32
    let staffKeys: [UInt32: CustomerKey]
    let staffVersion: UInt32
    let state: KeyMaterial
    let pseudonym: KeyMaterial
    let canary: KeyMaterial
    let page: KeyMaterial
    private let checkpointKey: SigningMaterial
    private let replyKey: SigningMaterial

    /// A new vault's keyset: one enabled key of each kind, with id 1.
    public static func generate() -> Keyset {
        let entries = KeysetEntry.Kind.allCases.map {
            KeysetEntry(kind: $0, id: 1, status: .enabled, material: .random())
        }
        do {
            return try Keyset(entries: entries)
        } catch {
            preconditionFailure("a key of each kind is a complete keyset")
        }
    }

    /// Takes entries in any order.
    init(entries unsorted: [KeysetEntry]) throws(KeysetError) {
        let entries = unsorted.sorted { $0.identity < $1.identity }
        guard entries.count <= Self.largestCount else { throw .full }
        for (left, right) in zip(entries, entries.dropFirst()) where left.identity == right.identity {
            throw .malformed
        }
        for entry in entries {
            guard entry.id > 0, (entry.status == .destroyed) == (entry.material == nil) else { throw .malformed }
        }
        self.entries = entries

        let keyring = try Self.primary(.keyring, entries)
        keyringEpoch = keyring.id
        keyrings = Self.usable(.keyring, entries).mapValues(KeyringKeys.init)
        indexGeneration = try Self.primary(.index, entries).id
        indexRoots = entries.compactMap { entry in
            guard entry.kind == .index, entry.status == .enabled, let material = entry.material else { return nil }
            return (entry.id, material)
        }
        let shop = try Self.primary(.shop, entries)
        shopVersion = shop.id
        shopKeys = Self.customerKeys(.shop, entries)
        let staff = try Self.primary(.staff, entries)
        staffVersion = staff.id
        staffKeys = Self.customerKeys(.staff, entries)
        state = try Self.primary(.state, entries).material
        pseudonym = try Self.primary(.logPseudonym, entries).material
        canary = try Self.primary(.canary, entries).material
        page = try Self.primary(.page, entries).material
        checkpointKey = SigningMaterial(try Self.primary(.checkpoint, entries).material)
        replyKey = SigningMaterial(try Self.primary(.reply, entries).material)
        logPublicKey = checkpointKey.key.publicKey
        replyPublicKey = replyKey.key.publicKey
    }

    // MARK: - Signing

    /// A checkpoint's or manifest's signature under BSK: 64 bytes over `message`. Ed25519 draws no nonce.
    public func signCheckpoint(_ message: [UInt8]) -> [UInt8] { checkpointKey.key.sign(message) }

    /// A reply's signature under REPLYK: 64 bytes over `message`.
    public func signReply(_ message: [UInt8]) -> [UInt8] { replyKey.key.sign(message) }

    // MARK: - Choosing keys

    private static func primary(
        _ kind: KeysetEntry.Kind, _ entries: [KeysetEntry]
    ) throws(KeysetError) -> (id: UInt32, material: KeyMaterial) {
        guard let entry = entries.first(where: { $0.kind == kind && $0.status == .enabled }),
            let material = entry.material
        else { throw .incomplete }
        return (entry.id, material)
    }

    /// Enabled and retired keys: both open.
    private static func usable(_ kind: KeysetEntry.Kind, _ entries: [KeysetEntry]) -> [UInt32: KeyMaterial] {
        var keys: [UInt32: KeyMaterial] = [:]
        for entry in entries where entry.kind == kind { keys[entry.id] = entry.material }
        return keys
    }

    private static func customerKeys(_ kind: KeysetEntry.Kind, _ entries: [KeysetEntry]) -> [UInt32: CustomerKey] {
        var keys: [UInt32: CustomerKey] = [:]
        for (id, material) in usable(kind, entries) {
            keys[id] = CustomerKey(material.secret.clone(), version: id)
        }
        return keys
    }
}

/// What one epoch of KRK wraps with.
final class KeyringKeys: Sendable {
    /// `kdf(KRK,1,"CFcekwr1")`.
    let customerKeyWrap: SecretBytes
    /// `kdf(KRK,1,"CFmonth1")`.
    let monthKeyWrap: SecretBytes
    /// `kdf(KRK,1,"CFkeybx1")`: only the key of a keyring archive is ever used so.
    let customerKeyBox: SecretBytes

    init(_ material: KeyMaterial) {
        customerKeyWrap = KeyDerivation.subkey(of: material.secret, id: 1, context: "CFcekwr1")
        monthKeyWrap = KeyDerivation.subkey(of: material.secret, id: 1, context: "CFmonth1")
        customerKeyBox = KeyDerivation.subkey(of: material.secret, id: 1, context: "CFkeybx1")
    }
}

private final class SigningMaterial: Sendable {
    let key: Ed25519.SigningKey

    init(_ material: KeyMaterial) { key = Ed25519.SigningKey(seed: material.secret.clone()) }
}
