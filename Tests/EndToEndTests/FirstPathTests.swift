import Foundation
import Testing

extension EndToEnd {
    /// The whole first path with the real programs over a real socket.
    @Suite(.serialized) struct FirstPathTests {
        @Test
        func `a customer is added, found, shown, and refused where the duty ends, all of it in a log that verifies`()
            throws
        {
            let sandbox = try Sandbox()
            let logKey = try sandbox.makeVault().member("log_key")
            let broker = try BrokerProcess(sandbox)
            #expect(try sandbox.answer("owner", "status").member("state") == "sealed")
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            try sandbox.enrol("officer", role: "compliance-officer")

            let number = try sandbox.addSampleCustomer()
            let found = try sandbox.answer("counter", "find", "--phone", Sandbox.sample.phone, "--purpose", "order")
            #expect(found.text.contains(number))
            #expect(!found.text.contains(Sandbox.sample.phone), "a look-up shows masked forms only")

            let shown = try sandbox.answer(
                "counter", "customer", "show", number, "--fields", "name,phone,address", "--purpose", "order")
            #expect(shown.text.contains(Sandbox.sample.name))
            #expect(shown.text.contains(Sandbox.sample.address))
            #expect(try shown.member("form") == "full")
            #expect(try shown.json()["receipt"] is [String: Any])

            let refused = try sandbox.coffer(
                "counter", "customer", "show", number, "--fields", "id_number", "--purpose", "order", "--json")
            #expect(refused.code == 3)
            #expect(refused.text.contains(#""code":"denied""#))
            for value in [Sandbox.sample.name, Sandbox.sample.phone, Sandbox.sample.address] {
                #expect(!refused.text.contains(value) && !refused.errorText.contains(value))
            }

            let tail = try sandbox.answer("officer", "log", "tail", "-n", "10")
            #expect(tail.text.contains(#""dec":"deny""#) && tail.text.contains("customer.id_number"))

            let export = sandbox.folder + "/export"
            let beyond = try sandbox.coffer(
                "officer", "log", "export", "--out", export, "--proof", "100000", "--json")
            #expect(beyond.code == 2 && !FileManager.default.fileExists(atPath: export), "\(beyond.text)")
            try sandbox.answer("officer", "log", "export", "--out", export, "--proof", "3", "--proof", "0")
            let proofs = try FileManager.default.contentsOfDirectory(atPath: export + "/proofs").sorted()
            #expect(proofs == ["0.tlog-proof", "3.tlog-proof"])
            #expect(broker.stop() == 0)
            let verified = try sandbox.coffer("officer", "log", "verify", export, "--key", logKey, "--json")
            #expect(verified.code == 0, "\(verified.text)")

            try flipByte(of: export + "/parts/core.jsonl")
            let tampered = try sandbox.coffer("officer", "log", "verify", export, "--key", logKey, "--json")
            #expect(tampered.code == 1)
        }

        @Test func `a change is seen, a stale one is a conflict, a double is reported and not stored`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let broker = try BrokerProcess(sandbox)
            defer { broker.stop() }
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            let number = try sandbox.addSampleCustomer()
            let updated = try sandbox.answer(
                "counter", "customer", "update", number, "--field", "address=新地址 1 号", "--purpose", "order")
            #expect(try updated.number("rev") == 2)
            let shown = try sandbox.answer(
                "counter", "customer", "show", number, "--fields", "address", "--purpose", "order")
            #expect(shown.text.contains("新地址 1 号") && !shown.text.contains(Sandbox.sample.address))
            let match = try sandbox.answer(
                "counter", "customer", "match", number, "--field", "phone=139 1234 5678", "--purpose", "order")
            #expect(try match.json()["match"] as? Bool == true)
            let double = try sandbox.coffer(
                "counter", "customer", "add", "--field", "name=另一个", "--field", "phone=１３９１２３４５６７８",
                "--purpose", "order", "--json")
            #expect(double.code == 7, "\(double.text)")
            #expect(double.text.contains(number))
            #expect(try sandbox.answer("owner", "status").number("customers") == 1)
            try sandbox.answer("counter", "customer", "verify", number, "--purpose", "order")
        }

        private func flipByte(of path: String) throws {
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: URL(fileURLWithPath: path))
        }
    }
}
