internal import Archive
internal import Keys
public import Primitives
public import VaultModel

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

    /// How many cards the newest archive asks for; 0 where it does not say.
    public static func needed(by manifest: [UInt8]) -> Int {
        Int(SignedManifest.claimedRecovery(in: manifest)?.set.threshold ?? 0)
    }

    /// The quorum's key: certifies the log keys of all generations.
    public var signingKey: Ed25519.PublicKey { identity.value.signingKey }

    /// How people compare it with what stands on the cards.
    public var fingerprint: String { RecoveryFacts.fingerprint(of: signingKey) }

    func sign(_ message: [UInt8]) -> [UInt8] { identity.value.sign(message) }

    func facts(_ facts: RecoveryFacts, logKey: Ed25519.PublicKey) -> RecoveryFacts {
        identity.value.facts(facts, vault: vault, logKey: logKey)
    }
}

extension CardReading.Problem {
    /// What lies on the target names no recovery cards.
    fileprivate static let foreign = CardReading.Problem(
        kind: .damaged, hint: "the newest archive does not say which cards open it; try another target")
}
