import AccessLog
import Policy
import Primitives
import Storage
import Testing
import VaultModel
import Wire

@testable import Turnstile

/// Who is frozen is so from an entry on, whatever was decided before.
@Suite struct FrozenAtTheLogTests {
    private func freeze(_ shop: SmallShop, _ record: StoredRecord) async throws -> CommittedEntry {
        let id = "e_" + Crockford.randomLower(26)
        return try await shop.turnstile.append(
            .erase, of: record.customer, xid: id,
            change: .request(
                id: id, customer: record.customer, shop: "", kid: shop.owner.kid, object: "", wait: 1_000))
    }

    @Test func `a read that was allowed before is a denial after it, and others go on`() async throws {
        let shop = try SmallShop()
        let (decision, records) = try shop.read(shop.clerk)
        let entry = try await freeze(shop, records[0])
        #expect(shop.turnstile.due(records[0].customer) == entry.time + 1_000)
        let refusal = try #require(await shop.log(decision, records))
        #expect(refusal.code == .conflict && refusal.reason == .frozen)
        #expect(try await shop.open(shop.clerk, 4) == nil, "what was refused has opened nothing")
        let cores = try shop.cores()
        #expect(cores[1].decision == .deny && cores[1].why == .frozen && cores[1].released == 0)
    }

    @Test func `among requests at once the place in the log decides`() async throws {
        let shop = try SmallShop()
        let record = try shop.read(shop.clerk).records
        var decisions: [Decision] = []
        for key in [shop.clerk, shop.colleague, shop.clerk, shop.colleague, shop.clerk, shop.colleague] {
            let number = try #require(CustomerNumber(record[0].customer)).text
            let head = RequestHead(
                act: .read, counter: key.nextCounter(), fields: [FieldName("customer.name")].compactMap { $0 },
                form: .full, purpose: "order", customers: [number])
            decisions.append(try shop.decide(key, .customerShow, head, PolicyAsk(act: .read)))
        }
        let frozen = try await withThrowingTaskGroup(of: UInt64?.self) { group in
            for (place, decision) in decisions.enumerated() {
                group.addTask {
                    _ = await shop.log(decision, record)
                    return nil
                }
                if place == 2 { group.addTask { try await self.freeze(shop, record[0]).seq } }
            }
            var frozen: UInt64?
            for try await seq in group { frozen = frozen ?? seq }
            return try #require(frozen)
        }
        let reads = try shop.cores().filter { $0.kind == .read }
        #expect(reads.count == 6)
        for core in reads {
            #expect((core.decision == .allow) == (core.seq < frozen), "\(core.seq), frozen at \(frozen)")
        }
    }
}
