public import Authority
public import VaultModel

/// What a verifier is told besides the key. Everything here comes from outside the export.
public struct VerifyOptions: Sendable {
    /// The key that signs the vault's blocks; where it is nil, the one in the statement signed by the log is believed.
    public var authority: KeyID?
    /// The recovery quorum's fingerprint, as cards show it. Without it, nobody's word changes who rules: an order of a quorum
    /// is a finding, because whoever holds the log's key could have made one up.
    public var quorum: String?
    /// Witnesses that must have signed the checkpoint, or an earlier one that comes along and that it continues.
    public var witnesses: WitnessPolicy?
    /// Seconds since 1970 before which a cosignature is too old.
    public var witnessedSince: UInt64 = 0
    /// A signed checkpoint of this log known from before: the export must continue it.
    public var previous: [UInt8]?
    /// Check the tree alone: checkpoint, leaves, tiles. Says nothing about the entries.
    public var treeOnly = false
    /// Threads that hash and verify.
    public var threads = 2

    public init() {}
}

/// What was found in an export.
public struct VerifyReport: Sendable {
    public enum Scope: String, Sendable {
        case full
        /// Parts are withheld, as the signed statement says.
        case filtered
        /// Nothing but the tree was looked at.
        case tree
    }

    /// Whether nothing is wrong with what was there to be checked.
    public var ok: Bool { findings.isEmpty }
    public internal(set) var scope = Scope.full
    /// Entries in the folder.
    public internal(set) var entries: UInt64 = 0
    /// Entries under the signed root.
    public internal(set) var covered: UInt64 = 0
    /// Signatures verified, and those that could not be because the evidence is purged or withheld.
    public internal(set) var signaturesVerified = 0
    public internal(set) var signaturesNotChecked = 0
    /// What was signed; nil when the signature did not hold.
    public internal(set) var checkpoint: Checkpoint?
    /// Whose blocks were taken for the authority's.
    public internal(set) var authority: KeyID?
    /// Where a recovery quorum brought the vault back or replaced its authority, and the quorum's key: to be compared with
    /// what stands on the recovery cards.
    public internal(set) var recoveries: [RegisteredRecovery] = []
    public internal(set) var findings: [LogFinding] = []
    /// Worth knowing and not wrong: gaps between counters.
    public internal(set) var notes: [LogFinding] = []
}
