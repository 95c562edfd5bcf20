internal import Keys

/// How many cards of how many: `2/3`.
public struct CardQuorum: Hashable, Sendable, CustomStringConvertible {
    public let needed: UInt8
    public let cards: UInt8

    /// Nil unless `text` is `k/n` with 2 ≤ k ≤ n ≤ 16. With k = 1 each card would be the secret itself.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let needed = UInt8(parts[0]), let cards = UInt8(parts[1]),
            String(needed) == parts[0], String(cards) == parts[1],
            ShareSet.accepts(threshold: needed, count: cards)
        else { return nil }
        self.needed = needed
        self.cards = cards
    }

    public var description: String { "\(needed)/\(cards)" }
}

/// What a card is for.
public enum CardUse: String, CaseIterable, Hashable, Sendable {
    case unsealing
    case recovery
}
