import Foundation
import Testing

extension EndToEnd {
    /// A witness on another machine, as far as files and processes go: asked, fooled, killed.
    @Suite(.serialized) struct WitnessedLogTests {
        private let sandbox: Sandbox
        private let logKey: String

        init() throws {
            sandbox = try Sandbox()
            logKey = try sandbox.makeVault().member("log_key")
        }

        private func states(_ outcome: Outcome) throws -> [String] {
            let list = try #require(try outcome.json()["witnesses"] as? [[String: Any]])
            return list.compactMap { $0["state"] as? String }
        }

        @Test func `a log is cosigned, again and again, and status says by whom`() throws {
            let witness = try WitnessProcess(sandbox, log: logKey, listen: "127.0.0.1:0")
            #expect(witness.url.hasPrefix("http://127.0.0.1:"))
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            #expect(try sandbox.answer("owner", "status").text.contains("no witness: nobody"))
            let none = try sandbox.coffer("owner", "witness", "check", "--json")
            #expect(none.code == 4, "\(none.text)")

            try sandbox.addWitness("officer", witness)
            #expect(try sandbox.answer("owner", "status").text.contains("no witness has cosigned the log yet"))
            #expect(try states(sandbox.answer("owner", "witness", "check")) == ["cosigned"])
            let status = try sandbox.answer("owner", "status")
            let seen = try #require(try status.json()["witness"] as? [String: Any])
            #expect(seen["name"] as? String == "officer")
            #expect(!status.text.contains("no witness"))
            let first = try #require((seen["size"] as? NSNumber)?.intValue)

            #expect(try states(sandbox.answer("owner", "witness", "check", "officer")) == ["cosigned"])
            let listed = try sandbox.answer("owner", "witness", "list")
            let last = try #require((try listed.json()["witnesses"] as? [[String: Any]])?.first)
            #expect(try #require((last["size"] as? NSNumber)?.intValue) > first)
            #expect(last["key"] as? String == witness.key)

            try sandbox.answer("owner", "witness", "remove", "officer")
            let gone = try sandbox.coffer("owner", "witness", "remove", "officer", "--json")
            #expect(gone.code == 4, "\(gone.text)")
            #expect(try sandbox.answer("owner", "status").number("witnesses") == 0)
            #expect(witness.stop() == 0)
            #expect(broker.stop() == 0)
        }
    }
}
