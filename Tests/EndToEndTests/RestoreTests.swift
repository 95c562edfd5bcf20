import Foundation
import Testing

extension EndToEnd {
    /// A vault that was destroyed comes back from cards and a target, and nobody comes back with it who should not.
    @Suite(.serialized) struct RestoreTests {
        @Test func `two cards bring the vault back, and its log goes on and verifies`() throws {
            let shop = try BackupShop()
            let stick = try shop.addTarget("stick")
            try shop.sandbox.answer("operator", "backup", "run")
            // After the archive: this customer is lost, and the log must not pretend otherwise.
            try shop.sandbox.answer("counter", "find", "--phone", Sandbox.sample.phone, "--purpose", "order")
            try shop.destroy()
            let restored = try shop.restore(from: stick, "--keep", "all")
            #expect(restored.code == 0, "\(restored.errorText)")
            #expect(try restored.number("customers") == 41)
            #expect(try restored.number("incarnation") == 2)
            #expect(FileManager.default.fileExists(atPath: shop.sandbox.vault + "/vault.seal"))

            // The old identities refuse the new broker until they follow, and then not another quorum.
            let broker = try BrokerProcess(shop.sandbox, arguments: ["--rebuild-index"])
            #expect(
                try shop.sandbox.coffer(
                    "owner", "unseal", "--unseal-passphrase-file", try shop.sandbox.passphrase("vault")
                ).code == 6)
            let other = String(repeating: "0000-", count: 7) + "0000"
            let refused = try shop.sandbox.coffer("owner", "identity", "follow", "--quorum", other)
            let quorum = try restored.member("quorum")
            #expect(
                refused.code == 3 && refused.errorText.contains(quorum), "\(refused.errorText)")
            broker.stop()
            try shop.follow(restored, ["owner", "counter", "officer", "operator"])
            #expect(
                try shop.sandbox.coffer("owner", "identity", "follow", "--quorum", try restored.member("quorum")).code
                    == 7)

            let found = try shop.sandbox.answer(
                "counter", "find", "--phone", Sandbox.sample.phone, "--purpose", "order")
            #expect((try found.json()["matches"] as? [Any])?.count == 1)
            let shown = try shop.sandbox.answer(
                "counter", "customer", "show", shop.number, "--fields", "name,phone", "--purpose", "order", "--form",
                "full")
            #expect(shown.text.contains(Sandbox.sample.name))
            try shop.sandbox.answer("owner", "scrub")
            try shop.sandbox.expectVerifies(
                try restored.member("log_key"), quorum: try restored.member("quorum"))
            let blind = try shop.sandbox.verifyLog(try restored.member("log_key"))
            #expect(blind.code == 1 && blind.errorText.contains("--quorum"), "nobody is believed unasked")
            let wrong = try shop.sandbox.verifyLog(
                try restored.member("log_key"), quorum: String(repeating: "0000-", count: 7) + "0000")
            #expect(wrong.code == 1)
            // The new generation is archived anew, whole, and brings the vault back again.
            let run = try shop.sandbox.answer("operator", "backup", "run")
            #expect(try run.json()["full"] as? Bool == true)
            try shop.destroy()
            let twice = try shop.restore(from: stick, "--keep", "all")
            #expect(twice.code == 0, "\(twice.errorText)")
            #expect(try twice.number("incarnation") == 3)
            try shop.follow(twice, ["owner", "counter", "officer"])
            try shop.sandbox.expectVerifies(
                try twice.member("log_key"), quorum: try twice.member("quorum"))
            shop.broker.stop()
        }

        @Test func `who was erased after the archive does not come back, by any way`() throws {
            let shop = try BackupShop(rows: 5)
            let stick = try shop.addTarget("stick")
            let first = try shop.sandbox.answer("operator", "backup", "run")
            let made = try #require(
                (try shop.sandbox.answer("operator", "backup", "list").json()["sets"] as? [[String: Any]])?.first?[
                    "made"] as? String)
            let now = ["subject", "erase", shop.number, "--reason", "customer-request", "--now"]
            let wanted = try shop.sandbox.coffer("officer", now + ["--json"])
            let error = try #require(try wanted.json()["error"] as? [String: Any], "\(wanted.text)")
            let request = try #require(error["request"] as? String, "\(wanted.text)")
            try shop.sandbox.answer("owner", "request", "approve", request, "--yes")
            let erased = try shop.sandbox.coffer("officer", now + ["--request", request, "--json"])
            #expect(erased.code == 0, "\(erased.text)")
            let second = try shop.sandbox.answer("operator", "backup", "run")
            #expect(try first.member("set") != second.member("set"))
            try shop.destroy()
            // The records of the moment before the erasure, with the newest keys.
            let restored = try shop.restore(from: stick, "--keep", "all", "--at", made)
            #expect(restored.code == 0, "\(restored.errorText)")
            #expect(try restored.number("erased") == 1)
            #expect(try restored.number("removed") >= 1, "\(restored.text)")
            try shop.follow(restored, ["owner", "counter", "officer"])
            let found = try shop.sandbox.answer(
                "counter", "find", "--phone", Sandbox.sample.phone, "--purpose", "order")
            #expect((try found.json()["matches"] as? [Any])?.count == 0)
            #expect(try shop.sandbox.coffer("counter", "customer", "show", shop.number, "--purpose", "order").code != 0)
            try shop.sandbox.expectVerifies(
                try restored.member("log_key"), quorum: try restored.member("quorum"))
            shop.broker.stop()
        }

        @Test func `a drill brings the vault back elsewhere, leaves nothing, and is remembered`() throws {
            let shop = try BackupShop(rows: 10)
            let stick = try shop.addTarget("stick")
            func warnings() throws -> [String] {
                try #require(try shop.sandbox.answer("owner", "status").json()["warnings"] as? [String])
            }
            #expect(try warnings().contains { $0.contains("coffer backup run") })
            try shop.sandbox.answer("operator", "backup", "run")
            #expect(try warnings().contains { $0.contains("coffer backup drill") })
            let scratch = shop.sandbox.folder + "/scratch"
            try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: false)
            let drill = [
                "backup", "drill", "--from", "stick", "--scratch", scratch, "--card-file", shop.card(1), "--json",
            ]
            let lone = try shop.sandbox.coffer("operator", drill)
            #expect(lone.code == 17, "\(lone.text)")
            // What drills left that were killed, half made and made.
            for name in ["0011223344556677.new-001122334455", "8899aabbccddeeff"] {
                let left = scratch + "/coffer-drill-" + name
                try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: false)
                try "x".write(toFile: left + "/vault.seal", atomically: false, encoding: .utf8)
            }
            let passed = try shop.sandbox.coffer("operator", drill + ["--card-file", shop.card(2)])
            #expect(passed.code == 0, "\(passed.errorText)")
            #expect(try passed.number("customers") == 11)
            #expect(try passed.number("sampled") >= 11)
            #expect(try BackupShop.files(scratch) == [])
            #expect(try !warnings().contains { $0.contains("coffer backup") })
            #expect(try !shop.sandbox.answer("operator", "backup", "status").member("t4").isEmpty)

            // A damaged pack fails the drill, and the log has that too.
            let pack = try BackupShop.pack(stick)
            var bytes = try Data(contentsOf: URL(fileURLWithPath: pack))
            bytes[bytes.count - 20] ^= 1
            try bytes.write(to: URL(fileURLWithPath: pack))
            let failed = try shop.sandbox.coffer("operator", drill + ["--card-file", shop.card(2)])
            #expect(failed.code == 12, "\(failed.errorText)")
            #expect(try BackupShop.files(scratch) == [])
            shop.broker.stop()
        }

        @Test func `leavers stay out, and the wrong cards, folders and archives are named`() throws {
            let shop = try BackupShop(rows: 0)
            let stick = try shop.addTarget("stick")
            try shop.sandbox.answer("operator", "backup", "run")
            try shop.sandbox.answer("owner", "staff", "offboard", "counter")
            let there = try shop.restore(from: stick)
            #expect(there.code == 7, "nothing is put over a vault: \(there.errorText)")
            try shop.destroy()
            #expect(try shop.restore(from: stick, cards: [1]).code == 17)
            #expect(try shop.restore(from: stick, cards: [1, 1]).code == 17)
            #expect(try shop.restore(from: shop.sandbox.folder + "/cards").code == 14)
            let pack = try BackupShop.pack(stick)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: pack))
            try bytes.dropLast(1).write(to: URL(fileURLWithPath: pack))
            let cut = try shop.restore(from: stick)
            #expect([12, 15].contains(cut.code), "\(cut.code) \(cut.errorText)")
            try bytes.write(to: URL(fileURLWithPath: pack))
            #expect(
                try BackupShop.files(shop.sandbox.folder).allSatisfy { !$0.contains("vault.new-") }, "nothing half done"
            )
            let restored = try shop.restore(from: stick)
            #expect(restored.code == 0, "\(restored.errorText)")
            #expect((try restored.json()["kept"] as? [String])?.count == 1)
            // The log does not know of the offboarding; only the owner's key lives.
            try shop.follow(restored, ["owner", "counter"])
            let late = try shop.sandbox.coffer("counter", "find", "--phone", Sandbox.sample.phone, "--purpose", "order")
            #expect(late.code == 3, "\(late.errorText)")
            try shop.sandbox.enrol("counter2", role: "customer-service")
            try shop.sandbox.answer("counter2", "find", "--phone", Sandbox.sample.phone, "--purpose", "order")
            shop.broker.stop()
        }
    }
}
