import Primitives
import Testing
import VaultModel

@testable import Keys

struct StateDigestTests {
    private let fixture: Fixture
    private let keyset: Keyset
    private let first: StateDigest.Term
    private let second: StateDigest.Term

    init() throws {
        fixture = try Fixture()
        keyset = try fixture.keyset()
        first = keyset.stateDigestTerm(record: fixture.customer, revision: 42, seal: ramp(0, 32))
        second = keyset.stateDigestTerm(record: try recordID(ramp(0x90, 16)), revision: 1, seal: ramp(1, 32))
    }

    private func tag(_ digest: StateDigest, seq: UInt64 = 9) -> String {
        Hex.encode(keyset.stateTag(of: digest, incarnation: 1, seq: seq))
    }

    /// Computed in Python with integers; both sums run over 2²⁵⁶.
    @Test func `tags have the bytes of the independent implementation`() {
        var digest = StateDigest()
        #expect(tag(digest, seq: 0) == "32354054d2340dce69f225b1ffa8ccf699a5535888133558953ac1b096a1e8a9")
        digest.add(first)
        digest.add(second)
        #expect(tag(digest) == "2e36f6ea62766b4059dc29397942319df9108b0b95bbd7dcccd3823ec826d10d")
        var triple = StateDigest()
        for _ in 0..<3 { triple.add(first) }
        #expect(tag(triple) == "5e89c5a9512ec177120769bb35f38ac8f8b914805ed12c33a8ce2813421581e9")
    }

    /// Computed in Python as well.
    @Test func `plain columns are part of a row`() {
        var digest = StateDigest()
        digest.add(
            keyset.stateDigestTerm(
                record: fixture.customer, revision: 42, seal: ramp(0, 32), plain: ramp(0x70, 5)))
        #expect(tag(digest) == "87705d668e02a2aff20b1e44e84fca35f6755df35a0a4ae2adf424aa3709bcef")
    }

    @Test func `digests add up like their rows`() {
        var left = StateDigest()
        left.add(first)
        var change = StateDigest()
        change.add(second)
        change.remove(first)
        left.add(change)
        var right = StateDigest()
        right.add(second)
        #expect(left.bytes == right.bytes)
    }

    @Test func `the order of rows does not matter, their number does`() {
        var forth = StateDigest()
        forth.add(first)
        forth.add(second)
        var back = StateDigest()
        back.add(second)
        back.add(first)
        #expect(tag(forth) == tag(back))
        back.add(first)
        #expect(tag(forth) != tag(back), "a multiset, unlike an exclusive or")
        back.remove(first)
        #expect(tag(forth) == tag(back))
    }

    @Test func `what was added can be removed, in any order, below zero as well`() {
        var digest = StateDigest()
        var terms: [StateDigest.Term] = []
        for number in 0..<500 {
            terms.append(
                keyset.stateDigestTerm(record: .random(), revision: UInt64(number), seal: Random.bytes(32)))
        }
        for term in terms.prefix(250) { digest.add(term) }
        for term in terms.reversed() { digest.remove(term) }
        for term in terms.suffix(250) { digest.add(term) }
        #expect(digest.bytes == [UInt8](repeating: 0, count: 32))
    }

    @Test func `carries and borrows go through all words`() {
        let one = StateDigest.Term([1] + [UInt8](repeating: 0, count: 31))
        var digest = StateDigest()
        digest.remove(one)
        #expect(digest.bytes == [UInt8](repeating: 0xFF, count: 32))
        digest.add(one)
        #expect(digest.bytes == [UInt8](repeating: 0, count: 32))
        let most = StateDigest.Term([UInt8](repeating: 0xFF, count: 32))
        digest.add(most)
        digest.add(most)
        #expect(digest.bytes == [0xFE] + [UInt8](repeating: 0xFF, count: 31))
    }

    @Test func `a term depends on record, revision, seal and key`() throws {
        var tags: Set<String> = []
        let other = try recordID(ramp(0x31, 16))
        for term in [
            first, keyset.stateDigestTerm(record: other, revision: 42, seal: ramp(0, 32)),
            keyset.stateDigestTerm(record: fixture.customer, revision: 43, seal: ramp(0, 32)),
            keyset.stateDigestTerm(record: fixture.customer, revision: 42, seal: ramp(1, 32)),
            Keyset.generate().stateDigestTerm(record: fixture.customer, revision: 42, seal: ramp(0, 32)),
        ] {
            var digest = StateDigest()
            digest.add(term)
            tags.insert(tag(digest))
        }
        #expect(tags.count == 5)
    }

    @Test func `a tag depends on incarnation and seq`() {
        let digest = StateDigest()
        let tags = [(1, 1), (1, 2), (2, 1)].map {
            keyset.stateTag(of: digest, incarnation: $0.0, seq: $0.1)
        }
        #expect(Set(tags).count == 3)
    }

    @Test func `a digest never describes itself`() {
        var digest = StateDigest()
        digest.add(first)
        var dumped = ""
        dump(digest, to: &dumped)
        dump(first, to: &dumped)
        for text in ["\(digest)", "\(first)", String(reflecting: digest), dumped] {
            #expect(text.allSatisfy { !("0"..."9").contains($0) }, "\(text)")
        }
    }
}
