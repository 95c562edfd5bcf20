import Foundation
import Testing

extension EndToEnd {
    /// What nobody asked for is looked at all the same.
    @Suite(.serialized) struct ScrubTests {
        private func problems(_ outcome: Outcome) throws -> [String] {
            let findings = try outcome.json()["findings"] as? [[String: Any]] ?? []
            return findings.map { "\($0["problem"] ?? "") \($0["record"] ?? "")" }
        }

        @Test func `a damaged field and a wrong index are found, named, and the index is put right`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            let number = try sandbox.addSampleCustomer()
            let other = try sandbox.answer(
                "counter", "customer", "add", "--field", "name=王芳", "--field", "phone=+8613800138000", "--purpose",
                "order"
            ).member("number")
            try sandbox.answer(
                "counter", "order", "add", "--customer", number, "--field", "number=1", "--field", "amount=10.00")
            let sound = try sandbox.answer("owner", "scrub")
            #expect(try sound.member("state") == "done")
            #expect(try sound.number("done") == 3 && sound.number("opened") > 6)
            #expect(try problems(sound) == [])
            #expect(try sandbox.coffer("counter", "scrub").code == 3)
            #expect(try sandbox.coffer("owner", "scrub", "--rate", "0").code == 2)

            // The index is not under any seal: it can only make somebody hard to find.
            try sandbox.edit("index.db", "DELETE FROM tag")
            let find = ["find", "--phone", "13800138000", "--purpose", "order", "--json"]
            let lost = try sandbox.coffer("counter", find).json()["matches"] as? [Any]
            #expect(lost?.count == 0)
            let missed = try sandbox.coffer("owner", "scrub", "--json")
            #expect(missed.code == 6)
            #expect(Set(try problems(missed)).isSuperset(of: ["tags \(number)", "tags \(other)"]))
            let repaired = try sandbox.coffer("owner", "scrub", "--repair-index", "--json")
            #expect(repaired.code == 0, "\(repaired.text)")
            #expect(try repaired.number("repaired") >= 2)
            let found = try sandbox.coffer("counter", find).json()["matches"] as? [Any]
            #expect(found?.count == 1)
            #expect(try sandbox.answer("owner", "scrub").number("repaired") == 0)

            // One field of one customer is given to another.
            try sandbox.edit(
                "vault.db",
                "UPDATE field SET envelope = (SELECT f.envelope FROM field f WHERE f.field = field.field AND f.ordinal = "
                    + "field.ordinal AND f.record = 2) WHERE record = 1 AND field = (SELECT min(field) FROM field)")
            let damaged = try sandbox.coffer("owner", "scrub", "--repair-index", "--json")
            #expect(damaged.code == 6)
            #expect(try problems(damaged) == ["seal \(number)"])
            #expect(!damaged.text.contains(Sandbox.sample.name))
            broker.stop()
        }
    }
}
