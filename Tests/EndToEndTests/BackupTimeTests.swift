import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Archives and time: old sets, dormant vaults, clocks that are wrong, what an earlier life of the vault left.
    @Suite(.serialized) struct BackupTimeTests {
        private static let day = 86_400

        /// Everything sees another time from here on; the broker is started again.
        private func travel(_ shop: BackupShop, days: Int) throws {
            shop.broker.stop()
            try shop.sandbox.setClock(seconds: days * Self.day)
            try shop.restart()
            try shop.sandbox.unseal()
        }

        private func due(_ shop: BackupShop) throws -> (due: Int, orphans: Int) {
            let plan = try shop.sandbox.answer("operator", "backup", "prune", "plan")
            let target = try #require((try plan.json()["targets"] as? [[String: Any]])?.first)
            return (
                try #require((target["due"] as? NSNumber)?.intValue),
                try #require((target["orphans"] as? NSNumber)?.intValue)
            )
        }

        private func apply(_ shop: BackupShop) throws -> [Int] {
            let applied = try shop.sandbox.answer("owner", "backup", "prune", "apply")
            return try ["marked", "removed", "removed_packs"].map(applied.number)
        }

        @Test func `who was erased does not come back from a year-old set, though only another target knows it`()
            throws
        {
            let shop = try BackupShop(rows: 3)
            let old = try shop.addTarget("old")
            let other = try shop.addTarget("other")
            let number = try shop.addLeaver()
            try shop.sandbox.answer(
                "counter", "customer", "update", number, "--field", "email=leaver@example.com", "--purpose", "order")
            #expect(try shop.run().code == 0)
            try shop.erase(number)
            // The old target was in a drawer from then on: neither the keys nor the ledger there know of it.
            #expect(try shop.run("--target", "other").code == 0)
            try shop.destroy()

            try FileManager.default.moveItem(atPath: other, toPath: other + ".away")
            let alone = try shop.restore(from: ["old"])
            #expect(try alone.code == 0 && alone.number("erased") == 0, "\(alone.errorText)")
            #expect(
                alone.errorText.contains("other"), "the target that could not be asked is named: \(alone.errorText)")
            try FileManager.default.removeItem(atPath: shop.sandbox.vault)
            try FileManager.default.moveItem(atPath: other + ".away", toPath: other)

            // A year later, by what this device knows; then by what is named on one that knows nothing.
            try shop.sandbox.setClock(seconds: 360 * Self.day)
            let known = try shop.restore(from: ["old"])
            #expect(try known.code == 0 && known.number("erased") == 1, "\(known.errorText)")
            #expect(try shop.sandbox.count("vault.db", "SELECT count(DISTINCT customer) FROM record") == 4)
            try shop.sandbox.setClock(seconds: 0)
            try FileManager.default.removeItem(atPath: shop.sandbox.vault)
            try FileManager.default.removeItem(atPath: shop.sandbox.folder + "/config")
            let config = shop.sandbox.folder + "/config/coffer/targets"
            try FileManager.default.createDirectory(atPath: config, withIntermediateDirectories: true)
            try "{".write(toFile: config + "/old.json", atomically: true, encoding: .utf8)
            let damaged = try shop.restore(from: ["old"])
            #expect(damaged.code == 2 && damaged.errorText.contains("damaged"), "\(damaged.errorText)")
            try FileManager.default.removeItem(atPath: config + "/old.json")
            let absent = try shop.restore(from: [old], more: ["--from", other + ".away"])
            #expect(absent.code == 14, "one that was named must be there: \(absent.errorText)")
            let restored = try shop.restore(from: [old], more: ["--from", other])
            #expect(restored.code == 0, "\(restored.errorText)")
            #expect(try restored.number("erased") == 1 && restored.number("customers") == 4)
            #expect(try restored.number("removed") >= 1)
            #expect(try shop.found(after: restored) == 1)
            for arguments in [
                ["find", "--phone", BackupShop.leaver.phone], ["find", "--email", "leaver@example.com"],
            ] {
                let found = try shop.sandbox.coffer("counter", arguments + ["--purpose", "order", "--json"])
                #expect((try found.json()["matches"] as? [Any])?.isEmpty != false, "\(found.text)")
            }
            #expect(try shop.sandbox.coffer("counter", "customer", "show", number, "--purpose", "order").code != 0)
            // No row that is left belongs to a customer without a key, and hers is marked as gone.
            #expect(try shop.sandbox.count("keyring.db", "SELECT count(*) FROM tombstone") == 1)
            #expect(try shop.sandbox.count("keyring.db", "SELECT count(DISTINCT customer) FROM cek") == 4)
            #expect(try shop.sandbox.count("vault.db", "SELECT count(DISTINCT customer) FROM record") == 4)
            shop.broker.stop()
        }

        @Test func `an earlier life of the vault, packs without an archive and forged marks are pruned with care`()
            throws
        {
            let shop = try BackupShop(rows: 0)
            let stick = try shop.addTarget("stick")
            for _ in 0..<2 { #expect(try shop.run("--full").code == 0) }
            try shop.destroy()
            let restored = try shop.restore(from: ["stick"])
            #expect(restored.code == 0, "\(restored.errorText)")
            try shop.follow(restored, ["owner", "counter", "operator"])
            #expect(try due(shop) == (0, 0), "an identity that has no archive yet prunes nothing")
            for _ in 0..<2 { #expect(try shop.run("--full").code == 0) }
            let vault = try #require(
                try BackupShop.files(stick).first { $0.contains("/m/") }?.split(separator: "/").first)
            // A pack of the same bytes as another, under a name of its own: what a killed run leaves.
            let pack = try BackupShop.pack(stick)
            let orphan = stick + "/\(vault)/2/p/ab/ab" + String(repeating: "0", count: 62)
            try FileManager.default.createDirectory(
                atPath: orphan.deletingLastComponent, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: pack, toPath: orphan)
            try travel(shop, days: 36)
            // The present life has too few archives yet for the earlier one's to go without counting.
            #expect(try due(shop) == (0, 1))
            for _ in 0..<2 { #expect(try shop.run("--full").code == 0) }
            // Of each life its second set, and the keys of the first; of the present one the last three keep theirs.
            #expect(try due(shop) == (7, 1))
            // A thief of the credentials marks everything as if long ago, one mark in the future, one that is none.
            let marks = try BackupShop.files(stick).filter { $0.contains("/m/") }.map {
                stick + "/" + $0.replacingOccurrences(of: "/m/", with: "/x/")
            }
            for (index, mark) in marks.enumerated() {
                try FileManager.default.createDirectory(
                    atPath: mark.deletingLastComponent, withIntermediateDirectories: true)
                let texts = ["{}", #"{"since":99999999999999}"#, #"{"since":1}"#]
                try texts[index % 3].write(toFile: mark, atomically: true, encoding: .utf8)
            }
            let before = try BackupShop.files(stick).filter { $0.contains("/m/") || $0.contains("/p/") }
            let first = try apply(shop)
            #expect(first[1] == 0 && first[2] == 0, "\(first)")
            #expect(try BackupShop.files(stick).filter { $0.contains("/m/") || $0.contains("/p/") } == before)
            // Planted ones on what is not due are gone.
            #expect(try BackupShop.files(stick).filter { $0.contains("/x/") }.count == 8)
            try travel(shop, days: 44)
            let second = try apply(shop)
            #expect(second == [0, 7, 1], "\(second)")
            #expect(!FileManager.default.fileExists(atPath: orphan))
            #expect(try BackupShop.files(stick).allSatisfy { !$0.contains("/x/") })
            #expect(try shop.sandbox.coffer("operator", "backup", "check", "--all").code == 0)

            // Nobody touches it for 90 days: of the keys, which are kept for 30 days, the last three stay, and restore.
            shop.broker.stop()
            try shop.sandbox.setClock(seconds: 140 * Self.day)
            #expect(try due(shop) == (0, 0))
            try shop.destroy()
            let again = try shop.restore(from: ["stick"])
            #expect(try again.code == 0 && again.number("incarnation") == 3, "\(again.errorText)")
            shop.broker.stop()
        }

        @Test func `an earlier life of the vault comes back only on purpose, and never with its old folder`() throws {
            let shop = try BackupShop(rows: 0)
            let old = shop.sandbox.folder + "/old"
            for name in ["stick", "bank"] { try shop.addTarget(name) }
            #expect(try shop.run().code == 0)
            shop.broker.stop()
            try FileManager.default.moveItem(atPath: shop.sandbox.vault, toPath: old)
            try shop.follow(try shop.restore(from: "stick", ["--keep", "all"]), ["owner", "operator"])
            #expect(try shop.sandbox.coffer("operator", "backup", "run", "--target", "bank").code == 0)
            try shop.destroy()
            let earlier = try shop.restore(from: "stick")
            #expect(earlier.code == 12 && earlier.errorText.contains("later life"), "\(earlier.errorText)")
            let live = try shop.restore(
                from: "stick",
                ["--live", old, "--live-passphrase-file", try shop.sandbox.passphrase("vault"), "--accept-older-life"])
            #expect(live.code == 6 && live.errorText.contains("restored before"), "\(live.errorText)")
            #expect(!FileManager.default.fileExists(atPath: shop.sandbox.vault))
            let meant = try shop.restore(from: "stick", ["--accept-older-life"])
            #expect(try meant.code == 0 && meant.number("incarnation") == 2, "\(meant.errorText)")
        }

        @Test func `two vaults that came out of the same archives are told apart, and a mistyped card is named`() throws
        {
            let shop = try BackupShop(rows: 0)
            let (folder, vault) = (shop.sandbox.folder, shop.sandbox.vault)
            try shop.addTarget("stick")
            #expect(try shop.run().code == 0)
            try shop.destroy()
            let card = try String(contentsOfFile: shop.card(3), encoding: .utf8).split(separator: "\n").map { line in
                line.hasPrefix("cofferr1") ? line.dropLast() + (line.last == "q" ? "p" : "q") : line
            }
            let mistyped = try shop.sandbox.write("mistyped.txt", card.joined(separator: "\n"))
            let wrong = try shop.sandbox.run(
                Sandbox.binaries + "/coffer",
                try shop.restoreArguments(from: ["stick"]).map { $0 == shop.card(3) ? mistyped : $0 })
            #expect(wrong.code == 17 && wrong.errorText.contains("letter is wrong"), "\(wrong.errorText)")
            #expect(!FileManager.default.fileExists(atPath: vault))

            // Two people in two places bring it back, and neither knows of the other.
            let first = try shop.restore(from: ["stick"])
            try FileManager.default.moveItem(atPath: vault, toPath: vault + ".first")
            let second = try shop.restore(from: ["stick"])
            #expect(first.code == 0 && second.code == 0, "\(first.errorText) \(second.errorText)")
            let devices = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
                $0.contains(".key") || $0 == "state"
            }
            try FileManager.default.createDirectory(atPath: folder + "/before", withIntermediateDirectories: false)
            for name in devices {
                try FileManager.default.copyItem(atPath: "\(folder)/\(name)", toPath: "\(folder)/before/\(name)")
            }
            try shop.follow(second, ["owner", "operator"])
            #expect(try shop.run().code == 0)
            shop.broker.stop()
            try FileManager.default.removeItem(atPath: vault)
            try FileManager.default.moveItem(atPath: vault + ".first", toPath: vault)
            for name in devices {
                try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
                try FileManager.default.copyItem(atPath: "\(folder)/before/\(name)", toPath: "\(folder)/\(name)")
            }
            try shop.follow(first, ["owner", "operator"])
            #expect(try shop.run().code == 0, "another's archives do not stand in the way of ours")
            let listed = try shop.sandbox.coffer("operator", "backup", "list")
            #expect(listed.code == 12 && listed.errorText.contains("not signed by this vault"), "\(listed.errorText)")
            try shop.destroy()
            let neither = try shop.restore(from: ["stick"])
            #expect(neither.code == 12 && neither.errorText.contains("two vaults"), "\(neither.errorText)")
        }

        @Test func `a clock that is ahead evicts nothing, and what it dated is told`() throws {
            let shop = try BackupShop(rows: 0)
            let stick = try shop.addTarget("stick")
            #expect(try shop.run().code == 0)
            // Broker and operator alike, as on one machine, by less than a right lasts.
            try travel(shop, days: 45)
            #expect(try shop.run("--full").code == 0)
            #expect(try apply(shop)[1] == 0, "the first step only marks")
            // The clock is mended.
            try travel(shop, days: 0)
            let warnings = try shop.sandbox.answer("owner", "status").text
            #expect(warnings.contains("dated in the future"), "\(warnings)")
            #expect(try due(shop).due == 0)
            #expect(try apply(shop) == [0, 0, 0])
            #expect(
                try BackupShop.files(stick).allSatisfy { !$0.contains("/x/") }, "marks of another time are taken back")
            #expect(try shop.run("--full").code == 0)
            #expect(try shop.sandbox.coffer("operator", "backup", "check", "--all").code == 0)

            // By more than a year: whoever's right has run out by then makes and removes nothing.
            let before = try BackupShop.files(stick)
            try travel(shop, days: 400)
            for (who, arguments) in [
                ("operator", ["backup", "run"]), ("owner", ["backup", "prune", "apply"]),
            ] {
                let refused = try shop.sandbox.coffer(who, arguments)
                #expect(refused.code == 3 && refused.errorText.contains("run out"), "\(refused.errorText)")
            }
            // The broker alone: what people sign does not fit its time.
            try shop.sandbox.setClock(seconds: 0)
            let apart = try shop.run()
            #expect(apart.code != 0 && apart.errorText.contains("clock"), "\(apart.code) \(apart.errorText)")
            #expect(try BackupShop.files(stick) == before)
            shop.broker.stop()
        }
    }
}
