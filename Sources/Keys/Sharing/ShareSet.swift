public import Primitives
public import VaultModel

/// What is public about the shares of one secret: enough to say of a card whether it is one of them.
public struct ShareSet: Equatable, Sendable {
    /// What a set's secret opens. The numbers stand on the cards.
    public enum Purpose: UInt8, CaseIterable, Sendable {
        /// The vault: the secret wraps the root key in a slot.
        case unsealing = 1
        /// Archives, and nothing on the broker's machine.
        case recovery = 2
    }

    public static let idSize = 8
    static let fingerprintSize = 16

    public let purpose: Purpose
    /// Eight random bytes that all cards of the set bear.
    public let id: [UInt8]
    /// k: how many cards open.
    public let threshold: UInt8
    /// n: how many there are.
    public let count: UInt8
    /// Sixteen bytes for each share, by index.
    public let fingerprints: [[UInt8]]

    /// Nil for sizes and counts that no set has.
    public init?(purpose: Purpose, id: [UInt8], threshold: UInt8, count: UInt8, fingerprints: [[UInt8]]) {
        guard SecretSharing.accepts(threshold: threshold, count: count), id.count == Self.idSize,
            fingerprints.count == Int(count), fingerprints.allSatisfy({ $0.count == Self.fingerprintSize })
        else { return nil }
        self.purpose = purpose
        self.id = id
        self.threshold = threshold
        self.count = count
        self.fingerprints = fingerprints
    }

    /// Whether cards may be made for k of n: 2 ≤ k ≤ n ≤ 16.
    public static func accepts(threshold: UInt8, count: UInt8) -> Bool {
        SecretSharing.accepts(threshold: threshold, count: count)
    }

    /// The set's id as people read it: sixteen hexadecimal digits.
    public var name: String { Hex.encode(id) }

    /// A new secret, split: the set, the secret and the cards.
    public static func generate(
        _ purpose: Purpose, vault: VaultID, threshold: UInt8, count: UInt8
    ) -> (set: ShareSet, secret: HeldScalar, cards: [ShareCard]) {
        let secret = Scalar.random()
        let id = Random.bytes(idSize)
        let cards = SecretSharing.split(secret, threshold: threshold, count: count).map {
            ShareCard(purpose: purpose, set: id, threshold: threshold, count: count, share: $0)
        }
        let set = ShareSet(
            purpose: purpose, id: id, threshold: threshold, count: count,
            fingerprints: cards.map { $0.fingerprint(vault: vault) })
        guard let set else { preconditionFailure("2 ≤ k ≤ n ≤ 16") }
        return (set, HeldScalar(secret), cards)
    }

    // MARK: - Cards

    /// Refuses a card that is not one of this set, with the reason.
    public func require(_ card: ShareCard, vault: VaultID) throws(ShareError) {
        guard card.purpose == purpose else { throw .purpose(card.purpose) }
        guard card.set == id else { throw .foreignSet }
        guard (1...count).contains(card.share.index) else { throw .index }
        guard card.threshold == threshold, card.count == count,
            ConstantTime.equal(card.fingerprint(vault: vault), fingerprints[Int(card.share.index) - 1])
        else { throw .mistyped(card.share.index) }
    }

    /// The secret of k cards, each of which is held against the set first. More than k are welcome.
    public func combine(_ cards: [ShareCard], vault: VaultID) throws(ShareError) -> HeldScalar {
        var seen: Set<UInt8> = []
        for card in cards {
            try require(card, vault: vault)
            guard seen.insert(card.share.index).inserted else { throw .duplicate(card.share.index) }
        }
        guard cards.count >= Int(threshold) else {
            throw .tooFew(have: UInt8(cards.count), need: threshold)
        }
        return HeldScalar(SecretSharing.combine(cards.prefix(Int(threshold)).map(\.share)))
    }
}

/// Why a card, or cards together, were refused. No case carries anything of the share.
public enum ShareError: Error, Equatable, Sendable {
    /// Not a card: wrong letters, a missing one, or the checksum found a slip.
    case unreadable
    /// A card of a format this program does not know.
    case version
    /// A card for another use; which one it is for.
    case purpose(ShareSet.Purpose)
    /// A card of another set: of another vault, or of one that has been replaced.
    case foreignSet
    /// Index 0, or above the number of cards.
    case index
    /// This card is not the one that was made under its index.
    case mistyped(UInt8)
    /// This card was given twice.
    case duplicate(UInt8)
    /// The share is no canonical scalar.
    case scalar
    case tooFew(have: UInt8, need: UInt8)
    /// Every card is as it was made, and what they give opens nothing.
    case wrongSecret
}
