import Foundation
import Testing

extension EndToEnd {
    /// Archives: made by somebody who cannot read them, and checked against whatever a target may do.
    @Suite(.serialized) struct BackupTests {
        private func sets(_ sandbox: Sandbox, _ more: String...) throws -> [[String: Any]] {
            let listed = try sandbox.coffer("operator", ["backup", "list", "--json"] + more)
            return try #require(try listed.json()["sets"] as? [[String: Any]])
        }

        @Test func `archives reach two targets, hold nothing that can be read, and are in the log`() throws {
            let shop = try BackupShop()
            let folders = [try shop.addTarget("stick"), try shop.addTarget("office")]
            #expect(
                try shop.sandbox.coffer(
                    "operator", "customer", "show", shop.number, "--fields", "name", "--purpose", "order"
                ).code == 3)
            #expect(try shop.sandbox.coffer("counter", "backup", "run").code == 3)
            let run = try shop.sandbox.answer("operator", "backup", "run")
            #expect(try run.json()["full"] as? Bool == true)
            #expect(try sets(shop.sandbox).count == 2)
            let checked = try shop.sandbox.answer("operator", "backup", "check", "--all")
            #expect(try checked.number("checked") > 8)
            for folder in folders {
                for file in try BackupShop.files(folder) {
                    let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + file))
                    for value in [Sandbox.sample.name, Sandbox.sample.phone, Sandbox.sample.address, "13710000001"] {
                        #expect(bytes.range(of: Data(value.utf8)) == nil, "\(file)")
                    }
                    #expect(
                        !file.contains("/p/") || bytes.starts(with: Data("age-encryption.org/v1\n".utf8)), "\(file)")
                }
            }
            #expect(try BackupShop.files(shop.sandbox.vault + "/spool/backup").allSatisfy { !$0.contains("p/") })
            let status = try shop.sandbox.answer("operator", "backup", "status")
            #expect(try status.member("last_set") == run.member("set"))
            let entry = try shop.sandbox.answer("officer", "log", "show", String(try run.number("entry")))
            #expect(entry.text.contains("\"kind\":\"backup\"") || entry.text.contains("backup"), "\(entry.text)")
            shop.broker.stop()
        }

        @Test func `a target that is another one, or altered, is named, and nothing is written to it`() throws {
            let shop = try BackupShop(rows: 0)
            let stick = try shop.addTarget("stick")
            let office = try shop.addTarget("office")
            try shop.sandbox.answer("operator", "backup", "run")

            // Another disk at the same place.
            try FileManager.default.moveItem(atPath: stick, toPath: stick + ".away")
            try FileManager.default.createDirectory(atPath: stick, withIntermediateDirectories: false)
            let some = try shop.sandbox.coffer("operator", "backup", "run", "--json")
            #expect(some.code == 10 && some.errorText.contains("stick"), "\(some.errorText)")
            #expect(try BackupShop.files(stick) == [])
            #expect(try shop.sandbox.coffer("operator", "backup", "run", "--target", "stick").code == 14)
            try FileManager.default.removeItem(atPath: stick)
            #expect(try shop.sandbox.coffer("operator", "backup", "run", "--target", "stick").code == 14)

            // The right one comes back, and gets the set that it lacks.
            try FileManager.default.moveItem(atPath: stick + ".away", toPath: stick)
            let again = try shop.sandbox.answer("operator", "backup", "run")
            #expect(try again.member("set") == some.member("set"))
            #expect(try sets(shop.sandbox, "--target", "stick").count == 2)

            // A bit of a pack, a missing pack, a forged manifest, one under another's name.
            let pack = try BackupShop.pack(office)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: pack))
            var flipped = bytes
            flipped[bytes.count / 2] ^= 1
            try flipped.write(to: URL(fileURLWithPath: pack))
            let bad = try shop.sandbox.coffer("operator", "backup", "check", "--all", "--json")
            #expect(bad.code == 12 && bad.text.contains((pack as NSString).lastPathComponent), "\(bad.text)")
            try FileManager.default.removeItem(atPath: pack)
            #expect(try shop.sandbox.coffer("operator", "backup", "list").code == 12)
            try bytes.write(to: URL(fileURLWithPath: pack))
            #expect(try shop.sandbox.coffer("operator", "backup", "check", "--all").code == 0)
            let manifest = office + "/" + (try #require(try BackupShop.files(office).first { $0.contains("/m/") }))
            let signed = try String(contentsOfFile: manifest, encoding: .utf8)
            try signed.replacingOccurrences(of: "\"sig\":\"", with: "\"sig\":\"A").write(
                toFile: manifest, atomically: true, encoding: .utf8)
            #expect(try shop.sandbox.coffer("operator", "backup", "list", "--json").code == 12)
            try signed.write(toFile: manifest, atomically: true, encoding: .utf8)
            let copy = manifest.replacingOccurrences(of: "/m/0000000001.", with: "/m/0000000099.")
            try FileManager.default.copyItem(atPath: manifest, toPath: copy)
            #expect(try shop.sandbox.coffer("operator", "backup", "list", "--json").code == 12)
            shop.broker.stop()
        }

        @Test func `what is asked for without cards, targets or rights is refused with a way out`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("operator", role: "backup-operator")
            let none = try sandbox.coffer("operator", "backup", "run")
            #expect(none.code == 4 && none.errorText.contains("backup targets add"), "\(none.errorText)")
            for (arguments, code) in [
                (["Stick", "/tmp"], 2), (["stick", "/nowhere/at/all"], 14), (["stick", "ftp://example.org/x"], 2),
                (["stick", "sftp://example.org/x"], 2), (["stick", "sftp://u@127.0.0.1:1/x"], 2),
            ] as [([String], Int32)] {
                let refused = try sandbox.coffer("operator", ["backup", "targets", "add"] + arguments)
                #expect(refused.code == code, "\(arguments): \(refused.code) \(refused.errorText)")
            }
            let folder = sandbox.folder + "/stick"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            try sandbox.answer("operator", "backup", "targets", "add", "stick", folder)
            #expect(try sandbox.coffer("operator", "backup", "targets", "add", "stick", folder).code == 7)
            let cards = try sandbox.coffer("operator", "backup", "run")
            #expect(cards.code == 7 && cards.errorText.contains("recovery cards"), "\(cards.errorText)")
            #expect(try BackupShop.files(folder) == ["target.json"])
            broker.stop()
        }

        @Test func `what is due is marked first and removed a week later, and never the last of anything`() throws {
            let shop = try BackupShop(rows: 0)
            let stick = try shop.addTarget("stick")
            for _ in 0..<4 { try shop.sandbox.answer("operator", "backup", "run", "--full") }
            func due() throws -> Int {
                let plan = try shop.sandbox.answer("operator", "backup", "prune", "plan")
                return try #require(
                    ((try plan.json()["targets"] as? [[String: Any]])?.first?["due"] as? NSNumber)?.intValue)
            }
            #expect(try due() == 0)
            #expect(try shop.sandbox.coffer("operator", "backup", "prune", "apply").code == 3, "that is the owner's")
            func travel(days: Int) throws {
                shop.broker.stop()
                try shop.sandbox.setClock(seconds: days * 86_400)
                try shop.restart()
                try shop.sandbox.unseal()
            }
            func apply() throws -> (marked: Int, removed: Int) {
                let applied = try shop.sandbox.answer("owner", "backup", "prune", "apply")
                return (try applied.number("marked"), try applied.number("removed"))
            }
            // The first set is monthly; of the daily ones the last two stay, and of the keys the last three.
            try travel(days: 40)
            #expect(try due() == 3)
            let packs = try BackupShop.files(stick).filter { $0.contains("/p/") }.count
            #expect(try apply() == (3, 0))
            try travel(days: 46)
            #expect(try apply() == (0, 0))
            try travel(days: 48)
            #expect(try apply() == (0, 3))
            #expect(try due() == 0)
            #expect(try BackupShop.files(stick).filter { $0.contains("/m/") }.count == 9)
            #expect(try BackupShop.files(stick).filter { $0.contains("/p/") }.count < packs)
            #expect(try shop.sandbox.coffer("operator", "backup", "check", "--all").code == 0)
            shop.broker.stop()
        }
    }
}
