import Client
import Foundation
import TestSupport
import Testing
import VaultModel
import Wire

extension EndToEnd {
    /// What a receipt of an erasure says of archives: until when they may hold the key, and that none does any more.
    @Suite(.serialized, .enabled(if: PreloadLibrary.canBeMade, "there is no C compiler"))
    struct ErasureArchivesTests {
        private static let day = 86_400

        private func travel(_ shop: BackupShop, days: Int) throws {
            shop.broker.stop()
            try shop.sandbox.setClock(seconds: days * Self.day)
            try shop.restart()
            try shop.sandbox.unseal()
        }

        private func receipt(_ shop: BackupShop, _ number: String) throws -> [String: Any] {
            try shop.sandbox.answer("officer", "subject", "receipt", number).json()
        }

        /// The level of one customer's erasure, by list and receipt alike.
        private func level(_ shop: BackupShop, _ number: String) throws -> String {
            let list = try #require(
                try shop.sandbox.answer("officer", "subject", "list").json()["erasures"] as? [[String: Any]])
            let listed = try #require(
                list.first { $0["number"] as? String == number && $0["state"] as? String == "done" })
            let level = try #require(try receipt(shop, number)["level"] as? String)
            #expect(listed["level"] as? String == level)
            return level
        }

        /// How many second statements the log has, and how many the table.
        private func statements(_ shop: BackupShop) throws -> Int {
            let export = "\(shop.sandbox.folder)/export-\(UUID().uuidString.prefix(6))"
            try shop.sandbox.answer("officer", "log", "export", "--out", export)
            var count = 0
            for file in try BackupShop.files(export) {
                let bytes = FileManager.default.contents(atPath: export + "/" + file) ?? Data()
                count += String(decoding: bytes, as: UTF8.self).components(separatedBy: "erase-archives").count - 1
            }
            let rows = try shop.sandbox.count("log.db", "SELECT count(*) FROM erasure WHERE archives IS NOT NULL")
            #expect(rows == count)
            return count
        }

        private func logKey(_ shop: BackupShop) throws -> String {
            try shop.sandbox.answer("owner", "identity", "show").member("log_key")
        }

        @Test func `keyring archives from before, then none: E0 until they are gone from every target, and then E1`()
            throws
        {
            let shop = try BackupShop(rows: 0)
            try shop.addTarget("stick")
            let other = try shop.addTarget("other")
            let number = try shop.addLeaver()
            let early = try shop.addLeaver(phone: "13987650000")
            try shop.erase(early)
            #expect(try receipt(shop, early)["archives"] as? String == "none", "no set was ever made")
            #expect(try shop.run().code == 0)
            try shop.erase(number)
            var said = try receipt(shop, number)
            #expect(said["level"] as? String == "E0" && said["archives"] as? String == "keyring")
            let until = try #require(ISO8601DateFormatter().date(from: Self.seconds(said["archives_until"])))
            #expect(abs(until.timeIntervalSinceNow - Double(30 * Self.day)) < 600)
            // The first report had only archives made after her erasure.
            #expect(try level(shop, early) == "E1", "every archive of keys was made after her")

            // Three newer ones, or the old ones stay whatever their dates.
            for _ in 0..<3 { #expect(try shop.run("--full").code == 0) }
            #expect(try level(shop, number) == "E0")
            // A disk in a drawer: what it holds nobody has seen.
            try FileManager.default.moveItem(atPath: other, toPath: other + ".away")
            try travel(shop, days: 31)
            let partial = try shop.run("--full")
            #expect(try partial.code == 10 && partial.member("keys_since") == "", "\(partial.text)")
            for day in [32, 40] {
                try travel(shop, days: day)
                try shop.sandbox.answer("owner", "backup", "prune", "apply", "--target", "stick")
            }
            #expect(try level(shop, number) == "E0", "one target could not be asked")
            let only = try shop.run("--full", "--target", "stick")
            #expect(try only.code == 0 && only.member("keys_since") == "", "\(only.text)")
            #expect(try level(shop, number) == "E0", "all targets are asked, whichever the run is about")
            // It comes back with what it had.
            try FileManager.default.moveItem(atPath: other + ".away", toPath: other)
            let back = try shop.run("--full")
            #expect(try back.code == 0 && !back.member("keys_since").isEmpty, "\(back.text)")
            #expect(try level(shop, number) == "E0", "its archives of keys are from before")
            let before = try statements(shop)
            #expect(before == 1)
            try shop.sandbox.answer("owner", "backup", "prune", "apply")
            try travel(shop, days: 48)
            #expect(try level(shop, number) == "E0")
            let pruned = try shop.sandbox.answer("owner", "backup", "prune", "apply")
            #expect(try !pruned.member("keys_since").isEmpty && pruned.number("removed") > 0)
            said = try receipt(shop, number)
            #expect(said["level"] as? String == "E1" && said["archives"] as? String == "gone", "\(said)")
            #expect((said["archives_targets"] as? NSNumber)?.intValue == 2)
            #expect((said["archives_statement"] as? [String: Any])?.isEmpty == false)
            #expect(try statements(shop) == 2)
            // Each language says which level, and that it is the operator's word.
            for (language, words) in [("en", "as reported by the operator"), ("zh", "备份操作员")] {
                let page = shop.sandbox.folder + "/receipt-\(language).html"
                try shop.sandbox.answer("officer", "subject", "receipt", number, "--out", page, "--lang", language)
                let html = try String(contentsOfFile: page, encoding: .utf8)
                #expect(html.contains("E1") && html.contains(words) && html.contains("vault.seal"))
            }
            // Nothing is said twice, and what is said verifies.
            #expect(try shop.run().code == 0)
            try travel(shop, days: 48)
            #expect(try statements(shop) == 2 && level(shop, number) == "E1")
            try shop.sandbox.expectVerifies(try logKey(shop))
            shop.broker.stop()
        }

        private static func seconds(_ value: Any?) -> String {
            (value as? String ?? "").replacing(/\.\d+/, with: "")
        }

        @Test func `a taken-back erasure has no level, and packs without an archive leave it open`() throws {
            let shop = try BackupShop(rows: 0)
            let stick = try shop.addTarget("stick")
            let number = try shop.addLeaver()
            try shop.erase(number)
            try shop.sandbox.answer("officer", "subject", "erase", shop.number, "--reason", "customer-request")
            try shop.sandbox.answer("officer", "subject", "undo", shop.number)
            let first = try shop.run()
            #expect(first.code == 0)
            #expect(try level(shop, number) == "E1")
            let second = try shop.addLeaver(phone: "13987650001")
            try shop.erase(second)
            // They may be what is left of one.
            let orphan = try BackupShop.pack(stick)
            let place = try #require(orphan.range(of: "/p/"))
            let planted = orphan[..<place.upperBound] + "ab/ab" + String(repeating: "0", count: 62)
            try FileManager.default.createDirectory(
                atPath: String(planted).deletingLastComponent, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: orphan, toPath: String(planted))
            let unclear = try shop.run()
            #expect(try unclear.code == 0 && unclear.member("keys_since") == "", "\(unclear.text)")
            let list = try #require(
                try shop.sandbox.answer("officer", "subject", "list").json()["erasures"] as? [[String: Any]])
            #expect(list.first { $0["state"] as? String == "undone" }?["level"] as? String == "")
            #expect(try statements(shop) == 1 && level(shop, second) == "E0")
            try shop.sandbox.expectVerifies(try logKey(shop))
            shop.broker.stop()
        }

        private func report(
            _ who: Party, _ oldest: Int64?, act: Act = .backupRun, object: String? = nil
        ) async throws -> String {
            let note = try #require(KeysNote(oldest: oldest, targets: 1))
            return await who.call(
                NoteBackup.self, .init(note), RequestScope(act: act, object: object ?? note.object))
        }

        @Test func `a report that nobody may make, from the future, or said again gives no statement`() async throws {
            let shop = try BackupShop(rows: 0)
            try shop.addTarget("stick")
            #expect(try shop.run().code == 0)
            // Whoever empties the spool does not make the archives undone: the log has them.
            shop.broker.stop()
            try FileManager.default.removeItem(atPath: shop.sandbox.vault + "/spool/backup")
            try shop.restart()
            try shop.sandbox.unseal()
            let number = try shop.addLeaver()
            try shop.erase(number)
            #expect(try receipt(shop, number)["archives"] as? String == "keyring")
            let ended = try #require(
                Int64(try shop.sandbox.sql("log.db", "SELECT ended_t FROM erasure WHERE state = 3")[0][0]))
            usleep(5_000)
            let now = Int64(Date().timeIntervalSince1970 * 1_000)
            let (op, owner) = (try Party("operator", shop.sandbox), try Party("owner", shop.sandbox))
            for (who, act) in [
                (try Party("counter", shop.sandbox), Act.backupRun), (op, .backupPrune), (owner, .backupRun),
                (try Party("officer", shop.sandbox), .backupPrune), (op, .backupList),
            ] {
                #expect(try await report(who, now, act: act) != "ok", "\(act)")
            }
            let other = try #require(KeysNote(oldest: ended - 1, targets: 1))
            #expect(try await report(op, now, object: other.object) != "ok", "another report than the head names")
            #expect(try await report(op, now + 3_600_000) != "ok", "from the future")
            #expect(try await report(op, nil) == "ok")
            #expect(try await report(op, ended) == "ok")
            #expect(try level(shop, number) == "E0" && statements(shop) == 0)
            #expect(try await report(owner, now, act: .backupPrune) == "ok")
            #expect(try level(shop, number) == "E1")
            let later = try shop.addLeaver(phone: "13987650002")
            try shop.erase(later)
            #expect(try await report(op, now) == "ok", "true then, and of no use now")
            #expect(try level(shop, later) == "E0" && statements(shop) == 1)
            try shop.sandbox.expectVerifies(try logKey(shop))
            // A table that says what no entry says gets no signature, and keeps the vault sealed.
            shop.broker.stop()
            try shop.sandbox.edit(
                "log.db",
                "UPDATE erasure SET report = ended, report_t = ended_t, report_note = 'keys_0001' || "
                    + "printf('%015d', ended_t + 1) WHERE report IS NULL AND state = 3")
            try shop.restart()
            let unsealed = try shop.sandbox.coffer(
                "owner", "unseal", "--unseal-passphrase-file", try shop.sandbox.passphrase("vault"), "--json")
            #expect(unsealed.code == 6 && unsealed.text.contains("erasures"), "\(unsealed.text)")
            shop.broker.crash()
        }

        @Test func `archives of keys of an earlier life count, and what was said before a restore is said anew`() throws
        {
            let shop = try BackupShop(rows: 0)
            let stick = try shop.addTarget("stick")
            let everybody = ["owner", "operator", "officer", "counter"]
            let early = try shop.addLeaver()
            try shop.erase(early)
            #expect(try shop.run().code == 0)
            let late = try shop.addLeaver(phone: "13987650003")
            try shop.erase(late)
            #expect(try shop.run("--full").code == 0)
            #expect(try level(shop, early) == "E1" && level(shop, late) == "E0")
            #expect(try shop.run("--full").code == 0)
            try shop.destroy()
            try shop.follow(try shop.restore(from: "stick", ["--keep", "all"]), everybody)
            func listed() throws -> [String?] {
                let list = try shop.sandbox.answer("officer", "subject", "list").json()["erasures"] as? [[String: Any]]
                return [early, late].map { number in
                    list?.first { $0["number"] as? String == number }?["level"] as? String
                }
            }
            #expect(try listed() == ["E0", "E0"])
            #expect(try !shop.run("--full").member("keys_since").isEmpty)
            #expect(try listed() == ["E1", "E0"], "the first life's archives are from before her")
            let lives = try BackupShop.files(stick).filter { $0.contains("/1/") && !$0.contains("ledger") }
            #expect(lives.count > 6)
            for file in lives { try FileManager.default.removeItem(atPath: stick + "/" + file) }
            #expect(try shop.run().code == 0)
            // The first statement bears the key of the life before; the second one names it.
            #expect(try level(shop, early) == "E1" && level(shop, late) == "E1")
            shop.broker.stop()
        }

        @Test func `killed before any sync of a report, the statement is there after the next start, once`() throws {
            let tools = try Sandbox()
            let shim = try KillShim(tools)
            let shop = try BackupShop(rows: 0, wrapper: { _ in shim.wrapper })
            let stick = try shop.addTarget("stick")
            let drawer = try shop.addTarget("drawer")
            var (killed, finished) = (0, 0)
            for syncs in 0..<8 {
                let number = try shop.addLeaver(phone: "1398766000\(syncs)")
                try shop.erase(number)
                // What is on the stick is newer than the erasure, and nobody has reported it yet.
                for file in try BackupShop.files(stick) where !file.hasSuffix("target.json") {
                    try FileManager.default.removeItem(atPath: stick + "/" + file)
                }
                try FileManager.default.moveItem(atPath: drawer, toPath: drawer + ".away")
                let made = try shop.run("--full", "--target", "stick")
                #expect(try made.code == 0 && made.member("keys_since") == "", "\(made.text)\(made.errorText)")
                try FileManager.default.moveItem(atPath: drawer + ".away", toPath: drawer)
                #expect(try level(shop, number) == "E0")
                try shim.arm(after: syncs)
                _ = try shop.sandbox.coffer("owner", "backup", "prune", "apply", "--json")
                let file = shim.disarm()
                if file != nil {
                    killed += 1
                    try shop.restart()
                    try shop.sandbox.unseal()
                    // Once the report is in the log nobody need repeat it.
                    let owed = try shop.sandbox.count(
                        "log.db", "SELECT count(*) FROM erasure WHERE report IS NOT NULL AND archives IS NULL")
                    #expect(owed == 0, "killed before the sync \(syncs)")
                    if try level(shop, number) == "E1" { finished += 1 }
                    try shop.sandbox.answer("owner", "backup", "prune", "apply")
                }
                #expect(try level(shop, number) == "E1", "killed before the sync \(syncs)")
                #expect(try statements(shop) == syncs + 1)
                if file == nil { break }
            }
            #expect(killed >= 3 && finished >= 1, "\(killed) \(finished)")
            try shop.sandbox.expectVerifies(try logKey(shop))
            shop.broker.stop()
        }
    }
}
