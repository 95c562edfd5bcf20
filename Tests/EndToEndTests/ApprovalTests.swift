import Foundation
import Testing

extension EndToEnd {
    /// What needs another person: approved by her own key, once, and seen in the log.
    @Suite(.serialized) struct ApprovalTests {
        private static let idNumber = "11010519491231002X"
        private static let show = ["--fields", "name,id_number", "--form", "full", "--purpose", "incident"]

        /// A shoe-care shop with a customer, a manager who wants to see her and an officer who may approve.
        private func shop() throws -> (sandbox: Sandbox, broker: BrokerProcess, logKey: String, number: String) {
            let sandbox = try Sandbox()
            let logKey = try sandbox.makeVault(policy: Sandbox.root + "/policies/shoe-care.yaml").member("log_key")
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            try sandbox.enrol("manager", role: "management")
            try sandbox.enrol("officer", role: "compliance-officer")
            let number = try sandbox.answer(
                "counter", "customer", "add", "--field", "name=" + Sandbox.sample.name, "--field",
                "phone=+86" + Sandbox.sample.phone, "--field", "id_number=" + Self.idNumber, "--purpose", "order"
            ).member("number")
            return (sandbox, broker, logKey, number)
        }

        private func refused(
            _ sandbox: Sandbox, _ who: String, _ arguments: [String], code: Int32, why: String
        ) throws -> [String: Any] {
            let outcome = try sandbox.coffer(who, arguments + ["--json"])
            #expect(outcome.code == code, "\(arguments): \(outcome.text)")
            let error = try #require(try outcome.json()["error"] as? [String: Any])
            #expect(error["why"] as? String == why, "\(arguments): \(outcome.text)")
            #expect(!outcome.text.contains(Self.idNumber) && !outcome.errorText.contains(Self.idNumber))
            return error
        }

        /// Asks for what needs an approval; the id of the request.
        private func ask(_ sandbox: Sandbox, _ number: String, _ arguments: [String] = show) throws -> String {
            let error = try refused(
                sandbox, "manager", ["customer", "show", number] + arguments, code: 3, why: "approval-required")
            #expect(error["code"] as? String == "approval-required")
            return try #require(error["request"] as? String)
        }

        @Test func `an approved read shows the values once, and the log proves who approved`() throws {
            let (sandbox, broker, logKey, number) = try shop()
            let id = try ask(sandbox, number)
            #expect(try ask(sandbox, number) == id, "the same again waits under the same id")
            let human = try sandbox.coffer("manager", ["customer", "show", number] + Self.show)
            #expect(human.errorText.contains("--request " + id) && human.errorText.contains("request approve " + id))

            // Who waits for whom is seen by those concerned.
            #expect(try sandbox.answer("manager", "request", "list").text.contains(id))
            #expect(try !sandbox.answer("counter", "request", "list").text.contains(id))
            let list = try sandbox.answer("officer", "request", "list").text
            #expect(list.contains(id) && list.contains(#""name":"manager""#) && list.contains("customer.id_number"))
            _ = try refused(sandbox, "counter", ["request", "show", id], code: 4, why: "not-found")

            // Not her own word, not without the right, not without being asked.
            _ = try refused(sandbox, "manager", ["request", "approve", id, "--yes"], code: 3, why: "act")
            _ = try refused(sandbox, "counter", ["request", "approve", id, "--yes"], code: 4, why: "not-found")
            _ = try refused(sandbox, "officer", ["request", "review", id], code: 7, why: "conflict")
            let silent = try sandbox.coffer("officer", "request", "approve", id, "--json")
            #expect(silent.code == 2, "\(silent.text)")

            let approved = try sandbox.coffer("officer", "request", "approve", id, "--yes", "--json")
            #expect(approved.code == 0, "\(approved.text)")
            #expect(approved.text.contains(#""approvals":1"#) && approved.text.contains(#""needed":1"#))
            #expect(approved.errorText.contains("manager") && approved.errorText.contains("customer.id_number"))
            _ = try refused(sandbox, "officer", ["request", "approve", id, "--yes"], code: 7, why: "conflict")

            // Another head is another request.
            let wider = try ask(
                sandbox, number, ["--fields", "name,phone,id_number", "--form", "full", "--purpose", "incident"])
            #expect(wider != id)
            try sandbox.answer("officer", "request", "deny", wider)
            _ = try refused(sandbox, "officer", ["request", "approve", wider, "--yes"], code: 7, why: "conflict")

            let shown = try sandbox.coffer(
                "manager", ["customer", "show", number, "--request", id, "--json"] + Self.show)
            #expect(shown.code == 0, "\(shown.text)")
            #expect(shown.text.contains(Self.idNumber) && shown.text.contains(Sandbox.sample.name))
            let second = try ask(sandbox, number)
            #expect(second != id, "an approval is used up")
            _ = try refused(sandbox, "officer", ["request", "withdraw", second], code: 4, why: "not-found")
            try sandbox.answer("manager", "request", "withdraw", second)
            #expect(try sandbox.answer("officer", "request", "list").json()["requests"] as? [String] == [])

            let tail = try sandbox.answer("officer", "log", "tail", "-n", "100").text
            #expect(tail.contains(#""kind":"approve""#) && tail.contains(#""why":"approval-required""#))
            try expectVerified(sandbox, broker, logKey)
        }

        @Test func `an approval survives a restart of the broker`() throws {
            let (sandbox, broker, logKey, number) = try shop()
            let id = try ask(sandbox, number)
            try sandbox.answer("owner", "request", "approve", id, "--yes")
            broker.stop()
            let again = try BrokerProcess(sandbox)
            try sandbox.unseal()
            let shown = try sandbox.coffer("manager", ["customer", "show", number, "--json"] + Self.show)
            #expect(shown.code == 0 && shown.text.contains(Self.idNumber), "\(shown.text)")
            try expectVerified(sandbox, again, logKey)
        }

        @Test func `a person has twenty open requests at most`() throws {
            let (sandbox, broker, _, number) = try shop()
            defer { broker.stop() }
            var ids: Set<String> = []
            for index in 0..<20 {
                let ref = "o_" + String(repeating: "0", count: 24) + String(format: "%02d", index)
                ids.insert(try ask(sandbox, number, Self.show + ["--ref", ref]))
            }
            #expect(ids.count == 20)
            let more = ["customer", "show", number] + Self.show
            _ = try refused(sandbox, "manager", more, code: 8, why: "rate")
            try sandbox.answer("manager", "request", "withdraw", try #require(ids.first))
            #expect(try !ids.contains(ask(sandbox, number)))
        }

        @Test func `two keys of one person are one person`() throws {
            let (sandbox, broker, logKey, number) = try shop()
            try sandbox.enrol("manager-2", role: "compliance-officer", anotherKeyOf: "manager")
            _ = try refused(
                sandbox, "owner", ["staff", "invite", "--name", "manager", "--role", "finance"], code: 7,
                why: "conflict")
            let id = try ask(sandbox, number)
            _ = try refused(sandbox, "manager-2", ["request", "approve", id, "--yes"], code: 3, why: "act")
            let own = try sandbox.answer("manager-2", "request", "list")
            #expect(own.text.contains(id) && own.text.contains(#""own":true"#))
            try sandbox.answer("officer", "request", "approve", id, "--yes")
            let shown = try sandbox.coffer("manager", ["customer", "show", number, "--json"] + Self.show)
            #expect(shown.code == 0 && shown.text.contains(Self.idNumber), "\(shown.text)")
            try expectVerified(sandbox, broker, logKey)
        }

        @Test(.enabled(if: PreloadLibrary.canBeMade, "no C compiler: apt-get install gcc"))
        func `a shop of one person waits instead, loudly and once`() throws {
            let sandbox = try Sandbox()
            let clock = try ForwardClock(sandbox, seconds: 3_700)
            let text = try String(contentsOfFile: Sandbox.root + "/policies/takeout.yaml", encoding: .utf8)
            let policy = text.replacingOccurrences(of: "solo_wait_hours: 24", with: "solo_wait_hours: 1")
            let logKey = try sandbox.makeVault(policy: try sandbox.write("solo.yaml", policy)).member("log_key")
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service", anotherKeyOf: "Owner")
            try sandbox.enrol("manager", role: "management", anotherKeyOf: "Owner")
            let number = try sandbox.addSampleCustomer()
            let show = ["customer", "show", number, "--fields", "name,phone", "--purpose", "incident"]
            let error = try refused(sandbox, "manager", show, code: 3, why: "approval-required")
            #expect((error["hint"] as? String)?.contains("in 1 hour") == true)
            let id = try #require(error["request"] as? String)
            _ = try refused(sandbox, "owner", ["request", "approve", id, "--yes"], code: 3, why: "act")
            _ = try refused(sandbox, "manager", show, code: 3, why: "approval-required")
            broker.stop()

            let later = try BrokerProcess(sandbox, wrapper: clock.wrapper)
            func coffer(_ who: String, _ arguments: [String]) throws -> Outcome {
                let whole = try sandbox.arguments(who, arguments + ["--json"])
                return try sandbox.run(
                    "/usr/bin/env", clock.wrapper.dropFirst() + [Sandbox.binaries + "/coffer"] + whole)
            }
            let unsealed = try coffer("owner", ["unseal", "--unseal-passphrase-file", sandbox.passphrase("vault")])
            #expect(unsealed.code == 0, "\(unsealed.text)")
            let shown = try coffer("manager", show)
            #expect(shown.code == 0 && shown.text.contains(Sandbox.sample.phone), "\(shown.text)")
            let again = try coffer("manager", show)
            #expect(again.code == 3 && !again.text.contains(id), "the wait is used up: \(again.text)")
            // Somebody else comes to the shop: from now on she decides.
            let code = try coffer("owner", ["staff", "invite", "--name", "officer", "--role", "compliance-officer"])
            #expect(try coffer("officer", ["enroll", "--code", code.member("code")]).code == 0)
            #expect(try coffer("owner", ["staff", "approve", "officer"]).code == 0)
            let tail = try coffer("officer", ["log", "tail", "-n", "100"])
            #expect(tail.text.contains(#""kind":"alert""#) && tail.text.contains(id))
            let export = sandbox.folder + "/export"
            #expect(try coffer("officer", ["log", "export", "--out", export]).code == 0)
            #expect(later.stop() == 0)
            let verified = try sandbox.coffer("officer", "log", "verify", export, "--key", logKey, "--json")
            #expect(verified.code == 0, "\(verified.text)")
        }

        @Test func `an emergency is shown at once, loudly, and another person reviews it`() throws {
            let sandbox = try Sandbox()
            let logKey = try sandbox.makeVault().member("log_key")
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            try sandbox.enrol("manager", role: "management")
            try sandbox.enrol("officer", role: "compliance-officer")
            let number = try sandbox.addSampleCustomer()
            let show = ["customer", "show", number, "--fields", "name,phone", "--purpose", "incident"]
            _ = try refused(sandbox, "manager", show + ["--break-glass", "curiosity"], code: 3, why: "act")
            _ = try refused(sandbox, "manager", show + ["--break-glass", "No Code"], code: 2, why: "break-glass")
            let shown = try sandbox.coffer("manager", show + ["--break-glass", "threat-to-life", "--json"])
            #expect(shown.code == 0 && shown.text.contains(Sandbox.sample.phone), "\(shown.text)")
            _ = try refused(sandbox, "manager", show, code: 3, why: "approval-required")

            let list = try sandbox.answer("officer", "request", "list")
            let requests = try #require(try list.json()["requests"] as? [[String: Any]])
            let task = try #require(requests.first { $0["kind"] as? String == "breakglass" })
            let id = try #require(task["id"] as? String)
            #expect(task["state"] as? String == "review" && (task["due"] as? String)?.isEmpty == false)
            _ = try refused(sandbox, "manager", ["request", "review", id], code: 3, why: "act")
            _ = try refused(sandbox, "officer", ["request", "approve", id, "--yes"], code: 7, why: "conflict")
            try sandbox.answer("officer", "request", "review", id)
            _ = try refused(sandbox, "officer", ["request", "review", id], code: 7, why: "conflict")
            #expect(try !sandbox.answer("officer", "request", "list").text.contains(id))

            let tail = try sandbox.answer("officer", "log", "tail", "-n", "100").text
            #expect(tail.contains(#""kind":"breakglass""#) && tail.contains(#""kind":"alert""#) && tail.contains(id))
            try expectVerified(sandbox, broker, logKey)
        }

        /// Exports the whole log, and twice a part of it that lacks what others are judged by, and verifies each offline.
        private func expectVerified(_ sandbox: Sandbox, _ broker: BrokerProcess, _ logKey: String) throws {
            let filters = [[], ["--redact", "subject"], ["--decision", "allow"]]
            for (index, filter) in filters.enumerated() {
                let outcome = try sandbox.coffer(
                    "officer", ["log", "export", "--out", sandbox.folder + "/export-\(index)"] + filter)
                #expect(outcome.code == 0, "\(outcome.errorText)")
            }
            #expect(broker.stop() == 0)
            for index in filters.indices {
                let verified = try sandbox.coffer(
                    "officer", "log", "verify", sandbox.folder + "/export-\(index)", "--key", logKey, "--json")
                #expect(verified.code == 0, "\(filters[index]): \(verified.text)")
            }
        }
    }
}
