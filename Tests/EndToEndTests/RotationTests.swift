import Client
import Foundation
import Glibc
import Primitives
import Synchronization
import Testing
import VaultModel
import Wire

extension EndToEnd {
    /// Keys are replaced while the shop works, and whatever interrupts that.
    @Suite(.serialized) struct RotationTests {
        private static let rows = 600

        /// A shop with some hundred customers, and the number of one of them.
        private func shop() throws -> (sandbox: Sandbox, broker: BrokerProcess, logKey: String, number: String) {
            let sandbox = try Sandbox()
            let logKey = try sandbox.makeVault(limits: "opens_per_10_minutes: 90000, opens_per_day: 90000")
                .member("log_key")
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            try sandbox.enrol("officer", role: "compliance-officer")
            let file = try sandbox.write("customers.csv", CustomerList.csv(rows: Self.rows))
            try sandbox.answer("counter", "import", file, "--map", CustomerList.map)
            let number = try sandbox.addSampleCustomer()
            try sandbox.answer(
                "counter", "order", "add", "--customer", number, "--field", "number=1", "--field", "amount=10.00")
            return (sandbox, broker, logKey, number)
        }

        private func expectSound(_ sandbox: Sandbox, _ logKey: String, _ number: String) throws {
            let shown = try sandbox.coffer(
                "counter", "customer", "show", number, "--fields", "name", "--purpose", "order", "--json")
            #expect(shown.text.contains(Sandbox.sample.name), "\(shown.text)")
            for phone in ["13710000000", "13710000599"] {
                let found = try sandbox.answer("counter", "find", "--phone", phone, "--purpose", "order")
                #expect((try found.json()["matches"] as? [Any])?.count == 1)
            }
            try sandbox.expectVerifies(logKey)
        }

        /// What is left of the keys before, in the files.
        private func leftovers(_ sandbox: Sandbox, _ rotation: String) throws -> Int {
            switch rotation {
            case "krk":
                try sandbox.count(
                    "keyring.db",
                    "SELECT (SELECT count(*) FROM cek WHERE epoch = 1) + "
                        + "(SELECT count(*) FROM month_key WHERE epoch = 1)")
            case "bik": try sandbox.count("index.db", "SELECT count(*) FROM tag WHERE generation = 1")
            default: try sandbox.count("keyring.db", "SELECT count(*) FROM cek WHERE version = 1")
            }
        }

        @Test func `all keys are replaced while others read, look up and write, and nobody is refused`() async throws {
            let (sandbox, broker, logKey, number) = try shop()
            let readers = Readers(
                try Party("counter", sandbox), try #require(CustomerNumber(number)),
                try #require(FieldName("customer.name")))
            let reading = Task { await readers.run() }
            for rotation in ["krk", "bik", "cek"] {
                let done = try sandbox.answer("owner", "keys", "rotate", rotation)
                #expect(try done.member("state") == "done", "\(rotation): \(done.text)")
                #expect(try leftovers(sandbox, rotation) == 0, "\(rotation)")
                try sandbox.answer(
                    "counter", "customer", "update", number, "--field", "address=杭州市 \(rotation)", "--purpose", "order")
            }
            readers.isOver.store(true, ordering: .relaxed)
            await reading.value
            #expect(readers.refused.withLock { $0 } == [])
            #expect(readers.reads.load(ordering: .relaxed) > 20)
            let keys = try sandbox.answer("owner", "keys", "status").json()["keys"] as? [[String: Any]]
            let states = Set((keys ?? []).map { "\($0["kind"] ?? "")/\($0["id"] ?? "") \($0["status"] ?? "")" })
            #expect(
                states.isSuperset(of: [
                    "keyring/1 destroyed", "keyring/2 enabled", "index/1 destroyed", "index/2 enabled",
                ]))
            try expectSound(sandbox, logKey, number)
            broker.stop()
            let again = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try expectSound(sandbox, logKey, number)
            again.stop()
        }

        @Test(arguments: ["krk", "bik", "cek"])
        func `a rotation that is killed goes on after the next start`(rotation: String) throws {
            var (sandbox, broker, logKey, number) = try shop()
            for delay in [3_000, 30_000, 120_000] as [UInt32] {
                let begun = try sandbox.coffer("owner", "keys", "rotate", rotation, "--no-wait", "--json")
                #expect(begun.code == 0 || begun.code == 7, "\(begun.text)")
                usleep(delay)
                broker.crash()
                broker = try BrokerProcess(sandbox)
                try sandbox.unseal()
            }
            var state = "running"
            for _ in 0..<100 where state == "running" {
                let runs = try sandbox.answer("owner", "keys", "status").json()["runs"] as? [[String: Any]]
                state = runs?.first?["state"] as? String ?? "done"
                usleep(100_000)
            }
            #expect(state == "done")
            #expect(try leftovers(sandbox, rotation) == 0)
            try expectSound(sandbox, logKey, number)
            broker.stop()
        }

        /// Copies of the keyring from before an erasure are opened by the epoch of that time.
        @Test(.enabled(if: PreloadLibrary.canBeMade, "there is no C compiler for another clock"))
        func `a day after an erasure all keys are wrapped anew, unasked`() throws {
            let shop = try ErasureShop()
            let other = try shop.addCustomer(1)
            try shop.sandbox.answer("officer", "subject", "erase", shop.number, "--reason", "customer-request")
            try shop.travel(hours: 73)
            try shop.expectGone(shop.number)
            #expect(try shop.sandbox.count("keyring.db", "SELECT count(*) FROM cek WHERE epoch = 1") == 1)
            try shop.travel(hours: 98)
            for _ in 0..<100 where try leftovers(shop.sandbox, "krk") > 0 { usleep(100_000) }
            #expect(try leftovers(shop.sandbox, "krk") == 0)
            let shown = try shop.sandbox.coffer(
                "counter", "customer", "show", other, "--fields", "name", "--purpose", "order", "--json")
            #expect(shown.code == 0, "\(shown.text)")
            try shop.expectVerifies()
        }

        @Test func `one rotation at a time, by whoever may, of keys there are`() throws {
            let (sandbox, broker, _, number) = try shop()
            #expect(try sandbox.coffer("counter", "keys", "rotate", "krk").code == 3)
            #expect(try sandbox.coffer("counter", "keys", "status").code == 3)
            #expect(try sandbox.coffer("owner", "keys", "rotate", "rk").code == 2)
            #expect(try sandbox.coffer("owner", "keys", "rotate", "krk", number).code == 2)
            #expect(try sandbox.coffer("owner", "keys", "rotate", "cek", "C-0000-0001").code == 2)
            // One customer's key alone.
            #expect(try sandbox.answer("owner", "keys", "rotate", "cek", number).member("state") == "done")
            #expect(try leftovers(sandbox, "cek") == Self.rows)
            broker.stop()
        }

        @Test func `one entry tells of slots and keys, to whoever may replace either`() throws {
            let sandbox = try Sandbox()
            let shipped = try String(contentsOfFile: Sandbox.root + "/policies/takeout.yaml", encoding: .utf8)
            let policy = shipped.replacingOccurrences(
                of: "keys: [unseal, seal, rotate, scrub, slots, reshare, recover]", with: "keys: [unseal, rotate]")
            try #require(policy != shipped)
            try sandbox.makeVault(policy: try sandbox.write("policy.yaml", policy))
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            let before = try sandbox.answer("owner", "status").number("log_size")
            let told = try sandbox.answer("owner", "keys", "status").json()
            #expect((told["slots"] as? [Any])?.count == 1 && (told["runs"] as? [Any])?.count == 0)
            #expect((told["keys"] as? [[String: Any]])?.contains { $0["kind"] as? String == "keyring" } == true)
            #expect(try sandbox.answer("owner", "status").number("log_size") == before + 1)
            #expect(try sandbox.coffer("owner", "keys", "slots", "remove", "1").code == 3)
            broker.stop()
        }
    }
}

/// Four who read one customer's name until it is over.
private final class Readers: Sendable {
    let refused = Mutex<[String]>([])
    let reads = Atomic<Int>(0)
    let isOver = Atomic<Bool>(false)
    private let party: Party
    private let scope: RequestScope

    init(_ party: Party, _ customer: CustomerNumber, _ field: FieldName) {
        self.party = party
        scope = RequestScope(fields: [field], form: .full, purpose: "order", customers: [customer])
    }

    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { await self.read() } }
        }
    }

    private func read() async {
        while !isOver.load(ordering: .relaxed) {
            let outcome = await party.call(ShowCustomers.self, .init(), scope)
            if outcome != "ok" { refused.withLock { $0.append(outcome) } }
            reads.add(1, ordering: .relaxed)
        }
    }
}
