import Keys
import Primitives
import Testing
import Turnstile
import VaultModel
import Wire

@testable import Broker

@Suite struct GatheredCardsTests {
    private let peer = Peer(channel: .socket, userID: 1_000)
    private let cards: [ShareCard]
    private let others: [ShareCard]

    init() {
        let vault = VaultID.random()
        cards = ShareSet.generate(.unsealing, vault: vault, threshold: 3, count: 5).cards
        others = ShareSet.generate(.unsealing, vault: vault, threshold: 2, count: 2).cards
    }

    private func refusal(_ body: () throws(RequestRefusal) -> Void) -> RequestRefusal? {
        do throws(RequestRefusal) {
            try body()
            return nil
        } catch { return error }
    }

    @Test func `cards of a set lie on one pile, those of another set on another`() throws {
        var gathered = GatheredCards()
        #expect(try gathered.take(cards[4], from: peer, now: 0).map(\.card.index) == [5])
        #expect(try gathered.take(others[0], from: peer, now: 1).map(\.card.index) == [1])
        #expect(try gathered.take(cards[0], from: peer, now: 2).map(\.card.index) == [5, 1])
        let twice = refusal { () throws(RequestRefusal) in _ = try gathered.take(cards[4], from: peer, now: 3) }
        #expect(twice?.code == .conflict)
        #expect(try gathered.take(cards[2], from: peer, now: 4).map(\.card.index) == [5, 1, 3])
        gathered.takeBack(cards[2])
        #expect(try gathered.take(cards[2], from: peer, now: 5).map(\.card.index) == [5, 1, 3])
        gathered.forgetAll()
        #expect(try gathered.take(cards[2], from: peer, now: 6).count == 1)
    }

    @Test func `a card waits ten minutes, and not a moment longer`() throws {
        var gathered = GatheredCards()
        _ = try gathered.take(cards[0], from: peer, now: 1_000)
        _ = try gathered.take(cards[1], from: peer, now: 301_000)
        #expect(try gathered.take(cards[2], from: peer, now: 600_999).count == 3)
        gathered.takeBack(cards[2])
        #expect(try gathered.take(cards[3], from: peer, now: 601_000).map(\.card.index) == [2, 4])
        gathered.expire(now: 901_000)
        #expect(try gathered.take(cards[0], from: peer, now: 901_000).map(\.card.index) == [4, 1])
        // A clock that went back: what waits was given at a time that has not come.
        #expect(try gathered.take(cards[2], from: peer, now: 500_000).map(\.card.index) == [3])
    }

    @Test func `five attempts in any minute, whatever they were`() throws {
        var gathered = GatheredCards()
        func attempt(_ now: Int64) -> String? {
            refusal { () throws(RequestRefusal) in try gathered.admit(now: now) }?.hint
        }
        for second in 0..<5 as Range<Int64> { #expect(attempt(second * 10_000) == nil) }
        #expect(attempt(50_000)?.contains("wait 10 s") == true)
        #expect(attempt(59_999)?.contains("wait 1 s") == true)
        #expect(attempt(60_000) == nil, "the first has left the minute")
        #expect(attempt(60_001) != nil)
        // A clock set back a day keeps nobody out for a day.
        #expect(attempt(-86_400_000) != nil)
        #expect(attempt(-86_340_000) == nil)
    }

    @Test func `refused cards are remembered for the log, not without end`() {
        var gathered = GatheredCards()
        for _ in 0..<40 { gathered.note(GatheredCards.Refused(others[1], from: peer)) }
        let refused = gathered.takeRefused()
        #expect(refused.count == 16)
        #expect(refused[0].name == "card_\(Hex.encode(others[1].set))n2")
        #expect(gathered.takeRefused().isEmpty)
    }

    @Test(arguments: [
        (ShareError.unreadable, ErrorCode.malformed), (.version, .malformed), (.scalar, .malformed),
        (.tooFew(have: 1, need: 2), .malformed), (.purpose(.recovery), .denied), (.purpose(.unsealing), .denied),
        (.foreignSet, .denied), (.index, .denied), (.mistyped(2), .denied), (.duplicate(2), .conflict),
        (.wrongSecret, .integrity),
    ])
    func `each refused card has its code and says what to do`(error: ShareError, code: ErrorCode) {
        let refusal = RequestRefusal(card: error)
        #expect(refusal.code == code)
        #expect(!refusal.hint.isEmpty)
    }
}
