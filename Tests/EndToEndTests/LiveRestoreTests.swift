import Foundation
import Synchronization
import Testing

extension EndToEnd {
    /// Only `vault.db` is lost: its records come from a target, log and keys from the folder that is left.
    @Suite(.serialized) struct LiveRestoreTests {
        /// The old folder of a shop whose records are overwritten, and every byte of what is left in it.
        private struct Ruin {
            let shop: BackupShop
            let stick: String
            let old: String

            /// - Parameter late: what happens after the archive.
            init(rows: Int = 5, _ late: (BackupShop) throws -> Void) throws {
                shop = try BackupShop(rows: rows)
                stick = try shop.addTarget("stick")
                try shop.sandbox.answer("operator", "backup", "run")
                try late(shop)
                shop.broker.crash()
                old = shop.sandbox.folder + "/old"
                try FileManager.default.moveItem(atPath: shop.sandbox.vault, toPath: old)
                try Data(repeating: 0x5A, count: 8_192).write(to: URL(fileURLWithPath: old + "/vault.db"))
            }

            func contents() throws -> [String: Data] {
                let files = try BackupShop.files(old)
                return Dictionary(
                    uniqueKeysWithValues: try files.map {
                        ($0, try Data(contentsOf: URL(fileURLWithPath: old + "/" + $0)))
                    })
            }

            func restore(_ more: String...) throws -> Outcome {
                try shop.restore(
                    from: stick,
                    ["--live", old, "--live-passphrase-file", try shop.sandbox.passphrase("vault")] + more)
            }

            func isUntouched(_ before: [String: Data]) throws -> Bool {
                let names = try FileManager.default.contentsOfDirectory(atPath: shop.sandbox.folder)
                return try contents() == before && !names.contains { $0.contains("vault.new-") }
            }
        }

        @Test func `no entry is lost, leavers and erased customers of after the archive stay out`() throws {
            var reads = 0
            let ruin = try Ruin { shop in
                let sandbox = shop.sandbox
                try sandbox.answer(
                    "counter", "customer", "show", shop.number, "--fields", "name", "--purpose", "order")
                try sandbox.enrol("late", role: "customer-service")
                try sandbox.enrol("leaver", role: "customer-service")
                try sandbox.answer("owner", "staff", "offboard", "leaver")
                try Self.erase(shop.number, in: sandbox)
                reads = try sandbox.answer("owner", "status").number("log_size")
            }
            let (shop, sandbox) = (ruin.shop, ruin.shop.sandbox)
            // The target was never told of the erasure: without the folder's own ledger nobody goes on.
            let line = URL(fileURLWithPath: ruin.old + "/spool/ledger/1.json")
            let ledger = try Data(contentsOf: line)
            try FileManager.default.removeItem(at: line)
            let cut = try ruin.restore()
            #expect(cut.code == 6 && cut.errorText.contains("ledger"), "\(cut.code) \(cut.errorText)")
            try ledger.write(to: line)
            let before = try ruin.contents()
            let restored = try ruin.restore()
            #expect(restored.code == 0, "\(restored.errorText)")
            #expect(try ruin.isUntouched(before))
            #expect(try restored.json()["live"] as? Bool == true)
            #expect(try restored.number("entry") >= reads, "every entry that was acknowledged is there")
            #expect(try restored.number("erased") == 1)
            #expect(try restored.number("removed") >= 1)
            // Owner, counter, officer, operator and whoever was enrolled after the archive.
            #expect((try restored.json()["kept"] as? [String])?.count == 5)

            try shop.follow(restored, ["owner", "counter", "officer", "operator", "late", "leaver"])
            let find = ["find", "--phone", Sandbox.sample.phone, "--purpose", "order", "--json"]
            let found = try sandbox.coffer("late", find)
            #expect((try found.json()["matches"] as? [Any])?.count == 0, "\(found.text)")
            #expect(try sandbox.coffer("leaver", find).code == 3)
            let gone = try sandbox.coffer(
                "counter", "customer", "show", shop.number, "--fields", "name", "--purpose", "order")
            #expect(gone.code == 4, "\(gone.code) \(gone.errorText)")
            // Whose name was lost with the records is in the list all the same, and can be offboarded.
            let staff = try sandbox.answer("owner", "staff", "list")
            let members = try #require(try staff.json()["staff"] as? [[String: Any]])
            let nameless = members.compactMap { $0["name"] as? String }.filter { $0.hasPrefix("name lost") }
            #expect(nameless.count == 2, "\(staff.text)")
            try sandbox.expectVerifies(try restored.member("log_key"), quorum: try restored.member("quorum"))
            let who = try sandbox.answer("officer", "log", "tail", "-n", "200")
            let entries = try #require(try who.json()["entries"] as? [[String: Any]])
            #expect(
                entries.contains { entry in
                    entry["kind"] as? String == "read" && (entry["seq"] as? NSNumber)?.intValue ?? .max < reads
                }, "the read of after the archive is in the log")
            let run = try sandbox.answer("operator", "backup", "run")
            #expect(try run.json()["full"] as? Bool == true)
            shop.broker.stop()
        }

        private static func erase(_ number: String, in sandbox: Sandbox) throws {
            let now = ["subject", "erase", number, "--reason", "customer-request", "--now"]
            let wanted = try sandbox.coffer("officer", now + ["--json"])
            let error = try #require(try wanted.json()["error"] as? [String: Any], "\(wanted.text)")
            let request = try #require(error["request"] as? String)
            try sandbox.answer("owner", "request", "approve", request, "--yes")
            let erased = try sandbox.coffer("officer", now + ["--request", request, "--json"])
            #expect(erased.code == 0, "\(erased.text)")
        }

        @Test func `a line of the old folder's ledger that was edited is noticed, though the last one is whole`() throws
        {
            let ruin = try Ruin(rows: 0) { shop in
                let other = try shop.sandbox.answer(
                    "counter", "customer", "add", "--field", "name=赵六", "--field", "phone=+8613700007777",
                    "--purpose", "order")
                for number in [shop.number, try other.member("number")] { try Self.erase(number, in: shop.sandbox) }
            }
            let line = URL(fileURLWithPath: ruin.old + "/spool/ledger/1.json")
            let whole = try Data(contentsOf: line)
            var edited = whole
            edited[edited.count / 2] ^= 1
            try edited.write(to: line)
            let refused = try ruin.restore()
            #expect(refused.code == 6 && refused.errorText.contains("ledger"), "\(refused.code) \(refused.errorText)")
            try whole.write(to: line)
            let restored = try ruin.restore()
            #expect(try restored.code == 0 && restored.number("erased") == 2, "\(restored.errorText)")
        }

        @Test func `a folder that was put back whole is told by an archive's checkpoint, and by a device's`() throws {
            let shop = try BackupShop(rows: 0)
            let (sandbox, files) = (shop.sandbox, FileManager.default)
            let stick = try shop.addTarget("stick")
            try sandbox.answer("operator", "backup", "run")
            func copy(_ name: String) throws -> String {
                shop.broker.stop()
                let path = sandbox.folder + "/" + name
                try files.copyItem(atPath: sandbox.vault, toPath: path)
                try Data(repeating: 0x5A, count: 8_192).write(to: URL(fileURLWithPath: path + "/vault.db"))
                try shop.restart()
                try sandbox.unseal()
                return path
            }
            let first = try copy("first")
            try sandbox.answer("operator", "backup", "run")
            let second = try copy("second")
            try sandbox.answer(
                "counter", "customer", "show", shop.number, "--fields", "name", "--purpose", "order")
            shop.broker.crash()
            let last = sandbox.folder + "/last"
            try files.moveItem(atPath: sandbox.vault, toPath: last)
            func restore(_ old: String) throws -> Outcome {
                try shop.restore(
                    from: stick, ["--live", old, "--live-passphrase-file", try sandbox.passphrase("vault")])
            }
            for old in [first, second] {
                let refused = try restore(old)
                #expect(refused.code == 6 && refused.errorText.contains("rolled back"), "\(refused.errorText)")
            }
            // A device that has seen nothing: the archive's checkpoint is what is left.
            sandbox.clock.withLock { $0["XDG_STATE_HOME"] = sandbox.folder + "/elsewhere" }
            let refused = try restore(first)
            #expect(refused.code == 6 && refused.errorText.contains("rolled back"), "\(refused.errorText)")
            sandbox.clock.withLock { $0["XDG_STATE_HOME"] = nil }
            let restored = try restore(last)
            #expect(restored.code == 0, "\(restored.errorText)")
        }

        @Test func `a policy that only the lost file had is asked for by its hash`() throws {
            var file = ""
            let ruin = try Ruin(rows: 0) { shop in
                let text = try String(contentsOfFile: Sandbox.root + "/policies/takeout.yaml", encoding: .utf8)
                file = try shop.sandbox.write("late.yaml", text + "# later\n")
                try shop.sandbox.answer("owner", "policy", "apply", file)
            }
            let before = try ruin.contents()
            let refused = try ruin.restore()
            #expect(refused.code == 12 && refused.errorText.contains("--policy"), "\(refused.errorText)")
            let other = try ruin.restore("--policy", Sandbox.root + "/policies/shoe-care.yaml")
            #expect(other.code == 12, "\(other.errorText)")
            #expect(try ruin.isUntouched(before))
            let restored = try ruin.restore("--policy", file)
            #expect(restored.code == 0, "\(restored.errorText)")
            try ruin.shop.follow(restored, ["owner", "counter", "officer"])
            try ruin.shop.sandbox.answer(
                "counter", "customer", "show", ruin.shop.number, "--fields", "name", "--purpose", "order")
            try ruin.shop.sandbox.expectVerifies(
                try restored.member("log_key"), quorum: try restored.member("quorum"))
            ruin.shop.broker.stop()
        }

        @Test func `a folder that is served, incomplete, rolled back or edited is refused and left alone`() throws {
            let ruin = try Ruin(rows: 0) { shop in
                try FileManager.default.createDirectory(
                    atPath: shop.sandbox.folder + "/kept", withIntermediateDirectories: false)
                shop.broker.stop()
                for name in ["log.db", "keyring.db", "anchor", "vault.seal"] {
                    try FileManager.default.copyItem(
                        atPath: shop.sandbox.vault + "/" + name, toPath: shop.sandbox.folder + "/kept/" + name)
                }
                try shop.restart()
                let held = try shop.restore(
                    from: shop.sandbox.folder + "/stick",
                    ["--live", shop.sandbox.vault, "--into", shop.sandbox.folder + "/elsewhere"])
                #expect(held.code == 7 && held.errorText.contains("serves"), "\(held.errorText)")
                try shop.sandbox.unseal()
                try shop.sandbox.answer(
                    "counter", "customer", "show", shop.number, "--fields", "name", "--purpose", "order")
                try shop.sandbox.answer(
                    "counter", "customer", "add", "--field", "name=王五", "--field", "phone=+8613700000001",
                    "--purpose", "order")
                shop.broker.stop()
            }
            let (files, kept) = (FileManager.default, ruin.shop.sandbox.folder + "/kept/")
            let before = try ruin.contents()

            let wrong = try ruin.shop.restore(
                from: ruin.stick,
                ["--live", ruin.old, "--live-passphrase-file", try ruin.shop.sandbox.passphrase("stranger")])
            #expect(wrong.code == 3, "\(wrong.errorText)")
            #expect(try ruin.restore("--keep", "owners", "--policy", "/nonexistent").code != 0)
            #expect(try ruin.isUntouched(before))

            /// Puts an older or edited file in place of the last one, and restores that afterwards.
            func refuses(_ name: String, with bytes: Data?, code: Int32, _ words: String) throws {
                let path = ruin.old + "/" + name
                let good = try Data(contentsOf: URL(fileURLWithPath: path))
                try files.removeItem(atPath: path)
                if let bytes {
                    try bytes.write(to: URL(fileURLWithPath: path))
                    try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
                }
                let now = try ruin.contents()
                let outcome = try ruin.restore()
                #expect(outcome.code == code, "\(name): \(outcome.code) \(outcome.errorText)")
                #expect(outcome.errorText.contains(words), "\(name): \(outcome.errorText)")
                #expect(outcome.errorText.contains("without --live"), "\(name): \(outcome.errorText)")
                #expect(try ruin.isUntouched(now), "\(name)")
                if bytes != nil { try files.removeItem(atPath: path) }
                try good.write(to: URL(fileURLWithPath: path))
                try files.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            }
            func older(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: kept + name)) }
            try refuses("log.db", with: nil, code: 4, "log.db")
            try refuses("anchor", with: nil, code: 4, "anchor")
            try refuses("log.db", with: older("log.db"), code: 6, "does not verify")
            try refuses("keyring.db", with: older("keyring.db"), code: 6, "does not verify")
            try refuses("anchor", with: Data(repeating: 7, count: 8_192), code: 6, "does not verify")
            // One bit of an entry from long ago: the checkpoint and the tree's edge do not notice, opening it does.
            var log = try Data(contentsOf: URL(fileURLWithPath: ruin.old + "/log.db"))
            let place = try #require(try entryPlace(in: log))
            log[place] ^= 1
            try refuses("log.db", with: log, code: 6, "does not verify")
            var seal = try Data(contentsOf: URL(fileURLWithPath: ruin.old + "/vault.seal"))
            seal[seal.count - 3] ^= 1
            try refuses("vault.seal", with: seal, code: 6, "vault.seal")

            // As it was, it is good.
            let restored = try ruin.restore()
            #expect(restored.code == 0, "\(restored.errorText)")
        }

        /// A byte in the ciphertext of some entry: the longest run of the file without a zero byte.
        private func entryPlace(in log: Data) throws -> Int? {
            var (best, start, place) = (0, 0, 0)
            for (index, byte) in log.enumerated() where byte == 0 {
                if index - start > best { (best, place) = (index - start, (index + start) / 2) }
                start = index + 1
            }
            return best > 64 ? place : nil
        }
    }
}
