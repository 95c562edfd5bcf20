import AccessLog
import Authority
import Policy
import Primitives
import Synchronization
import Testing
import VaultModel
import Wire

@testable import Turnstile

/// The limits where they are enforced: at the writer of a real log.
@Suite struct LimitsAtTheLogTests {
    @Test func `two keys of one person are one person, and her colleague is another`() async throws {
        let shop = try SmallShop()
        #expect(try await shop.open(shop.clerk, 3) == nil)
        #expect(try await shop.open(shop.clerksOther, 2) == nil)
        for key in [shop.clerk, shop.clerksOther] {
            let refusal = try #require(try await shop.open(key))
            #expect(refusal.code == .rateLimited && refusal.reason == .rate)
            #expect(refusal.hint.contains("11 minutes"), "\(refusal.hint)")
        }
        #expect(try await shop.open(shop.colleague, 5) == nil)
        shop.clock.advance(601_000)
        #expect(try await shop.open(shop.clerk, 3) == nil)
        #expect(try #require(try await shop.open(shop.clerk)).hint.contains("24 hours"))
    }

    @Test func `thirty requests at once pass the limit as little as one after the other, and each leaves its entry`()
        async throws
    {
        let shop = try SmallShop()
        let asked = try (0..<30).map { _ in try shop.read(shop.clerk) }
        let refusals = await withTaskGroup(of: RequestRefusal?.self) { group in
            for (decision, records) in asked { group.addTask { await shop.log(decision, records) } }
            return await group.reduce(into: [RequestRefusal]()) { list, refusal in
                if let refusal { list.append(refusal) }
            }
        }
        #expect(refusals.count == 25)
        #expect(refusals.allSatisfy { $0.reason == .rate && $0.code == .rateLimited })
        let cores = try shop.cores()
        #expect(cores.filter { $0.decision == .allow && $0.released == 1 }.count == 5)
        #expect(cores.filter { $0.decision == .deny && $0.why == .rate && $0.released == 0 }.count == 25)
        #expect(try shop.left(shop.clerk) == 0)
    }

    @Test func `a batch that fails has opened nothing`() async throws {
        let shop = try SmallShop()
        shop.disk.fail(2)
        #expect(try await shop.open(shop.clerk, 5)?.code == .unavailable)
        #expect(try await shop.open(shop.clerk, 5)?.code == .unavailable)
        #expect(try shop.left(shop.clerk) == 5)
        #expect(try shop.cores().isEmpty)
        #expect(try await shop.open(shop.clerk, 5) == nil)
        #expect(try shop.left(shop.clerk) == 0)
    }

    @Test func `a replay has opened nothing`() async throws {
        let shop = try SmallShop()
        let (decision, records) = try shop.read(shop.clerk, 2)
        #expect(await shop.log(decision, records) == nil)
        #expect(await shop.log(decision, records)?.code == .unauthenticated)
        #expect(try shop.left(shop.clerk) == 3)
    }

    @Test func `a key that was revoked meanwhile hears that, and not of a limit`() async throws {
        let shop = try SmallShop()
        let (decision, records) = try shop.read(shop.clerk, 2)
        let header = BlockHeader(
            vault: shop.turnstile.vault, issuer: shop.authority.kid, at: SmallShop.start / 1_000)
        let block = try shop.authority.seal(
            try #require(RevokeBlock(header: header, kids: [shop.clerk.kid], caps: [], reason: "lost-key")))
        let head = RequestHead(
            act: .review, counter: shop.owner.nextCounter(), object: Hex.encode(block.id.bytes))
        let revocation = try shop.decide(shop.owner, .staffGrant, head, PolicyAsk(act: .review, verb: "review"))
        _ = try await shop.turnstile.register(block, revocation, as: .revoke)
        let refusal = try #require(await shop.log(decision, records))
        #expect(refusal.code == .denied && refusal.reason == .revokedKey)
        #expect(try shop.left(shop.clerksOther) == 5, "a denied request reserves nothing")
        #expect(try shop.cores().last?.why == .revokedKey)
    }

    @Test func `what the log says is counted again after a start, within a day`() async throws {
        let shop = try SmallShop()
        #expect(try await shop.open(shop.clerk, 3) == nil)
        #expect(try await shop.open(shop.clerk, 3) != nil)
        let cores = try shop.cores()
        let now = shop.clock.nowMilliseconds()
        for (later, left) in [(Int64(0), UInt64(2)), (86_400_000, 5)] {
            let again = try SmallShop()
            // The same people under other keys: only those of this log are known here.
            again.turnstile.recall(cores, now: now)
            #expect(try again.left(again.clerk) == 5)
            shop.turnstile.books.withLock { $0 = Books() }
            shop.turnstile.recall(cores, now: now + later)
            #expect(try shop.left(shop.clerk) == left)
            #expect(shop.turnstile.use(of: shop.clerk.kid).last == now)
            #expect(shop.turnstile.use(of: shop.clerk.kid).fields(since: 0).map(\.field) == ["name"])
        }
    }
}
