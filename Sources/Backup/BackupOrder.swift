public import Archive
public import Keys
public import Primitives
public import VaultModel

/// Whose archives are made, and for whom: the same for all parts of a run.
public struct BackupSource: Sendable {
    public let vault: VaultID
    /// The vault's incarnation.
    public let generation: UInt64
    public let logKey: Ed25519.PublicKey
    /// Who can open data and log: the recovery quorum, and a drill host if there is one.
    public let recipients: [AgeRecipient]
    /// Who can open the keyring: the recovery quorum alone.
    public let quorum: [AgeRecipient]
    public let recovery: RecoveryFacts

    /// Nil without a recovery set that certifies the log's key, or with a recipient that is none.
    public init?(_ facts: SealFacts) {
        guard let recovery = facts.recovery,
            recovery.certifies(facts.logKey, vault: facts.vault, incarnation: facts.incarnation),
            !facts.recoveryRecipients.isEmpty
        else { return nil }
        var quorum: [AgeRecipient] = []
        for text in facts.recoveryRecipients {
            guard let recipient = try? AgeRecipient(text) else { return nil }
            quorum.append(recipient)
        }
        vault = facts.vault
        generation = facts.incarnation
        logKey = facts.logKey
        self.quorum = quorum
        guard facts.drillRecipient.isEmpty || (try? AgeRecipient(facts.drillRecipient)) != nil else { return nil }
        recipients = quorum + [facts.drillRecipient].compactMap { try? AgeRecipient($0) }
        self.recovery = recovery
    }

    /// Names whom data and log are sealed to. What rests on a full archive that somebody cannot open is worth nothing to her.
    var readers: [UInt8] {
        SHA256.hash(Array(recipients.map(\.text).joined(separator: "\n").utf8))
    }

    public var names: ArchiveNames { ArchiveNames(vault: vault, generation: generation) }
}

/// What one run is to make.
public struct BackupOrder: Sendable {
    /// The newest manifest that the targets have, of any part.
    public struct Head: Hashable, Sendable {
        public let sequence: UInt64
        /// Of the manifest's file.
        public let hash: String
        /// Milliseconds since 1970.
        public let created: Int64

        public init(sequence: UInt64, hash: String, created: Int64) {
            (self.sequence, self.hash, self.created) = (sequence, hash, created)
        }
    }

    /// Names the run, and its entries in the log: `b_` and 26 letters or digits.
    public let set: String
    /// Full archives even where little changed.
    public let isFull: Bool
    /// Nil when the targets have nothing of this generation.
    public let head: Head?
    /// The full archives that every target has: the hashes of their manifests, and until when they are kept.
    public let bases: [String: Int64]
    /// Milliseconds since 1970.
    public let now: Int64
    /// Below this a database is archived whole each time: a restore then needs one archive and not two.
    public let wholeBelowBytes: Int64

    public init(
        set: String, isFull: Bool, head: Head?, bases: [String: Int64], now: Int64, wholeBelowBytes: Int64 = 8 << 20
    ) {
        (self.set, self.isFull, self.head, self.bases, self.now) = (set, isFull, head, bases, now)
        self.wholeBelowBytes = wholeBelowBytes
    }
}

/// How far a run is.
public struct BackupProgress: Hashable, Sendable {
    public enum Phase: String, CaseIterable, Hashable, Sendable {
        case copying, comparing, sealing, keyring, done
    }

    public var phase: Phase
    public var part: ArchivePart
    public var doneBytes: Int64
    public var totalBytes: Int64

    public init(phase: Phase, part: ArchivePart, doneBytes: Int64 = 0, totalBytes: Int64 = 0) {
        (self.phase, self.part, self.doneBytes, self.totalBytes) = (phase, part, doneBytes, totalBytes)
    }
}

/// Why a run came to nothing. What it made is thrown away; the vault is as it was.
public enum BackupFailure: Error, Sendable {
    /// A database could not be copied.
    case storage(any Error)
    /// The spool could not be written.
    case spool(reason: String, isFull: Bool)
    /// A customer's or a month's key does not open.
    case keys
    case archive(ArchiveError)
    case age(AgeError)
    case cancelled
}
