public import Primitives
internal import VaultModel

/// A copy of the root key wrapped under something a person or a machine can present.
public enum Slot: Equatable, Sendable {
    case passphrase(PassphraseSlot)
    case shares(ShareSlot)
    case hostKey(HostKeySlot)

    /// The kinds, with their numbers in the file.
    public enum Kind: UInt8, CaseIterable, Sendable {
        case passphrase = 1
        case shares = 2
        case hostKey = 3

        /// As people and scripts read it.
        public var name: String {
            switch self {
            case .passphrase: "passphrase"
            case .shares: "shares"
            case .hostKey: "host-key"
            }
        }
    }

    /// Unique within the seal file, 1 and up.
    public var id: UInt16 {
        switch self {
        case .passphrase(let slot): slot.id
        case .shares(let slot): slot.id
        case .hostKey(let slot): slot.id
        }
    }

    public var kind: Kind {
        switch self {
        case .passphrase: .passphrase
        case .shares: .shares
        case .hostKey: .hostKey
        }
    }

    /// The slot as it stands in the file.
    var bytes: [UInt8] {
        switch self {
        case .passphrase(let slot): slot.bytes
        case .shares(let slot): slot.bytes
        case .hostKey(let slot): slot.bytes
        }
    }
}

/// What a slot is to be made for.
public enum SlotSecret: Sendable {
    /// A cost of nil is the profile's.
    case passphrase(HeldSecret, cost: PassphraseCost? = nil)
    /// A set for unsealing and what its secret gives, see `ShareSlot.material`.
    case shares(ShareSet, material: HeldSecret)
    case hostKey(HeldSecret)

    /// Wraps the root key. A passphrase takes its time and memory: not on a thread that others wait for.
    func slot(
        id: UInt16, vault: VaultID, profile: VaultProfile, root: RootKey
    ) throws(UnsealError) -> Slot {
        switch self {
        case .passphrase(let passphrase, let cost):
            .passphrase(
                try PassphraseSlot.make(
                    id: id, vault: vault, profile: profile, cost: cost ?? profile.defaultCost,
                    passphrase: passphrase.bytes, root: root))
        case .shares(let set, let material):
            .shares(
                try ShareSlot.make(
                    id: id, vault: vault, profile: profile, set: set, material: material.bytes, root: root))
        case .hostKey(let key):
            .hostKey(try HostKeySlot.make(id: id, vault: vault, profile: profile, key: key.bytes, root: root))
        }
    }
}

/// What somebody presents to have the root key.
public enum UnsealKey: Sendable {
    case passphrase(HeldSecret)
    /// The set's id and its combined secret.
    case shares(set: [UInt8], secret: HeldScalar)
    case hostKey(HeldSecret)
}

/// Key and commitment of a slot that needs no stretching, and the envelope under them.
enum SlotWrap {
    static let materialSize = 64

    static func seal(
        _ root: RootKey, vault: VaultID, header: [UInt8], rest: [UInt8] = [], material: borrowing SecretBytes
    ) -> (commitment: [UInt8], envelope: [UInt8]) {
        (
            material.slice(32..<64).exposeBytes(),
            wrap(vault, header, rest).wrap(root.secret, revision: 0, under: material.slice(0..<32))
        )
    }

    /// Nil when `material` is not the slot's. Then it was the wrong key; a failure after that is an edited slot.
    static func open(
        _ envelope: [UInt8], commitment: [UInt8], vault: VaultID, header: [UInt8], rest: [UInt8] = [],
        material: borrowing SecretBytes
    ) throws(UnsealError) -> RootKey? {
        guard material.slice(32..<64).equals(SecretBytes(copying: commitment)) else { return nil }
        do {
            return RootKey(
                try wrap(vault, header, rest).unwrap(envelope, revision: 0, under: material.slice(0..<32)))
        } catch { throw .integrity }
    }

    /// The header of sixteen bytes is the record id in the associated data, the hash of what follows it the customer's:
    /// no byte of either can be edited.
    private static func wrap(_ vault: VaultID, _ header: [UInt8], _ rest: [UInt8]) -> KeyWrap {
        let customer =
            rest.isEmpty ? RecordID.none : RecordID(zeroPadding: BLAKE2b.hash(rest, size: RecordID.size))
        return KeyWrap(domain: .slot, vault: vault, customer: customer, record: RecordID(zeroPadding: header))
    }
}
