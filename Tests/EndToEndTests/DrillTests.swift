import Archive
import Foundation
import Keys
import Primitives
import Testing
import VaultModel

extension EndToEnd {
    /// Drills with a key that opens no customer, and where everybody sees how long ago the last one was.
    @Suite(.serialized) struct DrillTests {
        /// A shop with archives on a stick that a drill key opens.
        private func shop(rows: Int = 10) throws -> (shop: BackupShop, stick: String, key: String) {
            let shop = try BackupShop(rows: rows)
            let stick = try shop.addTarget("stick")
            let key = try shop.newDrillKey("drill.key")
            try shop.sandbox.answer("owner", "backup", "drill-key", "set", key.recipient)
            let run = try shop.sandbox.answer("operator", "backup", "run")
            #expect(try run.json()["full"] as? Bool == true)
            return (shop, stick, key.file)
        }

        private func drill(_ shop: BackupShop, _ key: String, _ more: String...) throws -> Outcome {
            let scratch = shop.sandbox.folder + "/scratch"
            try? FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: false)
            let outcome = try shop.sandbox.coffer(
                "operator", ["backup", "drill", "--drill-key", key, "--scratch", scratch, "--json"] + more)
            #expect(try BackupShop.files(scratch) == [], "nothing stays, however it ends")
            return outcome
        }

        private func warnings(_ shop: BackupShop) throws -> [String] {
            try #require(try shop.sandbox.answer("owner", "status").json()["warnings"] as? [String])
        }

        private func checks(_ shop: BackupShop) throws -> (code: Int32, lines: [(name: String, ok: Bool, hint: String)])
        {
            let outcome = try shop.sandbox.coffer("owner", "doctor", "--json")
            let checks = try #require(try outcome.json()["checks"] as? [[String: Any]])
            return (
                outcome.code,
                checks.map { ($0["name"] as? String ?? "", $0["ok"] as? Bool ?? false, $0["hint"] as? String ?? "") }
            )
        }

        @Test func `a drill key brings records and log back, opens no key, and the log proves the drill`() throws {
            let (shop, stick, key) = try shop()
            let sandbox = shop.sandbox
            let before = try sandbox.answer("operator", "backup", "status").json()
            #expect(before["rto_ms"] == nil && before["rpo_s"] is NSNumber, "no drill, no figure")
            #expect(try warnings(shop).contains { $0.contains("never used for a drill") })
            let passed = try drill(shop, key)
            #expect(passed.code == 0, "\(passed.errorText)")
            #expect(try passed.member("tier") == "T3")
            #expect(try passed.number("rows") >= 11 && passed.number("entries") > 20)
            #expect(try passed.number("took_ms") >= 0 && passed.number("rpo_s") < 600)
            for value in [Sandbox.sample.name, Sandbox.sample.phone] {
                #expect(!passed.text.contains(value) && !passed.errorText.contains(value))
            }
            #expect(try !warnings(shop).contains { $0.contains("drill key") })
            let status = try sandbox.answer("operator", "backup", "status")
            #expect(try !status.member("t3").isEmpty && status.member("t4").isEmpty)
            #expect(try status.number("rto_ms") == passed.number("took_ms") && status.number("rpo_s") < 600)
            let shown = try sandbox.coffer("owner", "backup", "status")
            #expect(shown.text.contains("T3 0 min ago"), "\(shown.text)")
            #expect(shown.errorText.contains("nobody has ever brought an archive back"), "\(shown.errorText)")
            #expect(try checks(shop).lines.contains { $0.name == "restorable" && $0.hint.contains("T3 0 min ago") })

            // Whatever is on the stick: packs of the keys have one reader, the others two.
            for file in try BackupShop.files(stick) where file.contains("/p/") {
                let head = try Data(contentsOf: URL(fileURLWithPath: stick + "/" + file)).prefix(600)
                let readers = String(decoding: head, as: UTF8.self).components(separatedBy: "-> X25519 ").count - 1
                #expect(readers == 1 || readers == 2, "\(file)")
            }
            // Another key, and one that others may read.
            let other = try shop.newDrillKey("other.key")
            #expect(try drill(shop, other.file).code == 17)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
            let exposed = try drill(shop, key)
            #expect(exposed.code == 2 && exposed.errorText.isEmpty == false, "\(exposed.text)")
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
            let text = try sandbox.write("no.key", "hello\n")
            #expect(try drill(shop, text).code == 2)
            #expect(try drill(shop, key, "--card-file", shop.card(1)).code == 2)

            // Packs in each other's place.
            let packs = try BackupShop.files(stick).filter { $0.contains("/p/") }.map { stick + "/" + $0 }
            let (one, two) = (packs[0], packs[1])
            let bytes = try [one, two].map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
            try bytes[1].write(to: URL(fileURLWithPath: one))
            try bytes[0].write(to: URL(fileURLWithPath: two))
            let swapped = try drill(shop, key)
            #expect(swapped.code == 12, "\(swapped.text)")
            try bytes[0].write(to: URL(fileURLWithPath: one))
            try bytes[1].write(to: URL(fileURLWithPath: two))
            #expect(try drill(shop, key, "--no-note").code == 0)

            // The report says what the entries say, from the broker and from an export, which verifies.
            let report = try sandbox.answer("officer", "log", "report")
            let archives = try #require(try report.json()["archives"] as? [String: Any])
            #expect(archives["made"] as? Int == 1 && archives["carried"] as? Int == 1)
            #expect(archives["drills"] as? Int == 3 && archives["drills_failed"] as? Int == 2, "\(archives)")
            let drills = try #require(archives["newest_drills"] as? [[String: Any]])
            #expect(drills.map { $0["passed"] as? Bool } == [true, false, false])
            #expect(drills.allSatisfy { $0["tier"] as? String == "T3" })
            #expect(drills.first?["took_ms"] as? Int == (try passed.number("took_ms")))
            let logKey = try sandbox.answer("officer", "identity", "show").member("log_key")
            try sandbox.expectVerifies(logKey)
            shop.broker.stop()
        }

        @Test func `who may say how the vault is recovered sets the key, and it stays under the seal`() throws {
            let shop = try BackupShop(rows: 0)
            let sandbox = shop.sandbox
            try shop.addTarget("stick")
            let key = try shop.newDrillKey("drill.key")
            #expect(try sandbox.coffer("operator", "backup", "drill-key", "new", "--out", key.file).code != 0)
            let mode = try FileManager.default.attributesOfItem(atPath: key.file)[.posixPermissions] as? NSNumber
            #expect(mode?.intValue == 0o600)
            for who in ["operator", "counter"] {
                #expect(try sandbox.coffer(who, "backup", "drill-key", "set", key.recipient).code == 3)
            }
            #expect(try sandbox.coffer("owner", "backup", "drill-key", "set", "age1nothing").code == 2)
            #expect(try sandbox.coffer("owner", "backup", "drill-key", "remove").code == 7)
            let cards = try sandbox.answer("owner", "keys", "status")
            let recovery = cards.text.components(separatedBy: "\"").first { $0.hasPrefix("age1") }
            if let recovery { #expect(try sandbox.coffer("owner", "backup", "drill-key", "set", recovery).code == 7) }
            let set = try sandbox.answer("owner", "backup", "drill-key", "set", key.recipient)
            #expect(try sandbox.coffer("owner", "backup", "drill-key", "set", key.recipient).code == 7)
            #expect(try sandbox.answer("owner", "backup", "drill-key", "show").member("recipient") == key.recipient)
            let entry = try sandbox.answer("officer", "log", "show", String(try set.number("entry")))
            #expect(entry.text.contains("rotate"), "\(entry.text)")
            // It outlives a start, and whoever edits the file finds the vault sealed.
            try shop.restart()
            try sandbox.unseal()
            #expect(try sandbox.answer("owner", "backup", "drill-key", "show").member("recipient") == key.recipient)
            shop.broker.stop()
            let path = sandbox.vault + "/vault.seal"
            let sound = try Data(contentsOf: URL(fileURLWithPath: path))
            let place = try #require(sound.range(of: Data(key.recipient.utf8)))
            var forged = sound
            forged.replaceSubrange(place, with: Data(try shop.newDrillKey("thief.key").recipient.utf8))
            try forged.write(to: URL(fileURLWithPath: path))
            try? shop.restart()
            #expect(
                try sandbox.coffer(
                    "owner", "unseal", "--unseal-passphrase-file", try sandbox.passphrase("vault")
                ).code != 0)
            shop.broker.stop()
            try sound.write(to: URL(fileURLWithPath: path))
            try shop.restart()
            try sandbox.unseal()
            try sandbox.answer("operator", "backup", "run")
            try sandbox.answer("owner", "backup", "drill-key", "remove")
            #expect(try sandbox.answer("owner", "backup", "drill-key", "show").member("recipient").isEmpty)
            #expect(try drill(shop, key.file).code == 0, "what was made before still opens with it")
            try sandbox.answer("operator", "backup", "run", "--full")
            #expect(try drill(shop, key.file).code == 17)
            shop.broker.stop()
        }

        @Test func `an older log under a newer signature is found, and noted as a failure`() throws {
            let (shop, stick, key) = try shop(rows: 0)
            let sandbox = shop.sandbox
            try sandbox.answer("operator", "backup", "run")
            #expect(try drill(shop, key).code == 0)
            // Whoever has the broker's keys signs what he likes: the newest log manifest gets the pages of the one before.
            let file = try SealFile.parse(
                [UInt8](Data(contentsOf: URL(fileURLWithPath: sandbox.vault + "/vault.seal"))))
            let text = try String(contentsOfFile: sandbox.passphrase("vault"), encoding: .utf8)
            let root = try file.rootKey(
                passphrase: SecretBytes(copying: Array(text.split(separator: "\n")[0].utf8)))
            let keyset = try file.verify(with: root).keyset()
            var logs: [SignedManifest] = []
            for path in try BackupShop.files(stick) where path.contains("/m/") {
                let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: stick + "/" + path)))
                let signed = try SignedManifest(
                    parsing: bytes, vault: file.facts.vault, trust: .logKey(keyset.logPublicKey))
                if signed.manifest.part == .log { logs.append(signed) }
            }
            try #require(logs.count == 2)
            var older = logs[1].manifest
            (older.packs, older.map, older.count) = (
                logs[0].manifest.packs, logs[0].manifest.map, logs[0].manifest.count
            )
            let forged = SignedManifest(older, logKey: keyset.logPublicKey) { keyset.signCheckpoint($0) }
            try FileManager.default.removeItem(atPath: stick + "/" + logs[1].name)
            try Data(forged.file).write(to: URL(fileURLWithPath: stick + "/" + forged.name))
            let found = try drill(shop, key)
            #expect(found.code == 12 && found.text.contains("\"why\":\"log\""), "\(found.text) \(found.errorText)")
            let drills = try #require(
                (try sandbox.answer("officer", "log", "report").json()["archives"] as? [String: Any])?["newest_drills"]
                    as? [[String: Any]])
            #expect(drills.map { $0["passed"] as? Bool } == [true, false])
            #expect(drills.last?["set"] as? String == forged.manifest.set)
            shop.broker.stop()
        }

        @Test func `what is overdue is said by status and doctor, which fails then`() throws {
            let (shop, _, key) = try shop(rows: 0)
            let sandbox = shop.sandbox
            #expect(try drill(shop, key).code == 0)
            let cards = ["--card-file", shop.card(1), "--card-file", shop.card(3)]
            let full = try sandbox.coffer("operator", ["backup", "drill", "--json"] + cards)
            #expect(full.code == 0, "\(full.errorText)")
            #expect(try full.member("tier") == "T4" && full.number("fields") >= 3 && full.number("indexed") == 1)
            #expect(!full.text.contains(Sandbox.sample.name))
            #expect(try !warnings(shop).contains { $0.contains("coffer backup") })
            func travel(days: Int) throws {
                shop.broker.stop()
                try sandbox.setClock(seconds: days * 86_400)
                try shop.restart()
                try sandbox.unseal()
            }
            try travel(days: 9)
            #expect(try warnings(shop).contains { $0.contains("9 days old: coffer backup run") })
            try travel(days: 36)
            let due = try warnings(shop)
            #expect(due.contains { $0.contains("drill key was 36 days ago") }, "\(due)")
            #expect(!due.contains { $0.contains("with cards") })
            try travel(days: 93)
            let doctor = try checks(shop)
            #expect(doctor.code == 1)
            let failed = doctor.lines.filter { !$0.ok }.map(\.hint)
            for words in ["93 days old", "with cards was 93 days ago", "drill key was 93 days ago"] {
                #expect(failed.contains { $0.contains(words) }, "\(failed)")
            }
            #expect(doctor.lines.contains { $0.name == "restorable" && $0.hint.contains("T3 93 d ago, T4 93 d ago") })
            let status = try sandbox.coffer("operator", "backup", "status")
            #expect(status.errorText.contains("with cards was 93 days ago"), "\(status.errorText)")
            shop.broker.stop()
        }

        @Test func `a restored vault has no drill key, and says that old cards and host keys open nothing`() throws {
            let (shop, stick, key) = try shop(rows: 0)
            try shop.destroy()
            let restored = try shop.restore(from: stick, "--keep", "all")
            #expect(restored.code == 0, "\(restored.errorText)")
            #expect(restored.errorText.contains("coffer keys reshare"), "\(restored.errorText)")
            #expect(restored.errorText.contains("coffer backup drill-key set"), "\(restored.errorText)")
            try shop.follow(restored, ["owner", "operator", "officer"])
            let sandbox = shop.sandbox
            #expect(try sandbox.answer("owner", "backup", "drill-key", "show").member("recipient").isEmpty)
            #expect(try warnings(shop).contains { $0.contains("was restored") && $0.contains("coffer keys slots add") })
            #expect(try checks(shop).lines.contains { !$0.ok && $0.hint.contains("was restored") })
            try sandbox.answer("operator", "backup", "run")
            #expect(try drill(shop, key).code == 17, "a new life, and nobody has said that the old key is still good")
            let recipient = try shop.newDrillKey("second.key")
            try sandbox.answer("owner", "backup", "drill-key", "set", recipient.recipient)
            try sandbox.answer("operator", "backup", "run")
            #expect(try drill(shop, recipient.file).code == 0)
            let second = try sandbox.write("second.pass", "another way to unseal it\n")
            try sandbox.answer("owner", "keys", "slots", "add", "--new-passphrase-file", second)
            #expect(try !warnings(shop).contains { $0.contains("was restored") })
            shop.broker.stop()
        }
    }
}
