internal import Keys
internal import Primitives
internal import Turnstile
internal import VaultModel
internal import Wire

/// The cards that have been given and wait for others. Their shares lie in locked memory; each set has a pile of its own,
/// so that a card of a replaced set never meets one of the new.
struct GatheredCards: Sendable {
    /// Attempts, right ones and wrong ones, in any minute.
    static let attemptsPerMinute = 5
    private static let minuteMilliseconds: Int64 = 60_000
    /// How long a card waits for the others.
    static let keptMilliseconds: Int64 = 600_000
    /// Refused cards that are remembered for the log.
    private static let mostRefused = 16

    /// A card that was accepted, and who gave it.
    struct Given: Sendable {
        let card: ShareCard
        let peer: Peer
        let time: Int64
    }

    /// A card that was refused: what it says it is, and who gave it.
    struct Refused: Sendable {
        let name: String
        let peer: Peer

        init(_ card: ShareCard, from peer: Peer) {
            name = GatheredCards.name(set: card.set, index: card.index)
            self.peer = peer
        }
    }

    private var attempts: [Int64] = []
    private var piles: [[UInt8]: [Given]] = [:]
    private(set) var refused: [Refused] = []

    /// Counts an attempt; refuses one too many and says how long to wait.
    mutating func admit(now: Int64) throws(RequestRefusal) {
        // A clock that was set back would otherwise keep the door shut for as long.
        attempts = attempts.map { min($0, now) }.filter { now - $0 < Self.minuteMilliseconds }
        guard attempts.count < Self.attemptsPerMinute else {
            let wait = (attempts[0] + Self.minuteMilliseconds - now + 999) / 1_000
            throw RequestRefusal(
                .rateLimited, .rate,
                hint: "\(Self.attemptsPerMinute) cards a minute are looked at: wait \(wait) s; those given are kept")
        }
        attempts.append(now)
    }

    /// Puts a card, which belongs to `set`, on its pile. Gives the pile.
    mutating func take(_ card: ShareCard, from peer: Peer, now: Int64) throws(RequestRefusal) -> [Given] {
        expire(now: now)
        var pile = piles[card.set] ?? []
        guard !pile.contains(where: { $0.card.index == card.index }) else {
            throw RequestRefusal(card: .duplicate(card.index))
        }
        pile.append(Given(card: card, peer: peer, time: now))
        piles[card.set] = pile
        return pile
    }

    /// Takes a card off its pile again: the opening that it completed failed, and it may be given once more.
    mutating func takeBack(_ card: ShareCard) {
        piles[card.set]?.removeAll { $0.card.index == card.index }
    }

    /// Remembers a refusal for the log.
    mutating func note(_ refusal: Refused) {
        if refused.count < Self.mostRefused { refused.append(refusal) }
    }

    mutating func takeRefused() -> [Refused] {
        defer { refused = [] }
        return refused
    }

    /// Forgets cards that have waited too long; their memory is wiped.
    mutating func expire(now: Int64) {
        for (set, pile) in piles {
            let kept = pile.filter { now - $0.time < Self.keptMilliseconds && $0.time <= now }
            piles[set] = kept.isEmpty ? nil : kept
        }
    }

    mutating func forgetAll() { piles = [:] }

    /// An id of a card for the log: opaque, and the same for the same card.
    static func name(set: [UInt8], index: UInt8) -> String { "card_\(Hex.encode(set))n\(index)" }
}

extension RequestRefusal {
    /// A card that is not one of the set's.
    init(card error: ShareError) {
        switch error.kind {
        case .malformed: self = .invalid(error.hint)
        case .denied: self = .denied(.wrongCard, hint: error.hint)
        case .repeated: self = .conflict(error.hint)
        case .damaged: self = .integrity("the slot of these cards in vault.seal")
        }
    }
}
