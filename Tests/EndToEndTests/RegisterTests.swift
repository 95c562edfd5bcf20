import Authority
import Client
import Foundation
import Primitives
import Testing
import VaultModel
import Wire

extension EndToEnd {
    /// Somebody who can write the files, or only speak, tries to get what was never given.
    @Suite(.serialized) struct RegisterTests {
        /// Runs SQL on the stopped vault's log, and sees how the next unseal ends.
        private func unseal(_ shop: LendingShop, after sql: String) throws -> Outcome {
            shop.broker.stop()
            try shop.sandbox.edit("log.db", sql)
            shop.broker = try BrokerProcess(shop.sandbox)
            return try shop.sandbox.coffer(
                "owner", "unseal", "--unseal-passphrase-file", try shop.sandbox.passphrase("vault"), "--json")
        }

        @Test func `a revocation deleted from the register does not bring a key back`() throws {
            let shop = try LendingShop()
            try shop.sandbox.answer("owner", "staff", "offboard", "counter")
            let outcome = try unseal(shop, after: "DELETE FROM block WHERE type = 'revoke'")
            #expect(outcome.code == 6, "\(outcome.text)")
            #expect(outcome.text.contains("integrity"))
        }

        /// What was compared once is signed for: editing it later is noticed as before, and so is a mark that is not ours.
        @Test func `a mark of an earlier comparison hides no deletion, and a false one is not believed`() throws {
            let shop = try LendingShop()
            try shop.sandbox.answer("owner", "staff", "offboard", "counter")
            // A start and an orderly end: the register is marked behind the revocation.
            try shop.restart()
            #expect(try unseal(shop, after: "UPDATE meta SET value = zeroblob(72) WHERE name = 'register'").code == 0)
            #expect(try unseal(shop, after: "DELETE FROM meta WHERE name = 'register'").code == 0)
            #expect(try unseal(shop, after: "DELETE FROM block WHERE type = 'revoke'").code == 6)
        }

        @Test func `a register edited while the broker runs is not signed by it`() throws {
            let shop = try LendingShop()
            try shop.sandbox.answer("owner", "staff", "offboard", "counter")
            try shop.sandbox.edit("log.db", "DELETE FROM block WHERE type = 'revoke'")
            #expect(try unseal(shop, after: "SELECT 1").code == 6)
        }

        @Test func `a row taken out for the start and put back before unsealing is missed`() throws {
            let shop = try LendingShop()
            try shop.sandbox.answer("owner", "staff", "offboard", "counter")
            shop.broker.stop()
            let aside = shop.sandbox.folder + "/aside.db"
            try shop.sandbox.edit(
                "log.db",
                "ATTACH '\(aside)' AS aside; CREATE TABLE aside.row AS SELECT * FROM main.block WHERE type = 'revoke'; "
                    + "DELETE FROM main.block WHERE type = 'revoke'")
            shop.broker = try BrokerProcess(shop.sandbox)
            try shop.sandbox.edit(
                "log.db", "ATTACH '\(aside)' AS aside; INSERT INTO main.block SELECT * FROM aside.row")
            let outcome = try shop.sandbox.coffer(
                "owner", "unseal", "--unseal-passphrase-file", try shop.sandbox.passphrase("vault"), "--json")
            #expect(outcome.code == 6, "\(outcome.text)")
        }

        @Test func `nor does it when the entry that says so is taken out with it`() throws {
            let shop = try LendingShop()
            try shop.sandbox.answer("owner", "staff", "offboard", "counter")
            let outcome = try unseal(
                shop,
                after: """
                    UPDATE entry SET core = NULL WHERE seq IN (SELECT seq FROM block WHERE type = 'revoke');
                    DELETE FROM block WHERE type = 'revoke'
                    """)
            #expect(outcome.code == 6, "\(outcome.text)")
        }

        @Test func `a witness taken out of the list, or put in, in the file is noticed`() throws {
            let shop = try LendingShop()
            let witness = try WitnessProcess(shop.sandbox, log: shop.logKey)
            try shop.sandbox.addWitness("officer", witness)
            let key = "'" + witness.key + "'"
            #expect(try unseal(shop, after: "DELETE FROM witness").code == 6)
            let renamed = "INSERT INTO witness (name, vkey, url) VALUES ('officer', \(key), '\(witness.url)')"
            #expect(try unseal(shop, after: renamed).code == 0, "the same again is what the log says")
            let other = try WitnessProcess(shop.sandbox, log: shop.logKey, state: "other")
            let more = "INSERT INTO witness (name, vkey, url) VALUES ('other', '\(other.key)', '\(other.url)')"
            #expect(try unseal(shop, after: more).code == 6)
        }

        @Test func `a stranger gets one answer, whatever she asks, and leaves no entry`() throws {
            let shop = try LendingShop()
            let stranger = KeySigner(Ed25519.SigningKey.generate())
            let before = try shop.sandbox.answer("owner", "status").number("log_size")
            let connection = try HeldConnection(shop.sandbox)
            for (counter, purpose) in ["order", "zzz"].enumerated() {
                let request = try connection.request(
                    by: stranger, in: shop.vault.description, purpose: purpose, shop.customers[0],
                    counter: UInt64(counter) + 1)
                let reply = try connection.exchange(request)
                #expect(reply.hasPrefix("HTTP/1.1 401") && reply.contains("not-enrolled"), "\(reply)")
            }
            #expect(try shop.sandbox.answer("owner", "status").number("log_size") == before)
        }

        @Test func `a budget refilled in the file is noticed`() async throws {
            let shop = try LendingShop()
            let lent = try await shop.lend { $0.maxUses = 1 }
            #expect(await shop.courier.read(lent, shop.orders[0]) == "ok")
            #expect(try unseal(shop, after: "DELETE FROM block_use").code == 6)
        }

        @Test func `an order's end survives a crash, and nobody else can pretend one`() async throws {
            let shop = try LendingShop()
            let lent = try await shop.lend()
            let other = try await shop.lend { $0.subjects = .orders([shop.orders[1]]) }
            #expect(
                await shop.service.call(
                    StepOrder.self, .init(step: .delivered), RequestScope(act: .write, orders: [shop.orders[1]]))
                    == "ok")
            // A verification that names an order beside its customer would look like that order's end.
            let verification = RequestScope(
                customers: [try #require(CustomerNumber(shop.customers[0]))], orders: [shop.orders[0]])
            #expect(await shop.service.call(VerifyCustomer.self, .init(), verification) == "malformed")
            try shop.restart()
            let courier = try Party("courier", shop.sandbox)
            #expect(await courier.read(other, shop.orders[1]) == "order-closed")
            #expect(await courier.read(lent, shop.orders[0]) == "ok")
            let verified = try shop.verify()
            #expect(verified.code == 0, "\(verified.text)")
        }

        @Test func `a delivery in the middle of reads leaves a log that verifies`() async throws {
            let shop = try LendingShop()
            for _ in 0..<3 {
                let lent = try await shop.lend { $0.maxUses = 5 }
                let (courier, order) = (shop.courier, shop.orders[0])
                let step = RequestScope(act: .write, orders: [order])
                async let reads = withTaskGroup(of: String.self) { group in
                    for _ in 0..<5 { group.addTask { await courier.read(lent, order) } }
                    return await group.reduce(into: [String]()) { $0.append($1) }
                }
                _ = await shop.service.call(StepOrder.self, .init(step: .reassigned), step)
                #expect(await reads.allSatisfy { $0 == "ok" || $0 == "order-closed" })
                #expect(await courier.read(lent, order) == "order-closed")
            }
            let verified = try shop.verify()
            #expect(verified.code == 0, "\(verified.text)")
        }

        @Test func `only roots come in by approval of staff, whoever brings them`() async throws {
            let shop = try LendingShop()
            let owner = try Party("owner", shop.sandbox)
            let block = try shop.loan(parent: try await shop.root(of: shop.service))
            let envelope = try shop.service.seal(block)
            let brought = RequestScope(object: Hex.encode(BlockID(payload: envelope.payload).bytes))
            #expect(await owner.call(ApproveStaff.self, .init(block: envelope.value), brought) == "malformed")
        }
    }
}
