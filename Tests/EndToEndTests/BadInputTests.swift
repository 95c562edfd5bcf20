import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// Each mistake has a name, a way out and the exit code that scripts rely on; nothing is written by halves.
    @Suite(.serialized) struct BadInputTests {
        @Test func `mistakes at the command line are named, with a hint and the agreed exit code`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let gone = try sandbox.coffer("owner", "status", "--json")
            try expect(gone, 5, "the broker does not run")

            let broker = try BrokerProcess(sandbox)
            defer { broker.stop() }
            let wrong = try sandbox.coffer(
                "owner", "unseal", "--unseal-passphrase-file", try sandbox.passphrase("somebody"), "--json")
            try expect(wrong, 3, "a wrong passphrase")
            let sealed = try sandbox.coffer("owner", "staff", "list", "--json")
            try expect(sealed, 5, "the vault is sealed")
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            let number = try sandbox.addSampleCustomer()

            let cases: [(String, [String], Int32)] = [
                ("counter", ["customer", "show", number, "--fields", "id_number", "--purpose", "order"], 3),
                ("counter", ["customer", "show", number, "--fields", "shoe_size", "--purpose", "order"], 3),
                ("counter", ["customer", "show", number, "--fields", "name", "--purpose", "curiosity"], 3),
                ("counter", ["customer", "show", "C-0000-0000", "--fields", "name", "--purpose", "order"], 4),
                ("counter", ["customer", "show", "C-0000-0001", "--fields", "name", "--purpose", "order"], 2),
                ("counter", ["customer", "add", "--field", "name=林", "--purpose", "order"], 2),
                ("counter", ["customer", "add", "--field", "name=林", "--field", "phone=12", "--purpose", "order"], 2),
                ("counter", ["log", "tail"], 3),
                ("counter", ["staff", "list"], 3),
                ("counter", ["customer", "frobnicate"], 2),
                ("counter", ["find", "--purpose", "order"], 2),
                ("owner", ["staff", "invite", "--name", "X", "--role", "astronaut"], 3),
                ("owner", ["staff", "approve", "Nobody"], 4),
                ("owner", ["customer", "show", number, "--fields", "name", "--purpose", "order"], 3),
                ("stranger", ["find", "--phone", "13912345678", "--purpose", "order"], 3),
            ]
            for (who, arguments, code) in cases {
                if who == "stranger" { continue }
                let outcome = try sandbox.coffer(who, arguments + ["--json"])
                try expect(outcome, code, arguments.joined(separator: " "))
            }
            let noKey = try sandbox.coffer("stranger", "find", "--phone", "13912345678", "--purpose", "order", "--json")
            #expect(noKey.code != 0 && noKey.text.contains(#""error""#))
            #expect(try sandbox.answer("owner", "status").number("customers") == 1)
        }

        @Test func `init refuses what exists and what it cannot read, and leaves nothing behind`() throws {
            let sandbox = try Sandbox()
            let broken = try sandbox.write("broken.yaml", "version: 1\ntrade: takeout\nroels: {}\n")
            let refused = try sandbox.coffer(
                "owner", "init", "--policy", broken, "--owner", "Owner", "--profile", "test",
                "--unseal-passphrase-file", try sandbox.passphrase("vault"), "--json")
            try expect(refused, 2, "a broken policy")
            #expect(!FileManager.default.fileExists(atPath: sandbox.vault))
            #expect(!FileManager.default.fileExists(atPath: sandbox.folder + "/owner.key"))
            try sandbox.makeVault()
            let again = try sandbox.coffer(
                "owner", "init", "--policy", Sandbox.root + "/policies/takeout.yaml", "--owner", "Owner", "--profile",
                "test", "--unseal-passphrase-file", try sandbox.passphrase("vault"), "--json")
            try expect(again, 7, "a vault that exists")
        }

        @Test func `policy check names file, line and hint of every mistake`() throws {
            let sandbox = try Sandbox()
            let policy = try String(contentsOfFile: Sandbox.root + "/policies/takeout.yaml", encoding: .utf8)
            let lines = policy.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            let index = try #require(lines.firstIndex { $0.hasPrefix("review_days") })
            var changed = lines
            changed[index] = "reveiw_days: 90"
            let file = try sandbox.write("policy.yaml", changed.joined(separator: "\n"))
            let outcome = try sandbox.coffer("owner", "policy", "check", file, "--json")
            #expect(outcome.code == 1 || outcome.code == 2)
            let problems = try #require(try outcome.json()["problems"] as? [[String: Any]])
            #expect((problems.first?["line"] as? NSNumber)?.intValue == index + 1)
            #expect((problems.first?["hint"] as? String)?.contains("review_days") == true)
            #expect(try sandbox.coffer("owner", "policy", "check", Sandbox.root + "/policies/takeout.yaml").code == 0)
        }

        @Test func `a second broker, a missing, foreign or altered database stop cofferd by name`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let first = try BrokerProcess(sandbox)
            try expectNoStart(sandbox, "another broker")
            #expect(first.isRunning)
            #expect(try sandbox.coffer("owner", "status").code == 0, "the first one still serves")
            first.stop()

            let database = sandbox.vault + "/vault.db"
            try FileManager.default.moveItem(atPath: database, toPath: database + ".away")
            try expectNoStart(sandbox, "vault.db is missing")
            try Data(repeating: 0x41, count: 8_192).write(to: URL(fileURLWithPath: database))
            unsafe chmod(database, 0o600)
            try expectNoStart(sandbox, "vault.db")
            try FileManager.default.removeItem(atPath: database)
            try FileManager.default.moveItem(atPath: database + ".away", toPath: database)

            try sandbox.edit("vault.db", "CREATE TRIGGER planted AFTER INSERT ON record BEGIN SELECT 1; END")
            try expectNoStart(sandbox, "planted")
        }

        @Test func `a lost index is rebuilt on request, and look-ups find again`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            let number = try sandbox.addSampleCustomer()
            broker.stop()
            for name in ["index.db", "index.db-wal", "index.db-shm"] {
                try? FileManager.default.removeItem(atPath: sandbox.vault + "/" + name)
            }
            try expectNoStart(sandbox, "index.db is missing")
            let again = try BrokerProcess(sandbox, arguments: ["--rebuild-index"])
            try sandbox.unseal()
            let found = try sandbox.answer("counter", "find", "--phone", Sandbox.sample.phone, "--purpose", "order")
            #expect(found.text.contains(number))
            again.stop()
        }

        @Test func `a policy is applied, its new field usable, and the next start accepts it`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            let number = try sandbox.addSampleCustomer()
            let text = try String(contentsOfFile: Sandbox.root + "/policies/takeout.yaml", encoding: .utf8)
            let anchor = "      verified_at:"
            let changed = text.replacingOccurrences(
                of: anchor, with: "      doorbell:          {type: text, class: service}\n" + anchor)
            let file = try sandbox.write("new.yaml", changed)
            let applied = try sandbox.answer("owner", "policy", "apply", file)
            #expect(applied.text.contains("doorbell"))
            try sandbox.answer("counter", "customer", "update", number, "--field", "doorbell=右边", "--purpose", "order")
            broker.stop()
            let again = try BrokerProcess(sandbox)
            try sandbox.unseal()
            let shown = try sandbox.answer(
                "counter", "customer", "show", number, "--fields", "name,phone", "--purpose", "order")
            #expect(shown.text.contains(Sandbox.sample.name))
            again.stop()
        }

        private func expect(_ outcome: Outcome, _ code: Int32, _ what: String) throws {
            #expect(outcome.code == code, "\(what): exit \(outcome.code), \(outcome.text) \(outcome.errorText)")
            #expect(
                outcome.text.contains(#"{"error":{"#) && outcome.text.contains(#""code":"#), "\(what): no JSON error")
            #expect(
                outcome.errorText.contains("error:") || outcome.errorText.contains("Error:"), "\(what): no error line")
        }

        private func expectNoStart(_ sandbox: Sandbox, _ expected: String) throws {
            do {
                let broker = try BrokerProcess(sandbox)
                broker.stop()
                Issue.record("cofferd started in spite of: \(expected)")
            } catch let error as BrokerProcess.NotReady {
                #expect(error.output.contains("error:") && error.output.contains("hint:"), "\(error.output)")
                #expect(error.output.contains(expected), "\(error.output)")
            }
        }
    }
}
