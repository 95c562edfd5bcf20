public import Primitives
public import VaultModel

/// What `vault.seal` says in clear. Readable while the vault is sealed; nothing in it may be relied on before the
/// file's MAC has been checked with the root key, see `VerifiedSeal`.
public struct SealFacts: Equatable, Sendable {
    public let vault: VaultID
    public let profile: VaultProfile
    /// 1 for a new vault; one more after each restore.
    public var incarnation: UInt64
    /// One more with every change of the file. Set by `VerifiedSeal`.
    public internal(set) var generation: UInt64
    /// When the vault was created, in milliseconds since 1970.
    public let createdAtMilliseconds: Int64
    /// Sealed on command or by an alarm: unattended slots are ignored until a person unseals.
    public var isHeld: Bool
    /// SHA-256 of the registry of table and field numbers: swapping two numbers would open an e-mail as a name.
    public var registryHash: [UInt8]
    /// SHA-256 of the policy in force.
    public var policyPin: [UInt8]
    /// The key whose signature everything else in the chain of authority goes back to.
    public var authority: KeyID
    /// Verifies checkpoints.
    public var logKey: Ed25519.PublicKey
    /// Verifies replies.
    public var replyKey: Ed25519.PublicKey
    /// SHA-256 of the broker's TLS certificate.
    public var tlsPin: [UInt8]
    /// age recipients that keyring archives are sealed to; none until recovery is set up.
    public var recoveryRecipients: [String]
    /// The age recipient of a drill host, who sees vault and log archives as a stranger sees the files, and never a keyring;
    /// empty for none.
    public var drillRecipient: String
    /// The recovery cards' public side; nil until recovery is set up.
    public var recovery: RecoveryFacts?
    /// Ids of the sets of which enough cards have been read back, ascending. A set-up is not finished before.
    public var confirmedSets: [[UInt8]]

    /// The facts of a new vault: incarnation 1, not held, no recipients. The three hashes have 32 bytes each.
    public init(
        vault: VaultID, profile: VaultProfile, createdAtMilliseconds: Int64, registryHash: [UInt8],
        policyPin: [UInt8], authority: KeyID, logKey: Ed25519.PublicKey, replyKey: Ed25519.PublicKey, tlsPin: [UInt8]
    ) {
        self.vault = vault
        self.profile = profile
        incarnation = 1
        generation = 1
        self.createdAtMilliseconds = createdAtMilliseconds
        isHeld = false
        self.registryHash = registryHash
        self.policyPin = policyPin
        self.authority = authority
        self.logKey = logKey
        self.replyKey = replyKey
        self.tlsPin = tlsPin
        recoveryRecipients = []
        drillRecipient = ""
        recovery = nil
        confirmedSets = []
    }

    /// One recovery set, and one in each slot.
    static let largestConfirmedCount = SealFile.largestSlotCount + 1

    /// Whether enough cards of a set have been read back.
    public func isConfirmed(_ set: [UInt8]) -> Bool { confirmedSets.contains(set) }

    /// Notes that enough cards of a set have been read back.
    public mutating func confirm(_ set: [UInt8]) {
        guard !isConfirmed(set) else { return }
        confirmedSets = (confirmedSets + [set]).sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// What the types do not check. A violation is the caller's mistake.
    var isWellFormed: Bool {
        [registryHash, policyPin, tlsPin].allSatisfy { $0.count == 32 } && incarnation > 0 && generation > 0
            && createdAtMilliseconds >= 0 && recoveryRecipients.count <= SealFile.largestRecipientCount
            && recoveryRecipients.allSatisfy(SealFile.isRecipient) && recovery?.isWellFormed != false
            && (drillRecipient.isEmpty || SealFile.isRecipient(drillRecipient))
            && confirmedSets.count <= Self.largestConfirmedCount
            && confirmedSets.allSatisfy { $0.count == ShareSet.idSize }
            && zip(confirmedSets, confirmedSets.dropFirst()).allSatisfy { $0.lexicographicallyPrecedes($1) }
            && Ed25519.PublicKey(authority.rawKey) != nil
    }
}
