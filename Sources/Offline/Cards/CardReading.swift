internal import Keys
public import Primitives
public import VaultModel
public import Wire

/// Cards that are read back on a device, without telling anybody what stands on them.
public enum CardReading {
    /// Why a card was refused. The hint names the card and nothing of its share.
    public struct Problem: Error, Hashable, Sendable {
        public enum Kind: Hashable, Sendable {
            /// No card at all.
            case malformed
            /// A card, and the wrong one.
            case denied
            case repeated
            /// The vault's files do not fit its cards.
            case damaged
        }
        public let kind: Kind
        public let hint: String
    }

    /// Finds a slip before anything is sent: whether the text is a card, and for this use.
    public static func check(_ text: HeldSecret, use: CardUse) throws(Problem) {
        do throws(ShareError) {
            let card = try ShareCard(parsing: text.bytes)
            guard card.purpose == purpose(use) else { throw .purpose(card.purpose) }
        } catch { throw Problem(error) }
    }

    /// The line of a file on which a card stands: a card file as it was written, or the text alone.
    public static func find(in file: borrowing SecretBytes) -> HeldSecret? {
        var bytes = file.exposeBytes()
        defer { Wipe.zero(&bytes) }
        let prefixes = CardUse.allCases.map { Array((purpose($0).prefix + "1").utf8) }
        for line in bytes.split(separator: 0x0A) {
            let word = line.drop { $0 == 0x20 || $0 == 0x09 }
            let start = word.prefix(8).map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
            guard prefixes.contains(start) else { continue }
            var found = Array(word)
            return HeldSecret(SecretBytes(wiping: &found))
        }
        return nil
    }

    /// Reads enough cards of a set back: they are held against the set, put together, and what they give must open what
    /// was stored when they were made. Gives the request that tells the broker so.
    public static func confirm(
        _ texts: [HeldSecret], use: CardUse, keys: GetKeys.Reply, vault: VaultID
    ) throws(Problem) -> ConfirmCards.Request {
        do throws(ShareError) {
            var cards: [ShareCard] = []
            for text in texts { cards.append(try ShareCard(parsing: text.bytes)) }
            switch use {
            case .unsealing: return try confirm(cards, keys.sets, vault)
            case .recovery: return try confirm(cards, keys.recovery, vault)
            }
        } catch { throw Problem(error) }
    }

    private static func confirm(
        _ cards: [ShareCard], _ sets: [CardSet], _ vault: VaultID
    ) throws(ShareError) -> ConfirmCards.Request {
        guard let first = cards.first else { throw .tooFew(have: 0, need: 2) }
        guard first.purpose == .unsealing else { throw .purpose(first.purpose) }
        guard let stored = sets.first(where: { Hex.decode($0.set) == first.set }), let set = stored.shareSet(.unsealing)
        else { throw .foreignSet }
        let secret = try set.combine(cards, vault: vault)
        guard ShareSlot.commits(stored.commitment, vault: vault, set: set.id, secret: secret.value) else {
            throw .wrongSecret
        }
        return ConfirmCards.Request(set: set.name, proof: [])
    }

    private static func confirm(
        _ cards: [ShareCard], _ stored: [RecoveryState], _ vault: VaultID
    ) throws(ShareError) -> ConfirmCards.Request {
        guard let first = cards.first else { throw .tooFew(have: 0, need: 2) }
        guard first.purpose == .recovery else { throw .purpose(first.purpose) }
        guard let stored = stored.first, let facts = RecoveryFacts(stored) else { throw .foreignSet }
        let set = facts.set
        let secret = try set.combine(cards, vault: vault)
        let identity = RecoveryIdentity(vault: vault, secret: secret.value)
        guard identity.opens(facts, recipients: [stored.recipient], vault: vault) else { throw .wrongSecret }
        return ConfirmCards.Request(set: set.name, proof: identity.confirm(vault: vault, set: set.id))
    }

    fileprivate static func purpose(_ use: CardUse) -> ShareSet.Purpose {
        use == .unsealing ? .unsealing : .recovery
    }
}

extension CardReading.Problem {
    init(_ error: ShareError) {
        let kind: Kind =
            switch error.kind {
            case .malformed: .malformed
            case .denied: .denied
            case .repeated: .repeated
            case .damaged: .damaged
            }
        self.init(kind: kind, hint: error.hint)
    }
}

extension RecoveryFacts {
    /// What a broker says of its recovery cards; nil where that is none.
    init?(_ stored: RecoveryState) {
        guard let set = stored.set.shareSet(.recovery), let key = Ed25519.PublicKey(stored.signingKey) else {
            return nil
        }
        self.init(set: set, signingKey: key, certificate: stored.certificate, canary: stored.canary)
    }
}

extension CardSet {
    fileprivate func shareSet(_ purpose: ShareSet.Purpose) -> ShareSet? {
        guard let id = Hex.decode(set), cards <= 16, fingerprints.count == Int(cards) * 16 else { return nil }
        return ShareSet(
            purpose: purpose, id: id, threshold: UInt8(clamping: needed), count: UInt8(clamping: cards),
            fingerprints: stride(from: 0, to: fingerprints.count, by: 16).map { Array(fingerprints[$0..<$0 + 16]) })
    }
}

/// A host key: 32 random bytes for a file of the machine.
public enum HostKeyFile {
    public static let sizeBytes = HostKeySlot.keySize

    public static func generate() -> HeldSecret { HeldSecret(.random(count: sizeBytes)) }
}
