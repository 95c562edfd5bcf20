import Foundation
import Testing
import VaultModel
import TestSupport

extension EndToEnd {
    /// An erasure that holds: against whoever looks through the files and the memory, against a crash at any step, against
    /// files put back.
    @Suite(.serialized, .enabled(if: PreloadLibrary.canBeMade, "there is no C compiler"))
    struct ErasureHoldsTests {
        /// Erases at once, with the owner's approval.
        private static func eraseNow(_ shop: ErasureShop, _ number: String) throws -> Outcome {
            let now = ["subject", "erase", number, "--reason", "customer-request", "--now"]
            let wanted = try shop.refused("officer", now, 3, "approval-required")
            let id = try #require(wanted["request"] as? String)
            try shop.sandbox.answer("owner", "request", "approve", id, "--yes")
            return try shop.sandbox.coffer("officer", now + ["--request", id, "--json"])
        }

        private static func traces(_ shop: ErasureShop, _ number: String) throws -> ErasureTraces {
            try ErasureTraces(of: number, shop.sandbox, passphrase: try shop.sandbox.passphrase("vault"))
        }

        @Test func `her key, its wrap and her envelopes are in no file of the vault after the receipt`() throws {
            let shop = try ErasureShop()
            _ = try shop.addOrder(shop.number)
            try shop.sandbox.answer("counter", ErasureTests.show(shop.number))
            let traces = try Self.traces(shop, shop.number)
            #expect(traces.keys.count == 1 && traces.envelopes.count > 15)
            #expect(try shop.sandbox.files(holding: traces.wraps).contains("keyring.db"))
            #expect(try shop.sandbox.files(holding: traces.envelopes).contains { $0.hasPrefix("vault.db") })
            let erased = try Self.eraseNow(shop, shop.number)
            #expect(erased.code == 0, "\(erased.text)")
            // While it runs: the write-ahead logs are what they are.
            #expect(try shop.sandbox.files(holding: traces.all) == [])
            shop.broker.stop()
            #expect(try shop.sandbox.files(holding: traces.all) == [])
            let values = [Sandbox.sample.name, Sandbox.sample.phone, Sandbox.sample.address].map { Array($0.utf8) }
            #expect(try shop.sandbox.files(holding: values) == [])
            let hex = traces.hexCustomer(shop.number)
            #expect(try shop.sandbox.sql("index.db", "SELECT 1 FROM tag WHERE record = x'\(hex)'") == [])
            #expect(try shop.sandbox.sql("vault.db", "SELECT 1 FROM record WHERE customer = x'\(hex)'") == [])
        }

        @Test(.enabled(if: ProcessMemory.canBeRead, "only root reads the memory of another process"))
        func `her key is not in the broker's memory after the receipt`() throws {
            let shop = try ErasureShop()
            try shop.sandbox.answer("counter", ErasureTests.show(shop.number))
            let traces = try Self.traces(shop, shop.number)
            let process = shop.broker.child.identifier
            let before = try ProcessMemory.count(of: traces.keys, in: process)
            // The cache holds it as long as she is a customer, or this would find nothing whatever happens.
            #expect(before.hits >= 1 && before.bytes > 1 << 20, "\(before)")
            let erased = try Self.eraseNow(shop, shop.number)
            #expect(erased.code == 0, "\(erased.text)")
            let after = try ProcessMemory.count(of: traces.keys, in: process)
            #expect(after.hits == 0 && after.bytes > 1 << 20, "\(after)")
        }

        @Test func `killed before any sync of an erasure, the next start finishes it, or it never began`() throws {
            let compiled = try Sandbox()
            let shim = try KillShim(compiled)
            // The program's own clock decides nothing here; a day's limit would.
            let shop = try ErasureShop(
                erasure: "{undo_hours: 72, daily_limit: 1000, queue_hours: 72}", wrapper: shim.wrapper)
            var killedAt: [String] = []
            var (began, killedAgain) = (0, 0)
            for syncs in 0..<60 {
                let number = try shop.addCustomer(syncs)
                let order = try shop.addOrder(number)
                let traces = try Self.traces(shop, number)
                let now = ["subject", "erase", number, "--reason", "customer-request", "--now"]
                let wanted = try shop.refused("officer", now, 3, "approval-required")
                let id = try #require(wanted["request"] as? String)
                try shop.sandbox.answer("owner", "request", "approve", id, "--yes")
                try shim.arm(after: syncs)
                let outcome = try shop.sandbox.coffer("officer", now + ["--request", id, "--json"])
                guard let file = shim.disarm() else {
                    #expect(outcome.code == 0, "\(outcome.text)")
                    break
                }
                killedAt.append(file)
                #expect(outcome.code == 5, "\(file): \(outcome.text)")
                // Killed again while it brings itself in order, at another step each time.
                try shim.arm(after: 1 + syncs * 5 % 19)
                try shop.tryToStart()
                if shim.disarm() == nil { shop.broker.crash() } else { killedAgain += 1 }
                try shop.start()
                let list = try shop.sandbox.answer("officer", "subject", "list").json()["erasures"] as? [[String: Any]]
                guard let erasure = list?.first(where: { $0["number"] as? String == number }) else {
                    // Not asked for, as far as the log goes: she is there, whole.
                    let shown = try shop.sandbox.answer("counter", ErasureTests.show(number))
                    #expect(shown.text.contains("客户\(syncs)"))
                    continue
                }
                began += 1
                #expect(erasure["state"] as? String == "done", "killed before the sync \(syncs), of \(file)")
                try shop.expectGone(number, phone: "1380000\(1_000 + syncs)")
                #expect(
                    try shop.sandbox.files(holding: traces.all) == [], "killed before the sync \(syncs), of \(file)")
                let kept = try shop.sandbox.answer(
                    "finance", "record", "show", order, "--fields", "order.amount", "--purpose", "settlement")
                #expect(kept.text.contains("68.00"), "killed before the sync \(syncs), of \(file)")
                let receipt = try shop.sandbox.answer("officer", "subject", "receipt", number)
                #expect(
                    try receipt.number("records") == 2 && receipt.number("kept") == 1 && receipt.number("keys") == 1)
            }
            // Every file that an erasure writes was about to be synced once.
            let names = Set(killedAt)
            #expect(
                names.isSuperset(of: ["log.db-wal", "vault.db-wal", "keyring.db", "keyring.db-journal"]), "\(killedAt)")
            #expect(
                names.contains { $0.hasPrefix("index.db") } && names.contains { $0.contains("json") }, "\(killedAt)")
            #expect(began >= 10 && killedAgain >= 5 && killedAt.count < 60, "\(killedAgain) \(killedAt)")
            try shop.expectVerifies()
        }

        /// The anchor keeps the vault sealed. A restore, which may bring old rows, erases again what has a tombstone.
        @Test(arguments: [["keyring.db"], ["vault.db", "index.db"], ["keyring.db", "vault.db", "index.db"]])
        func `files from before put back bring nobody back`(files: [String]) throws {
            let shop = try ErasureShop()
            shop.broker.stop()
            let copies = shop.sandbox.folder + "/before"
            try FileManager.default.createDirectory(atPath: copies, withIntermediateDirectories: false)
            // With their write-ahead logs: a broker that ends leaves them as they are.
            for file in files.flatMap({ [$0, $0 + "-wal"] })
            where FileManager.default.fileExists(atPath: shop.sandbox.vault + "/" + file) {
                try FileManager.default.copyItem(atPath: shop.sandbox.vault + "/" + file, toPath: copies + "/" + file)
            }
            try shop.start()
            let traces = try Self.traces(shop, shop.number)
            #expect(try Self.eraseNow(shop, shop.number).code == 0)
            shop.broker.stop()
            for file in files.flatMap({ [$0, $0 + "-wal", $0 + "-shm"] }) {
                let path = shop.sandbox.vault + "/" + file
                try? FileManager.default.removeItem(atPath: path)
                if FileManager.default.fileExists(atPath: copies + "/" + file) {
                    try FileManager.default.copyItem(atPath: copies + "/" + file, toPath: path)
                }
            }
            #expect(try shop.sandbox.files(holding: traces.all) != [], "the copies hold her")
            let broker = try BrokerProcess(shop.sandbox)
            let unsealed = try shop.sandbox.coffer(
                "owner", "unseal", "--unseal-passphrase-file", try shop.sandbox.passphrase("vault"), "--json")
            #expect(unsealed.code == 6 && unsealed.text.contains(files[0]), "\(unsealed.text)")
            broker.crash()
        }

        @Test func `a table that was edited erases nobody and frees nobody`() throws {
            let shop = try ErasureShop()
            try shop.sandbox.answer("officer", "subject", "erase", shop.number, "--reason", "customer-request")
            shop.broker.stop()
            let log = shop.sandbox.vault + "/log.db"
            let original = try Data(contentsOf: URL(fileURLWithPath: log))
            for edit in [
                "DELETE FROM erasure", "UPDATE erasure SET state = 4",
                "INSERT INTO erasure (id, customer, shop, kid, object, state, requested, t, due) SELECT "
                    + "'e_00000000000000000000000000', zeroblob(16), shop, kid, object, 1, 0, t, 0 FROM erasure",
                // Due at once.
                "UPDATE erasure SET due = t + 1",
            ] {
                try shop.sandbox.edit("log.db", edit)
                let broker = try BrokerProcess(shop.sandbox)
                let unsealed = try shop.sandbox.coffer(
                    "owner", "unseal", "--unseal-passphrase-file", try shop.sandbox.passphrase("vault"), "--json")
                #expect(unsealed.code == 6 && unsealed.text.contains("erasures"), "\(edit): \(unsealed.text)")
                broker.crash()
                for more in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: log + more) }
                try original.write(to: URL(fileURLWithPath: log))
            }
            try shop.start()
            _ = try shop.refused("counter", ErasureTests.show(shop.number), 7, "frozen")
        }
    }
}

extension ErasureTraces {
    func hexCustomer(_ number: String) -> String {
        (Array(number.utf8) + [UInt8](repeating: 0, count: 16 - number.utf8.count))
            .map { String(format: "%02x", $0) }.joined()
    }
}
