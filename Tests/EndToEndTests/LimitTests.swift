import Foundation
import Testing
import TestSupport

extension EndToEnd {
    /// How much one person may open, what she is told before, and that a restart forgets none of it.
    @Suite(.serialized) struct LimitTests {
        @Test func `a person is warned, then stopped, and a restart of the broker does not free her`() throws {
            let sandbox = try Sandbox()
            let logKey = try sandbox.makeVault(limits: "opens_per_10_minutes: 5, opens_per_day: 50").member("log_key")
            var broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            try sandbox.enrol("officer", role: "compliance-officer")
            let number = try sandbox.addSampleCustomer()
            let show = ["customer", "show", number, "--fields", "name", "--purpose", "order"]

            let first = try sandbox.coffer("counter", show)
            #expect(first.code == 0 && !first.errorText.contains("warning"), "\(first.errorText)")
            for _ in 0..<2 { try sandbox.answer("counter", show) }
            // The fourth of five leaves a fifth of the limit.
            let fourth = try sandbox.coffer("counter", show)
            #expect(fourth.code == 0)
            #expect(fourth.errorText.contains("warning: 1 of the 5 records"), "\(fourth.errorText)")
            let fifth = try sandbox.answer("counter", "find", "--phone", Sandbox.sample.phone, "--purpose", "order")
            let quota = try #require(try fifth.json()["quota"] as? [String: Any])
            #expect(quota["left"] as? Int == 0 && quota["limit"] as? Int == 5)
            #expect(quota["window"] as? String == "10-minutes")

            try expectStopped(try sandbox.coffer("counter", show + ["--json"]))
            let found = try sandbox.coffer(
                "counter", "find", "--phone", Sandbox.sample.phone, "--purpose", "order", "--json")
            try expectStopped(found)
            #expect(broker.stop() == 0)
            broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try expectStopped(try sandbox.coffer("counter", show + ["--json"]))

            // A change opens nothing for anybody.
            try sandbox.answer(
                "counter", "customer", "update", number, "--field", "preferences=x", "--purpose", "order")
            let simulated = try sandbox.answer(
                "owner", "policy", "simulate", "--as", "counter", "--action", "read", "--fields", "name", "--purpose",
                "order")
            #expect(try simulated.member("decision") == "deny" && simulated.member("why") == "rate")

            let tail = try sandbox.answer("officer", "log", "tail", "-n", "40")
            #expect(tail.text.components(separatedBy: #""why":"rate""#).count == 4, "three denials are in the log")
            let export = sandbox.folder + "/export"
            try sandbox.answer("officer", "log", "export", "--out", export)
            broker.stop()
            let verified = try sandbox.coffer("officer", "log", "verify", export, "--key", logKey, "--json")
            #expect(verified.code == 0, "\(verified.text)")
        }

        @Test func `a request that would pass the limit is refused whole, and a smaller one still fits`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault(limits: "opens_per_10_minutes: 50, opens_per_day: 2")
            let broker = try BrokerProcess(sandbox)
            defer { broker.stop() }
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            var numbers = [try sandbox.addSampleCustomer()]
            for index in 1...2 {
                numbers.append(
                    try sandbox.answer(
                        "counter", "customer", "add", "--field", "name=n\(index)", "--field",
                        "phone=+861390000000\(index)",
                        "--purpose", "order"
                    ).member("number"))
            }
            let rest = ["--fields", "name", "--purpose", "order", "--json"]
            let all = try sandbox.coffer("counter", ["customer", "show"] + numbers + rest)
            #expect(all.code == 8, "\(all.text)")
            #expect(all.text.contains("ask for fewer") && !all.text.contains(Sandbox.sample.name))
            let two = try sandbox.coffer("counter", ["customer", "show"] + numbers.prefix(2) + rest)
            #expect(two.code == 0, "\(two.text)")
            let one = try sandbox.coffer("counter", ["customer", "show", numbers[0]] + rest)
            #expect(one.code == 8 && one.text.contains("hours"), "\(one.text)")
        }

        @Test func `twelve requests at once pass the limit as little as one after the other`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault(limits: "opens_per_10_minutes: 5, opens_per_day: 50")
            let broker = try BrokerProcess(sandbox)
            defer { broker.stop() }
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            let number = try sandbox.addSampleCustomer()
            let command =
                [Sandbox.binaries + "/coffer", "customer", "show", number, "--fields", "name", "--purpose", "order"]
                + ["--dir", sandbox.vault, "--identity", sandbox.folder + "/counter.key"]
                + ["--passphrase-file", try sandbox.passphrase("counter")]
            let children = try (0..<12).map { index in
                try Child(
                    command, environment: sandbox.environment, output: "\(sandbox.folder)/out-\(index)",
                    error: "\(sandbox.folder)/err-\(index)")
            }
            let codes = children.map { $0.wait() }
            #expect(codes.filter { $0 == 0 }.count == 5, "\(codes)")
            #expect(codes.filter { $0 == 8 }.count == 7, "\(codes)")
            let shown = try (0..<12).filter { index in
                try String(contentsOfFile: "\(sandbox.folder)/out-\(index)", encoding: .utf8)
                    .contains(Sandbox.sample.name)
            }
            #expect(shown.count == 5)
        }

        private func expectStopped(_ outcome: Outcome) throws {
            #expect(outcome.code == 8, "\(outcome.text)")
            let error = try #require(try outcome.json()["error"] as? [String: Any])
            #expect(error["code"] as? String == "rate-limited" && error["why"] as? String == "rate")
            #expect((error["hint"] as? String)?.contains("minutes") == true, "\(error)")
            #expect(!outcome.text.contains(Sandbox.sample.name))
        }
    }
}

extension Sandbox {
    /// A vault with other limits for the counter; `limits` are the two members about opening.
    @discardableResult
    func makeVault(limits: String, erasuresPerDay: Int = 20) throws -> Outcome {
        let shipped = try String(contentsOfFile: Sandbox.root + "/policies/takeout.yaml", encoding: .utf8)
        let erasures = "daily_limit: "
        let changed = shipped.replacingOccurrences(
            of: "opens_per_10_minutes: 60, opens_per_day: 300", with: limits
        ).replacingOccurrences(of: erasures + "20 ", with: erasures + "\(erasuresPerDay) ")
        try #require(changed.contains(limits) && changed.contains(erasures + "\(erasuresPerDay) "))
        return try answer(
            "owner", "init", "--policy", try write("policy.yaml", changed), "--owner", "Owner", "--profile", "test",
            "--unseal-passphrase-file", try passphrase("vault"))
    }

    @discardableResult
    func answer(_ who: String, _ arguments: [String]) throws -> Outcome {
        let outcome = try coffer(who, arguments + ["--json"])
        try #require(outcome.code == 0, "coffer \(arguments) exited \(outcome.code): \(outcome.errorText)")
        return outcome
    }
}
