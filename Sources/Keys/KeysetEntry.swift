internal import Primitives

/// One key of the keyset.
public struct KeysetEntry: Sendable {
    /// What a key is for. The numbers are stored.
    public enum Kind: UInt8, CaseIterable, Hashable, Sendable {
        /// KRK: wraps customers' keys and month keys; its id is the epoch.
        case keyring = 1
        /// BIK: root of the blind indexes; its id is the generation.
        case index = 2
        /// STATEK: the row-set digest.
        case state = 3
        /// LOGK: pseudonyms of denied search terms in the log.
        case logPseudonym = 4
        /// PAGEK: hashes of database pages.
        case page = 5
        /// SHOPK: fields of non-personal classes, which outlive an erasure.
        case shop = 6
        /// CANARYK: flags of canary records.
        case canary = 7
        /// STAFFK: names of the staff.
        case staff = 8
        /// BSK: Ed25519 seed that signs checkpoints and manifests.
        case checkpoint = 9
        /// REPLYK: Ed25519 seed that signs replies.
        case reply = 10

        /// After how many days a key should be replaced; nil for keys that are replaced on an occasion only.
        public var rotationDays: Int? {
            switch self {
            case .keyring: 365
            case .index: 1_095
            default: nil
            }
        }
    }

    /// What may still be done with a key. The numbers are stored.
    public enum Status: UInt8, CaseIterable, Hashable, Sendable {
        /// Seals and opens. Of several enabled keys the one with the lowest id is primary.
        case enabled = 1
        /// Opens what was sealed before, seals nothing new.
        case retired = 2
        /// Gone. The entry stays, so that its id is never given again.
        case destroyed = 3
    }

    public let kind: Kind
    /// Epoch, generation or version; unique within its kind and never zero.
    public let id: UInt32
    public let status: Status
    /// Nil exactly when the key is destroyed.
    let material: KeyMaterial?

    var identity: KeysetEntry.Identity { Identity(kind: kind.rawValue, id: id) }

    /// The order of entries in the file.
    struct Identity: Hashable, Comparable {
        let kind: UInt8
        let id: UInt32
        static func < (lhs: Self, rhs: Self) -> Bool { (lhs.kind, lhs.id) < (rhs.kind, rhs.id) }
    }
}

/// Thirty-two secret bytes that several keysets may share.
final class KeyMaterial: Sendable {
    static let size = 32
    let secret: SecretBytes

    init(_ secret: consuming SecretBytes) {
        precondition(secret.count == Self.size, "a key of the keyset has 32 bytes")
        self.secret = secret
    }

    static func random() -> KeyMaterial { KeyMaterial(SecretBytes.random(count: size)) }
}
