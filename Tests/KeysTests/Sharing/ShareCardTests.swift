import Primitives
import Testing
import VaultModel

@testable import Keys

struct ShareCardTests {
    private let vault = VaultID.random()

    private func error(_ body: () throws(ShareError) -> some Any) -> ShareError? { failure(body) }

    /// The payload of a card with some bytes changed, encoded anew: every checksum holds.
    private func edited(_ card: ShareCard, _ prefix: String? = nil, _ change: (inout [UInt8]) -> Void) -> HeldSecret {
        var payload = Bech32.decode(card.text().exposeBytes())?.bytes ?? []
        change(&payload)
        return HeldSecret(SecretBytes(copying: Bech32.encode(prefix ?? card.purpose.prefix, payload)))
    }

    private func parseError(_ text: HeldSecret) -> ShareError? {
        do throws(ShareError) {
            _ = try ShareCard(parsing: text.bytes)
            return nil
        } catch { return error }
    }

    @Test(arguments: ShareSet.Purpose.allCases)
    func `a card reads back from its text, however it is typed`(purpose: ShareSet.Purpose) throws {
        let made = ShareSet.generate(purpose, vault: vault, threshold: 2, count: 3)
        for card in made.cards {
            let letters = String(decoding: card.text().exposeBytes(), as: UTF8.self)
            #expect(letters.utf8.count == 86)
            #expect(letters.hasPrefix(purpose == .unsealing ? "cofferu1" : "cofferr1"))
            let spelled = stride(from: 0, to: 86, by: 4).map { letters.dropFirst($0).prefix(4) }
            for typed in [
                letters, letters.uppercased(), spelled.joined(separator: " "), spelled.joined(separator: "-"),
            ] {
                let read = try ShareCard(parsing: SecretBytes(text: " " + typed + "\n"))
                #expect(read.purpose == purpose && read.set == made.set.id && read.index == card.index)
                #expect(read.threshold == 2 && read.count == 3)
                let isSame = read.share.value.equals(card.share.value)
                #expect(isSame)
            }
        }
    }

    @Test func `k cards give the secret of their set, in any order`() throws {
        let made = ShareSet.generate(.unsealing, vault: vault, threshold: 3, count: 5)
        for chosen in choices(of: made.cards, 3) {
            let isSecret = try made.set.combine(chosen.reversed(), vault: vault).value.equals(made.secret.value)
            #expect(isSecret)
        }
        let isSecret = try made.set.combine(made.cards, vault: vault).value.equals(made.secret.value)
        #expect(isSecret, "more than needed")
    }

    @Test func `each wrong card is refused by name`() throws {
        let made = ShareSet.generate(.unsealing, vault: vault, threshold: 2, count: 3)
        let other = ShareSet.generate(.unsealing, vault: vault, threshold: 2, count: 3)
        let recovery = ShareSet.generate(.recovery, vault: vault, threshold: 2, count: 3)
        let (one, two) = (made.cards[0], made.cards[1])
        func combine(_ cards: ShareCard...) -> ShareError? {
            error { () throws(ShareError) in try made.set.combine(cards, vault: vault) }
        }
        #expect(combine(one, two) == nil)
        #expect(combine(one) == .tooFew(have: 1, need: 2))
        #expect(combine() == .tooFew(have: 0, need: 2))
        #expect(combine(one, one) == .duplicate(1))
        #expect(combine(one, other.cards[1]) == .foreignSet)
        #expect(combine(one, recovery.cards[1]) == .purpose(.recovery))
        // Another value under a valid checksum: what the fingerprint is there for.
        let mistyped = ShareCard(
            purpose: .unsealing, set: made.set.id, threshold: 2, count: 3,
            share: SecretShare(index: 2, value: .random()))
        #expect(combine(one, mistyped) == .mistyped(2))
        let renumbered = ShareCard(
            purpose: .unsealing, set: made.set.id, threshold: 2, count: 3,
            share: SecretShare(index: 3, value: two.share.value.clone()))
        #expect(combine(one, renumbered) == .mistyped(3))
        let beyond = ShareCard(
            purpose: .unsealing, set: made.set.id, threshold: 2, count: 4,
            share: SecretShare(index: 4, value: two.share.value.clone()))
        #expect(combine(one, beyond) == .index)
        let anotherQuorum = ShareCard(
            purpose: .unsealing, set: made.set.id, threshold: 3, count: 3,
            share: SecretShare(index: 2, value: two.share.value.clone()))
        #expect(combine(one, anotherQuorum) == .mistyped(2))
        #expect(error { () throws(ShareError) in try made.set.require(one, vault: .random()) } == .mistyped(1))
    }

    @Test(arguments: 1...3)
    func `damaged cards are refused or are the card they say`(seed: UInt64) throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        func next(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        let card = ShareSet.generate(.unsealing, vault: vault, threshold: 2, count: 3).cards[0]
        let payload = Bech32.decode(card.text().exposeBytes())?.bytes ?? []
        var parsed = 0
        for _ in 0..<2_000 {
            var bytes = payload
            for _ in 0...next(3) { bytes[next(bytes.count)] = UInt8(next(256)) }
            if next(8) == 0 { bytes.removeLast(next(3)) }
            let text = Bech32.encode("cofferu", bytes)
            guard let read = try? ShareCard(parsing: SecretBytes(copying: text)) else { continue }
            parsed += 1
            #expect(read.text().exposeBytes() == text, "what parses has one encoding")
        }
        #expect(parsed > 0)
    }

    @Test func `texts that no ceremony makes are refused`() throws {
        let card = ShareSet.generate(.unsealing, vault: vault, threshold: 2, count: 3).cards[1]
        #expect(parseError(edited(card) { _ in }) == nil)
        #expect(parseError(edited(card) { $0[0] = 2 }) == .version)
        #expect(parseError(edited(card) { $0[1] = 2 }) == .unreadable, "a kind that its first letters contradict")
        #expect(parseError(edited(card, "cofferr") { _ in }) == .unreadable)
        #expect(parseError(edited(card, "other") { _ in }) == .unreadable)
        #expect(parseError(edited(card) { $0[2] = 1 }) == .unreadable, "one card would be the secret")
        #expect(parseError(edited(card) { $0[2] = 4 }) == .unreadable)
        #expect(parseError(edited(card) { $0[3] = 17 }) == .unreadable)
        #expect(parseError(edited(card) { $0[4] = 0 }) == .index)
        #expect(parseError(edited(card) { $0[4] = 4 }) == .index)
        let ones = [UInt8](repeating: 0xFF, count: 32)
        #expect(parseError(edited(card) { $0.replaceSubrange(13..<45, with: ones) }) == .scalar)
        #expect(parseError(edited(card) { $0.removeLast() }) == .unreadable)
        #expect(parseError(edited(card) { $0.append(0) }) == .unreadable)
        #expect(parseError(HeldSecret(SecretBytes(text: ""))) == .unreadable)
        #expect(parseError(HeldSecret(SecretBytes(text: "correct horse battery staple"))) == .unreadable)
        #expect(parseError(HeldSecret(SecretBytes(copying: [0xFF, 0xFE]))) == .unreadable)
    }
}
