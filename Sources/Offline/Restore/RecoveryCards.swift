public import AccessLog
internal import Archive
public import Authority
internal import Keys
public import Primitives
public import VaultModel
public import Wire

/// Enough recovery cards, together: what opens a vault's archives and speaks for its quorum.
public struct RecoveryCards: Sendable {
    private let identity: Held
    private let vault: VaultID
    let age: AgeIdentity

    private final class Held: Sendable {
        let value: RecoveryIdentity
        init(_ value: consuming RecoveryIdentity) { self.value = value }
    }

    /// Holds the cards against the set that an archive names, and puts them together.
    ///
    /// - Parameters:
    ///   - texts: what stands on the cards.
    ///   - manifest: any archive's file of this vault, not believed yet: a card that does not fit it is named, and a
    ///     manifest that was forged gives cards that open nothing.
    public init(
        _ texts: [HeldSecret], manifest: [UInt8], vault: VaultID
    ) throws(CardReading.Problem) {
        guard let facts = SignedManifest.claimedRecovery(in: manifest) else { throw .foreign }
        do throws(ShareError) {
            var cards: [ShareCard] = []
            for text in texts { cards.append(try ShareCard(parsing: text.bytes)) }
            guard let first = cards.first else { throw .tooFew(have: 0, need: facts.set.threshold) }
            guard first.purpose == .recovery else { throw .purpose(first.purpose) }
            let secret = try facts.set.combine(cards, vault: vault)
            let identity = RecoveryIdentity(vault: vault, secret: secret.value)
            guard identity.signingKey == facts.signingKey else { throw .wrongSecret }
            age = AgeIdentity(secret: identity.ageSecret())
            self.identity = Held(identity)
        } catch { throw CardReading.Problem(error) }
        self.vault = vault
    }

    /// Holds the cards against the set that a running broker names, and puts them together. What they give must open what
    /// was stored when they were made, and have certified the log's key.
    ///
    /// - Parameter logKey: as this device knows it, not as the broker says.
    public init(
        _ texts: [HeldSecret], recovery: RecoveryState, vault: VaultID, logKey: Ed25519.PublicKey, incarnation: UInt64
    ) throws(CardReading.Problem) {
        do throws(ShareError) {
            var cards: [ShareCard] = []
            for text in texts { cards.append(try ShareCard(parsing: text.bytes)) }
            guard let first = cards.first else { throw .tooFew(have: 0, need: 2) }
            guard first.purpose == .recovery else { throw .purpose(first.purpose) }
            guard let facts = RecoveryFacts(recovery) else { throw .foreignSet }
            let secret = try facts.set.combine(cards, vault: vault)
            let identity = RecoveryIdentity(vault: vault, secret: secret.value)
            guard identity.opens(facts, recipients: [recovery.recipient], vault: vault),
                facts.certifies(logKey, vault: vault, incarnation: incarnation)
            else { throw .wrongSecret }
            age = AgeIdentity(secret: identity.ageSecret())
            self.identity = Held(identity)
        } catch { throw CardReading.Problem(error) }
        self.vault = vault
    }

    /// The quorum's word that another key signs blocks from `at` on, seconds since 1970: the block for the log, and the
    /// statement for the devices. The vault's other keys stay as they are.
    ///
    /// - Returns: nil where `logKey` is no log's.
    public func succession(
        to authority: KeyID, logKey: VerifierKey, replyKey: KeyID, tlsPin: String, at: Int64
    ) -> (block: DSSEEnvelope, statement: DSSEEnvelope)? {
        guard let generation = LogOrigin(logKey.name)?.incarnation else { return nil }
        let quorum = KeyID(signingKey)
        let block = RecoverBlock(
            header: BlockHeader(vault: vault, issuer: quorum, at: at), replacement: .authority(authority),
            incarnation: Int64(clamping: generation), logKey: KeyID(logKey.key))
        let statement = SuccessionStatement(
            vault: vault, generation: generation, at: at, authority: authority, logKey: KeyID(logKey.key),
            replyKey: replyKey, tlsPin: tlsPin)
        return (DSSEEnvelope.sealing(block) { sign($0) }, statement.sealed(by: quorum) { sign($0) })
    }

    /// How many cards the newest archive asks for; 0 where it does not say.
    public static func needed(by manifest: [UInt8]) -> Int {
        Int(SignedManifest.claimedRecovery(in: manifest)?.set.threshold ?? 0)
    }

    /// The quorum's key: certifies the log keys of all generations.
    public var signingKey: Ed25519.PublicKey { identity.value.signingKey }

    /// How people compare it with what stands on the cards.
    public var fingerprint: String { RecoveryFacts.fingerprint(of: signingKey) }

    func sign(_ message: [UInt8]) -> [UInt8] { identity.value.sign(message) }

    func facts(_ facts: RecoveryFacts, incarnation: UInt64, logKey: Ed25519.PublicKey) -> RecoveryFacts {
        identity.value.facts(facts, vault: vault, incarnation: incarnation, logKey: logKey)
    }
}

extension CardReading.Problem {
    /// What lies on the target names no recovery cards.
    fileprivate static let foreign = CardReading.Problem(
        kind: .damaged, hint: "the newest archive does not say which cards open it; try another target")
}
