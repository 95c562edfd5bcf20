public import Primitives
public import VaultModel

/// What the recovery cards give together: an age identity that archives are sealed to, and a key that signs who goes on
/// after a disaster. It exists on paper, and in memory while it is made or used; no slot of the vault knows it.
///
/// `base = BLAKE2b-256("COFFER/RECOV/v01" ‖ vault id ‖ s)`, then `kdf(base, 1, "CFrecage")` is an X25519 key,
/// `kdf(base, 1, "CFrecsig")` an Ed25519 seed, and `kdf(base, 1, "CFreccan")` wraps the canary.
public struct RecoveryIdentity: ~Copyable, Sendable {
    private let age: SecretBytes
    private let signing: Ed25519.SigningKey
    private let canaryWrap: SecretBytes

    public init(vault: VaultID, secret: borrowing Scalar) {
        let base = BLAKE2b.hashToSecret(
            secret.bytes(), prefix: Array("COFFER/RECOV/v01".utf8) + vault.bytes, size: 32)
        age = KeyDerivation.subkey(of: base, id: 1, context: "CFrecage")
        signing = Ed25519.SigningKey(seed: KeyDerivation.subkey(of: base, id: 1, context: "CFrecsig"))
        canaryWrap = KeyDerivation.subkey(of: base, id: 1, context: "CFreccan")
    }

    /// What archives are sealed to: `age1…`.
    public var recipient: String { Bech32.text("age", X25519.publicKey(of: age)) }

    /// The secret half of `recipient`: 32 bytes that open every archive ever sealed to it.
    public borrowing func ageSecret() -> SecretBytes { age.clone() }

    public var signingKey: Ed25519.PublicKey { signing.publicKey }

    /// What `vault.seal` keeps of a new recovery set.
    public borrowing func facts(vault: VaultID, set: ShareSet, logKey: Ed25519.PublicKey) -> RecoveryFacts {
        RecoveryFacts(
            set: set, signingKey: signingKey,
            certificate: signing.sign(RecoveryFacts.statement(vault: vault, incarnation: 1, logKey: logKey)),
            canary: Self.canary(vault, set)
                .wrap(SecretBytes.random(count: 32), revision: 0, under: canaryWrap))
    }

    /// Whether this is the identity that a set's facts were made with: the canary opens, and key and recipient agree.
    public borrowing func opens(_ facts: RecoveryFacts, recipients: [String], vault: VaultID) -> Bool {
        guard facts.signingKey == signingKey, recipients.contains(recipient) else { return false }
        return (try? Self.canary(vault, facts.set).unwrap(facts.canary, revision: 0, under: canaryWrap)) != nil
    }

    /// The quorum's signature: 64 bytes.
    public borrowing func sign(_ message: [UInt8]) -> [UInt8] { signing.sign(message) }

    /// The facts of the same cards for a vault that was brought back: the certificate is over its new log key.
    public borrowing func facts(
        _ facts: RecoveryFacts, vault: VaultID, incarnation: UInt64, logKey: Ed25519.PublicKey
    ) -> RecoveryFacts {
        RecoveryFacts(
            set: facts.set, signingKey: signingKey,
            certificate: signing.sign(
                RecoveryFacts.statement(vault: vault, incarnation: incarnation, logKey: logKey)),
            canary: facts.canary)
    }

    private static func canary(_ vault: VaultID, _ set: ShareSet) -> KeyWrap {
        KeyWrap(
            domain: .recoveryCanary, vault: vault, record: RecordID(zeroPadding: set.id + [set.threshold, set.count]))
    }

    /// A signature that proves to the broker that k cards were read back.
    public borrowing func confirm(vault: VaultID, set: [UInt8]) -> [UInt8] {
        signing.sign(RecoveryFacts.confirmation(vault: vault, set: set))
    }
}

/// The public side of recovery, as `vault.seal` has it.
public struct RecoveryFacts: Equatable, Sendable {
    public let set: ShareSet
    /// The key of the quorum; its fingerprint is printed on every card.
    public let signingKey: Ed25519.PublicKey
    /// The quorum's signature over the log's key, made at the ceremony: whoever steals the credentials of a target
    /// cannot plant an archive of his own.
    public let certificate: [UInt8]
    /// An envelope that only the recovery cards open.
    public let canary: [UInt8]

    public init(set: ShareSet, signingKey: Ed25519.PublicKey, certificate: [UInt8], canary: [UInt8]) {
        self.set = set
        self.signingKey = signingKey
        self.certificate = certificate
        self.canary = canary
    }

    /// What the certificate signs. For a new vault `COFFER/RCERT/v01` ‖ vault id ‖ log key; for one that was brought back
    /// `COFFER/RCERT/v02` ‖ vault id ‖ incarnation ‖ log key: the log key of an earlier life certifies nothing in a later one.
    static func statement(vault: VaultID, incarnation: UInt64, logKey: Ed25519.PublicKey) -> [UInt8] {
        guard incarnation > 1 else { return Array("COFFER/RCERT/v01".utf8) + vault.bytes + logKey.bytes }
        var bytes = Array("COFFER/RCERT/v02".utf8) + vault.bytes
        bytes.appendLittleEndian(incarnation)
        return bytes + logKey.bytes
    }

    static func confirmation(vault: VaultID, set: [UInt8]) -> [UInt8] {
        Array("COFFER/RCONF/v01".utf8) + vault.bytes + set
    }

    /// Whether the quorum has signed this log's key.
    public func certifies(_ logKey: Ed25519.PublicKey, vault: VaultID, incarnation: UInt64 = 1) -> Bool {
        signingKey.isValid(
            signature: certificate, for: Self.statement(vault: vault, incarnation: incarnation, logKey: logKey))
    }

    /// Whether a confirmation is the quorum's.
    public func isConfirmation(_ signature: [UInt8], vault: VaultID) -> Bool {
        signingKey.isValid(signature: signature, for: Self.confirmation(vault: vault, set: set.id))
    }

    /// How people compare the key: the first sixteen bytes of its SHA-256, in groups of four hexadecimal digits.
    public var fingerprint: String { Self.fingerprint(of: signingKey) }

    public static func fingerprint(of key: Ed25519.PublicKey) -> String {
        KeyID(key).quorumFingerprint
    }

    var isWellFormed: Bool {
        self.set.purpose == .recovery && certificate.count == Ed25519.signatureSize
            && (EnvelopeLayout.smallest...PassphraseSlot.largestEnvelope).contains(canary.count)
    }
}
