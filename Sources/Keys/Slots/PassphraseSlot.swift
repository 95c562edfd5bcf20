internal import Primitives
internal import VaultModel

/// A copy of the root key wrapped under a passphrase.
///
/// ```
///  0  2 slot id, not zero     2  1 kind = 1      3  1 profile
///  4  4 operations            8  8 memory in bytes
/// 16 16 salt                 32 32 commitment   64  2 length   66 … envelope
/// ```
/// `Argon2id(NFKC(passphrase), salt, operations, memory) = key[32] ‖ commitment[32]`. The first sixteen bytes are the
/// record id in the envelope's associated data, so that neither cost nor profile can be edited.
public struct PassphraseSlot: Equatable, Sendable {
    /// Unique within the seal file, 1 and up.
    public let id: UInt16
    public let profile: VaultProfile
    public let cost: PassphraseCost
    let salt: [UInt8]
    let commitment: [UInt8]
    let envelope: [UInt8]

    static var kind: UInt8 { Slot.Kind.passphrase.rawValue }
    static let largestEnvelope = 512

    /// The first sixteen bytes.
    static func header(id: UInt16, profile: VaultProfile, cost: PassphraseCost) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(id)
        bytes.append(kind)
        bytes.append(profile.rawValue)
        bytes.appendLittleEndian(UInt32(cost.operations))
        bytes.appendLittleEndian(UInt64(cost.memoryBytes))
        return bytes
    }

    private static func wrap(
        vault: VaultID, id: UInt16, profile: VaultProfile, cost: PassphraseCost
    ) -> KeyWrap {
        KeyWrap(
            domain: .slot, vault: vault,
            record: RecordID(zeroPadding: header(id: id, profile: profile, cost: cost)))
    }

    /// Hashes the passphrase and wraps the root key. Takes seconds and the cost's memory: not on a thread that others
    /// wait for.
    static func make(
        id: UInt16, vault: VaultID, profile: VaultProfile, cost: PassphraseCost,
        passphrase: borrowing SecretBytes, root: RootKey
    ) throws(UnsealError) -> PassphraseSlot {
        guard profile.accepts(cost), id > 0 else { throw .cost }
        let salt = Random.bytes(PasswordHash.saltSize)
        let hash = try hash(passphrase, salt: salt, cost: cost)
        return PassphraseSlot(
            id: id, profile: profile, cost: cost, salt: salt,
            commitment: hash.slice(32..<64).exposeBytes(),
            envelope: wrap(vault: vault, id: id, profile: profile, cost: cost)
                .wrap(root.secret, revision: 0, under: hash.slice(0..<32)))
    }

    /// The root key, if this is the slot's passphrase. The cost is checked first, the passphrase by the commitment.
    func open(
        vault: VaultID, profile: VaultProfile, passphrase: borrowing SecretBytes
    ) throws(UnsealError) -> RootKey {
        guard self.profile == profile, profile.accepts(cost) else { throw .cost }
        let hash = try Self.hash(passphrase, salt: salt, cost: cost)
        guard hash.slice(32..<64).equals(SecretBytes(copying: commitment)) else { throw .wrongPassphrase }
        do {
            return RootKey(
                try Self.wrap(vault: vault, id: id, profile: profile, cost: cost)
                    .unwrap(envelope, revision: 0, under: hash.slice(0..<32)))
        } catch { throw .integrity }
    }

    var bytes: [UInt8] {
        var bytes = Self.header(id: id, profile: profile, cost: cost) + salt + commitment
        bytes.appendLittleEndian(UInt16(envelope.count))
        return bytes + envelope
    }

    /// What follows id and kind.
    static func parse(
        _ reader: inout SealFileReader, id: UInt16, profile: VaultProfile
    ) throws(SealFileError) -> PassphraseSlot {
        let slotProfile = try reader.uint8()
        let operations = try reader.uint32()
        let memory = try reader.uint64()
        guard slotProfile == profile.rawValue, memory <= UInt64(Int.max) else { throw .slotCost }
        let cost = PassphraseCost(operations: Int(operations), memoryBytes: Int(memory))
        guard profile.accepts(cost) else { throw .slotCost }
        let salt = try reader.bytes(PasswordHash.saltSize)
        let commitment = try reader.bytes(32)
        return PassphraseSlot(
            id: id, profile: profile, cost: cost, salt: salt, commitment: commitment,
            envelope: try reader.slotEnvelope())
    }

    private static func hash(
        _ passphrase: borrowing SecretBytes, salt: [UInt8], cost: PassphraseCost
    ) throws(UnsealError) -> SecretBytes {
        guard let text = PassphraseText.normalised(passphrase) else { throw .notText }
        do {
            return try PasswordHash.argon2id(
                text, salt: salt, operations: cost.operations, memoryBytes: cost.memoryBytes, size: 64)
        } catch {
            switch error {
            case .outOfMemory: throw .outOfMemory
            case .parameters: throw .cost
            }
        }
    }
}

/// Why what was presented did not give the root key.
public enum UnsealError: Error, Equatable, Sendable {
    /// No slot has this passphrase.
    case wrongPassphrase
    /// The passphrase is not UTF-8.
    case notText
    /// No slot was made for these cards.
    case wrongShares
    /// No slot was made for this host key.
    case wrongKey
    /// The cost lies outside what the profile accepts; nothing was computed.
    case cost
    /// The memory the cost asks for could not be had.
    case outOfMemory
    /// Passphrase, cards or key are right, the slot was edited.
    case integrity
}
