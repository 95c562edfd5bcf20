internal import Keys
public import Primitives
public import VaultModel
public import Wire

/// The making of cards: secrets that exist in this process and on paper. When the value goes, they exist on paper alone.
public struct CardCeremony: Sendable {
    /// One card to be printed.
    public struct Card: Sendable {
        public let use: CardUse
        /// 1 and up.
        public let index: Int
        public let needed: Int
        public let count: Int
        /// The set's id, sixteen hexadecimal digits.
        public let set: String
        /// 86 letters and digits.
        public let text: HeldSecret
    }

    public let vault: VaultID
    public let cards: [Card]
    private let unsealing: (set: ShareSet, material: HeldSecret)?
    private let recovery: (set: ShareSet, secret: HeldScalar)?

    /// Draws the secrets and splits them.
    public init(vault: VaultID, unsealing: CardQuorum?, recovery: CardQuorum?) {
        self.vault = vault
        var cards: [Card] = []
        func make(_ purpose: ShareSet.Purpose, _ quorum: CardQuorum) -> (set: ShareSet, secret: HeldScalar) {
            let made = ShareSet.generate(purpose, vault: vault, threshold: quorum.needed, count: quorum.cards)
            cards += made.cards.map { card in
                Card(
                    use: purpose == .unsealing ? .unsealing : .recovery, index: Int(card.index),
                    needed: Int(quorum.needed), count: Int(quorum.cards), set: made.set.name,
                    text: HeldSecret(card.text()))
            }
            return (made.set, made.secret)
        }
        self.unsealing = unsealing.map { quorum in
            let made = make(.unsealing, quorum)
            return (
                made.set, ShareSlot.material(vault: vault, set: made.set.id, secret: made.secret.value)
            )
        }
        self.recovery = recovery.map { make(.recovery, $0) }
        self.cards = cards
    }

    /// The slot of the cards that unseal.
    var slot: SlotSecret? { unsealing.map { .shares($0.set, material: $0.material) } }

    /// What the seal file keeps of recovery: the public side, and the quorum's signature over the log's key.
    func recoveryFacts(logKey: Ed25519.PublicKey) -> (facts: RecoveryFacts, recipient: String)? {
        guard let recovery else { return nil }
        let identity = RecoveryIdentity(vault: vault, secret: recovery.secret.value)
        return (identity.facts(vault: vault, set: recovery.set, logKey: logKey), identity.recipient)
    }

    /// What is public about recovery; nil without recovery cards.
    public func recoveryKeys(logKey: [UInt8]) -> RecoveryKeys? {
        guard let key = Ed25519.PublicKey(logKey), let (facts, recipient) = recoveryFacts(logKey: key) else {
            return nil
        }
        return RecoveryKeys(
            vault: vault, recipient: recipient, signingKey: facts.signingKey.bytes, certificate: facts.certificate)
    }

    // MARK: - For a broker that runs

    /// The set for unsealing as a request brings it; nil without such cards.
    public var set: CardSet? {
        unsealing.map {
            CardSet(
                set: $0.set.name, needed: UInt64($0.set.threshold), cards: UInt64($0.set.count),
                fingerprints: $0.set.fingerprints.flatMap { $0 }, commitment: [], confirmed: false)
        }
    }

    /// Key and commitment of its slot, base 64. It leaves locked memory here: its next stop is a request's body.
    public var material: Sensitive? {
        unsealing.map { Sensitive(Base64.encode($0.material.bytes.exposeBytes())) }
    }
}

/// The public side of recovery.
public struct RecoveryKeys: Hashable, Sendable {
    public let vault: VaultID
    /// The age recipient that archives are sealed to.
    public let recipient: String
    /// The quorum's Ed25519 key.
    public let signingKey: [UInt8]
    /// Its signature over the log's key.
    public let certificate: [UInt8]

    public init(vault: VaultID, recipient: String, signingKey: [UInt8], certificate: [UInt8]) {
        self.vault = vault
        self.recipient = recipient
        self.signingKey = signingKey
        self.certificate = certificate
    }

    /// How people compare the key: eight groups of four hexadecimal digits. Empty where the key is none.
    public var fingerprint: String {
        Ed25519.PublicKey(signingKey).map { RecoveryFacts.fingerprint(of: $0) } ?? ""
    }

    /// A text file for whoever checks manifests and certificates; nothing in it is secret.
    public var text: String {
        """
        # Coffer: the public side of recovery. Nothing in this file is secret.
        vault \(vault)
        recipient \(recipient)
        signing-key \(Base64.encode(signingKey))
        fingerprint \(fingerprint)
        log-key-certificate \(Base64.encode(certificate))

        """
    }
}
