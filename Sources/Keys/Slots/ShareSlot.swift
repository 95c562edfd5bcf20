public import Primitives
public import VaultModel

/// A copy of the root key that k of n cards open.
///
/// ```
///  0  2 slot id, not zero     2  1 kind = 2      3  1 profile
///  4  1 k                     5  1 n             6  2 zero        8  8 set id
/// 16 16n fingerprints of the shares, by index
///    32 commitment             2 length          envelope
/// ```
/// `BLAKE2b-512("COFFER/SHARE/v01" ‖ vault id ‖ set id ‖ s) = key[32] ‖ commitment[32]`. The first sixteen bytes are the
/// record id in the envelope's associated data, BLAKE2b-128 of the fingerprints the customer id.
public struct ShareSlot: Equatable, Sendable {
    public let id: UInt16
    public let profile: VaultProfile
    public let set: ShareSet
    /// 32 bytes. They tell whoever has combined a secret that it is this slot's.
    public let commitment: [UInt8]
    let envelope: [UInt8]

    /// Key and commitment of a set's secret: what makes the slot, and what opens it.
    public static func material(vault: VaultID, set: [UInt8], secret: borrowing Scalar) -> HeldSecret {
        HeldSecret(
            BLAKE2b.hashToSecret(
                secret.bytes(), prefix: Array("COFFER/SHARE/v01".utf8) + vault.bytes + set,
                size: SlotWrap.materialSize))
    }

    /// Whether a combined secret is the one the slot was made for.
    public static func commits(
        _ commitment: [UInt8], vault: VaultID, set: [UInt8], secret: borrowing Scalar
    ) -> Bool {
        material(vault: vault, set: set, secret: secret).bytes.slice(32..<64)
            .equals(SecretBytes(copying: commitment))
    }

    private static func header(id: UInt16, profile: VaultProfile, set: ShareSet) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(id)
        bytes += [Slot.Kind.shares.rawValue, profile.rawValue, set.threshold, set.count, 0, 0]
        return bytes + set.id
    }

    private var header: [UInt8] { Self.header(id: id, profile: profile, set: set) }

    static func make(
        id: UInt16, vault: VaultID, profile: VaultProfile, set: ShareSet, material: borrowing SecretBytes,
        root: RootKey
    ) throws(UnsealError) -> ShareSlot {
        guard id > 0, set.purpose == .unsealing, material.count == SlotWrap.materialSize else { throw .wrongShares }
        let sealed = SlotWrap.seal(
            root, vault: vault, header: header(id: id, profile: profile, set: set),
            rest: set.fingerprints.flatMap { $0 },
            material: material)
        return ShareSlot(
            id: id, profile: profile, set: set, commitment: sealed.commitment, envelope: sealed.envelope)
    }

    /// The root key, or nil when this is another secret.
    func open(vault: VaultID, profile: VaultProfile, secret: borrowing Scalar) throws(UnsealError) -> RootKey? {
        guard self.profile == profile else { throw .integrity }
        return try open(vault: vault, material: Self.material(vault: vault, set: set.id, secret: secret).bytes)
    }

    /// The root key, or nil when the 64 bytes are another set's.
    func open(vault: VaultID, material: borrowing SecretBytes) throws(UnsealError) -> RootKey? {
        try SlotWrap.open(
            envelope, commitment: commitment, vault: vault, header: header, rest: set.fingerprints.flatMap { $0 },
            material: material)
    }

    var bytes: [UInt8] {
        var bytes = header + set.fingerprints.flatMap { $0 } + commitment
        bytes.appendLittleEndian(UInt16(envelope.count))
        return bytes + envelope
    }

    /// What follows id and kind.
    static func parse(
        _ reader: inout SealFileReader, id: UInt16, profile: VaultProfile
    ) throws(SealFileError) -> ShareSlot {
        guard try reader.uint8() == profile.rawValue else { throw .slotCost }
        let (threshold, count) = (try reader.uint8(), try reader.uint8())
        guard try reader.uint16() == 0 else { throw .malformed }
        let set = try reader.shareSet(.unsealing, threshold: threshold, count: count)
        let commitment = try reader.bytes(32)
        return ShareSlot(
            id: id, profile: profile, set: set, commitment: commitment, envelope: try reader.slotEnvelope())
    }
}
