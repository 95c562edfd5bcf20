public import VaultModel
public import Wire

/// Who a key belongs to and which broker it is for: the readable part of an identity file.
public struct Identity: Hashable, Sendable {
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        /// A person's own key: signs requests.
        case person
        /// The key that signs blocks; may live on a stick.
        case authority
    }

    public let kind: Kind
    public let vault: VaultID
    public let kid: KeyID
    /// What the person is called on this device, at most 256 bytes.
    public let name: String
    public let profile: WireProfile
    public let broker: BrokerKeys
    /// Authorities that the recovery quorum has replaced since this key was made, oldest first. What they signed for
    /// others still stands; they sign nothing any more.
    public let earlierAuthorities: [KeyID]

    /// More than a vault ever has.
    public static let mostEarlierAuthorities = 32

    public init(
        kind: Kind, vault: VaultID, kid: KeyID, name: String, profile: WireProfile, broker: BrokerKeys,
        earlierAuthorities: [KeyID] = []
    ) {
        self.kind = kind
        self.vault = vault
        self.kid = kid
        self.name = name
        self.profile = profile
        self.broker = broker
        self.earlierAuthorities = earlierAuthorities
    }
}

/// Why an identity cannot be used.
public enum IdentityError: Error, Hashable, Sendable {
    /// There is no file.
    case missing
    /// There is one already; it is never overwritten.
    case exists
    /// The file cannot be read or written, for the reason of this `errno`.
    case file(Int32)
    /// Others than the owner may read or change the file.
    case permissions
    /// Not an identity file, or one of a later version.
    case form
    /// The file asks for a cost its profile does not allow; nothing was computed.
    case cost
    /// The memory that the cost asks for could not be had.
    case memory
    /// The passphrase is empty, longer than 1,024 bytes, or not UTF-8.
    case passphrase
    /// Wrong passphrase, or the file was changed: the two cannot be told apart.
    case wrongPassphrase
}
