public import Primitives
internal import VaultModel

/// A copy of the root key that a file of this machine opens, without a person: for shops that restart at night.
///
/// ```
///  0  2 slot id, not zero     2  1 kind = 3      3  1 profile       4  4 zero        8  8 key id
/// 16 32 commitment            2 length           envelope
/// ```
/// `BLAKE2b-512(key of 32 bytes, "COFFER/HOSTK/v01" ‖ vault id ‖ the first sixteen bytes) = key[32] ‖ commitment[32]`.
public struct HostKeySlot: Equatable, Sendable {
    /// Bytes of the key's file.
    public static let keySize = 32

    public let id: UInt16
    public let profile: VaultProfile
    /// Eight bytes that tell one key file from another: a hash of the key.
    public let keyID: [UInt8]
    let commitment: [UInt8]
    let envelope: [UInt8]

    /// The eight bytes by which a key of 32 random bytes is known.
    public static func keyID(of key: borrowing SecretBytes) -> [UInt8] {
        Array(BLAKE2b.hashToSecret(key, prefix: Array("COFFER/HOSTI/v01".utf8), size: 16).exposeBytes().prefix(8))
    }

    private static func header(id: UInt16, profile: VaultProfile, keyID: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(id)
        bytes += [Slot.Kind.hostKey.rawValue, profile.rawValue, 0, 0, 0, 0]
        return bytes + keyID
    }

    private static func material(_ key: borrowing SecretBytes, vault: VaultID, header: [UInt8]) -> SecretBytes {
        BLAKE2b.deriveSecret(
            Array("COFFER/HOSTK/v01".utf8) + vault.bytes + header, key: key, size: SlotWrap.materialSize)
    }

    static func make(
        id: UInt16, vault: VaultID, profile: VaultProfile, key: borrowing SecretBytes, root: RootKey
    ) throws(UnsealError) -> HostKeySlot {
        guard id > 0, key.count == keySize else { throw .wrongKey }
        let keyID = keyID(of: key)
        let header = header(id: id, profile: profile, keyID: keyID)
        let sealed = SlotWrap.seal(
            root, vault: vault, header: header, material: material(key, vault: vault, header: header))
        return HostKeySlot(
            id: id, profile: profile, keyID: keyID, commitment: sealed.commitment, envelope: sealed.envelope)
    }

    /// The root key, or nil when this is another key.
    func open(vault: VaultID, profile: VaultProfile, key: borrowing SecretBytes) throws(UnsealError) -> RootKey? {
        guard self.profile == profile else { throw .integrity }
        guard key.count == Self.keySize else { return nil }
        let header = Self.header(id: id, profile: self.profile, keyID: keyID)
        return try SlotWrap.open(
            envelope, commitment: commitment, vault: vault, header: header,
            material: Self.material(key, vault: vault, header: header))
    }

    var bytes: [UInt8] {
        var bytes = Self.header(id: id, profile: profile, keyID: keyID) + commitment
        bytes.appendLittleEndian(UInt16(envelope.count))
        return bytes + envelope
    }

    /// What follows id and kind.
    static func parse(
        _ reader: inout SealFileReader, id: UInt16, profile: VaultProfile
    ) throws(SealFileError) -> HostKeySlot {
        guard try reader.uint8() == profile.rawValue else { throw .slotCost }
        guard try reader.uint32() == 0 else { throw .malformed }
        let keyID = try reader.bytes(8)
        let commitment = try reader.bytes(32)
        return HostKeySlot(
            id: id, profile: profile, keyID: keyID, commitment: commitment, envelope: try reader.slotEnvelope())
    }
}
