import Foundation
import Testing

extension EndToEnd {
    /// What the owner records about people, and what she makes of their rights once a quarter.
    @Suite(.serialized) struct StaffReviewTests {
        @Test func `a lapsed training stops reads, and staff set mends it`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let broker = try BrokerProcess(sandbox)
            defer { broker.stop() }
            try sandbox.unseal()
            let code = try sandbox.answer(
                "owner", "staff", "invite", "--name", "counter", "--role", "customer-service"
            ).member("code")
            try sandbox.answer("counter", "enroll", "--code", code)
            // A day ends when it is over everywhere: the last but two is past wherever this runs.
            let past = Self.day(-3)
            try sandbox.answer("owner", "staff", "approve", "counter", "--training-until", past)
            let number = try sandbox.addSampleCustomer()
            let show = ["customer", "show", number, "--fields", "name", "--purpose", "order", "--json"]
            try expect(try sandbox.coffer("counter", show), 3, "training")
            let simulated = try sandbox.answer(
                "owner", "policy", "simulate", "--as", "counter", "--action", "read", "--fields", "name", "--purpose",
                "order")
            #expect(try simulated.member("why") == "training")

            try expect(
                try sandbox.coffer(
                    "counter", "staff", "set", "counter", "--training-until", Self.day(300), "--authority",
                    sandbox.folder + "/owner.key.authority", "--authority-passphrase-file",
                    try sandbox.passphrase("owner"), "--json"), 3, "act")
            let set = try sandbox.answer("owner", "staff", "set", "counter", "--training-until", Self.day(300))
            let keys = try #require(try set.json()["keys"] as? [[String: Any]])
            #expect(keys.count == 1 && keys[0]["training"] as? String == Self.day(300))
            #expect(try sandbox.coffer("counter", show).code == 0)

            // The agreement stays what it was; a bound key works for its user alone.
            let list = try sandbox.answer("owner", "staff", "list")
            #expect(list.text.contains(Self.day(300)) && !list.text.contains(past))
            try sandbox.answer("owner", "staff", "set", "counter", "--bind-uid", "\(getuid() + 1)")
            try expect(try sandbox.coffer("counter", show), 3, "not-enrolled")
            try sandbox.answer("owner", "staff", "set", "counter", "--bind-uid", "\(getuid())")
            #expect(try sandbox.coffer("counter", show).code == 0)
            let nobody = try sandbox.coffer("owner", "staff", "set", "nobody", "--bind-uid", "5", "--json")
            #expect(nobody.code == 4, "\(nobody.text)")
            #expect(try sandbox.coffer("owner", "staff", "set", "counter", "--json").code == 2)
        }

        @Test(.enabled(if: PreloadLibrary.canBeMade, "there is no C compiler for a clock that is ahead"))
        func `a shop whose rights have all lapsed is opened and renewed by its owner`() throws {
            let sandbox = try Sandbox()
            let logKey = try sandbox.makeVault().member("log_key")
            var broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            try sandbox.enrol("officer", role: "compliance-officer")
            let number = try sandbox.addSampleCustomer()
            let show = ["customer", "show", number, "--fields", "name", "--purpose", "order", "--json"]
            broker.stop()
            try sandbox.setClock(seconds: 150 * 86_400)
            broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try expect(try sandbox.coffer("counter", show), 3, "expired")
            // What is over stays over, for everything but the way out.
            let code = ["staff", "invite", "--name", "new", "--role", "customer-service", "--json"]
            try expect(try sandbox.coffer("owner", code), 3, "expired")
            try expect(
                try sandbox.coffer("counter", "staff", "review", "--renew-unchanged", "--json"), 3, "act")
            try sandbox.answer("owner", "staff", "review", "--renew-unchanged")
            #expect(try sandbox.coffer("counter", show).code == 0)
            try sandbox.answer("owner", "staff", "invite", "--name", "new", "--role", "customer-service")
            try sandbox.expectVerifies(logKey)
            broker.stop()
        }

        @Test func `rights are renewed, narrowed to what was used, and ended, and the log verifies`() throws {
            let sandbox = try Sandbox()
            let logKey = try sandbox.makeVault().member("log_key")
            var broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            try sandbox.enrol("leaver", role: "customer-service")
            try sandbox.enrol("officer", role: "compliance-officer")
            let number = try sandbox.addSampleCustomer()
            func show(_ who: String, _ field: String) throws -> Outcome {
                try sandbox.coffer(
                    who, "customer", "show", number, "--fields", field, "--purpose", "order", "--json")
            }
            for who in ["counter", "leaver"] { #expect(try show(who, "name").code == 0) }
            #expect(try sandbox.answer("owner", "status").number("overdue") == 0)
            let doctor = try sandbox.coffer("owner", "doctor", "--json")
            #expect(doctor.text.contains(#"{"hint":"","name":"reviews","ok":true}"#), "\(doctor.text)")

            // Nothing is due yet; a review of all renews all the same.
            let none = try sandbox.answer("owner", "staff", "review", "--renew-unchanged")
            #expect(try #require(try none.json()["decisions"] as? [Any]).isEmpty)
            let before = try reviews(sandbox)
            let all = try sandbox.answer("owner", "staff", "review", "--renew-unchanged", "--all")
            let decisions = try #require(try all.json()["decisions"] as? [[String: Any]])
            #expect(decisions.count == 4)
            #expect(decisions.allSatisfy { $0["decision"] as? String == "renewed" })
            #expect(try show("counter", "phone").code == 0)

            try sandbox.answer("owner", "staff", "review", "--narrow", "counter", "--end", "leaver")
            #expect(try show("counter", "name").code == 0)
            try expect(try show("counter", "email"), 3, "field")
            try expect(try show("leaver", "name"), 3, "no-root")
            let own = try sandbox.coffer("owner", "staff", "review", "--end", "Owner", "--json")
            try expect(own, 7, "conflict")
            #expect(try reviews(sandbox) != before)

            let counter = try member("counter", sandbox)
            #expect(counter["review"] as? String == "current")
            let lastUsed = try #require(counter["last_used"] as? String)
            #expect(!lastUsed.isEmpty)
            // Narrowed to what was used: nothing of it is unused. A new process reads the same from the log.
            #expect((counter["unused"] as? [String])?.isEmpty == true, "\(counter)")
            broker.crash()
            broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            let again = try member("counter", sandbox)
            #expect(again["last_used"] as? String == lastUsed)
            #expect((again["unused"] as? [String])?.isEmpty == true, "\(again)")

            try sandbox.answer("owner", "staff", "review", "--widen", "counter")
            #expect(try show("counter", "email").code == 0)
            let tail = try sandbox.answer("officer", "log", "tail", "-n", "40")
            #expect(tail.text.contains(#""why":"conflict""#), "a review that is refused is in the log")

            let export = sandbox.folder + "/export"
            try sandbox.answer("officer", "log", "export", "--out", export)
            broker.stop()
            let verified = try sandbox.coffer("officer", "log", "verify", export, "--key", logKey, "--json")
            #expect(verified.code == 0, "\(verified.text)")
        }

        @Test func `a simulation says what would happen, and unknown names are a usage error`() throws {
            let sandbox = try Sandbox()
            let policy = Sandbox.root + "/policies/takeout.yaml"
            func offline(_ arguments: String...) throws -> Outcome {
                try sandbox.coffer("nobody", ["policy", "simulate", "--policy", policy] + arguments + ["--json"])
            }
            // Without a broker, an identity or a vault.
            let allowed = try offline(
                "--role", "customer-service", "--action", "read", "--fields", "name,phone", "--purpose", "order")
            #expect(allowed.code == 0)
            #expect(try allowed.member("decision") == "allow" && allowed.member("form") == "full")
            #expect(try allowed.member("rule") == "roles.customer-service.read[1]")
            let denied = try offline(
                "--role", "customer-service", "--action", "read", "--fields", "id_number", "--purpose", "order")
            #expect(try denied.code == 0 && denied.member("decision") == "deny" && denied.member("why") == "field")
            let approval = try offline(
                "--role", "management", "--action", "read", "--fields", "name", "--purpose", "incident")
            #expect(try approval.member("decision") == "approval-required" && approval.number("approvals") == 1)
            let approved = try offline(
                "--role", "management", "--action", "read", "--fields", "name", "--purpose", "incident",
                "--request-approvals", "1")
            #expect(try approved.member("decision") == "allow")
            for arguments in [
                ["--role", "nobody", "--action", "read"], ["--role", "owner", "--action", "fly"],
                ["--role", "owner", "--action", "read", "--fields", "shoe_size"],
                ["--role", "owner", "--action", "read", "--purpose", "curiosity"], ["--action", "read"],
                ["--role", "owner", "--action", "enrol", "--verb", "fly"],
            ] {
                let outcome = try sandbox.coffer(
                    "nobody", ["policy", "simulate", "--policy", policy, "--json"] + arguments)
                #expect(outcome.code == 2, "\(arguments): \(outcome.text)")
            }

            try sandbox.makeVault()
            let broker = try BrokerProcess(sandbox)
            defer { broker.stop() }
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            let size = try sandbox.answer("owner", "status").number("log_size")
            let person = try sandbox.answer(
                "owner", "policy", "simulate", "--as", "counter", "--action", "find", "--fields", "name", "--purpose",
                "order", "--lookup", "phone")
            #expect(try person.member("decision") == "allow" && person.member("role") == "customer-service")
            #expect(
                try sandbox.answer("owner", "status").number("log_size") == size + 1, "a look at the staff, no more")
            let unknown = try sandbox.coffer(
                "owner", "policy", "simulate", "--as", "nobody", "--action", "read", "--json")
            #expect(unknown.code == 2, "\(unknown.text)")
            let counter = try sandbox.coffer(
                "counter", "policy", "simulate", "--as", "Owner", "--action", "read", "--json")
            #expect(counter.code == 3, "\(counter.text)")
            let byRole = try sandbox.answer("counter", "policy", "simulate", "--role", "owner", "--action", "seal")
            #expect(try byRole.member("decision") == "allow")
        }

        private func member(_ name: String, _ sandbox: Sandbox) throws -> [String: Any] {
            let staff = try #require(try sandbox.answer("owner", "staff", "list").json()["staff"] as? [[String: Any]])
            return try #require(staff.first { $0["name"] as? String == name })
        }

        private func reviews(_ sandbox: Sandbox) throws -> [String] {
            let staff = try #require(try sandbox.answer("owner", "staff", "list").json()["staff"] as? [[String: Any]])
            return staff.compactMap { $0["review"] as? String }
        }

        private func expect(_ outcome: Outcome, _ code: Int32, _ why: String) throws {
            #expect(outcome.code == code, "\(outcome.text) \(outcome.errorText)")
            let error = try #require(try outcome.json()["error"] as? [String: Any])
            #expect(error["why"] as? String == why, "\(error)")
        }

        /// So many days from now, as a date.
        private static func day(_ offset: Int) -> String {
            String(Date(timeIntervalSinceNow: Double(offset) * 86_400).ISO8601Format().prefix(10))
        }
    }
}
