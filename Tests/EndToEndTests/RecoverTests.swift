import Foundation
import Testing

extension EndToEnd {
    /// A lost authority's key is replaced by recovery cards, in the vault that runs.
    @Suite(.serialized) struct RecoverTests {
        /// A shop with recovery cards, two of three.
        final class Shop {
            let sandbox: Sandbox
            let logKey: String
            var broker: BrokerProcess

            init(wrapper: (Sandbox) throws -> [String] = { _ in [] }) throws {
                sandbox = try Sandbox()
                logKey = try sandbox.answer(
                    "owner", "init", "--policy", Sandbox.root + "/policies/takeout.yaml", "--owner", "Owner",
                    "--profile", "test", "--unseal-passphrase-file", try sandbox.passphrase("vault"), "--recovery",
                    "2/3", "--unseal-shares", "2/3", "--cards", sandbox.folder + "/cards"
                ).member("log_key")
                broker = try BrokerProcess(sandbox, wrapper: try wrapper(sandbox))
                try sandbox.unseal()
                try sandbox.enrol("officer", role: "compliance-officer")
            }

            func card(_ name: String) -> String { sandbox.folder + "/cards/" + name + ".txt" }
            var newKey: String { sandbox.folder + "/new.authority" }

            func recover(
                _ cards: [String] = ["recovery-1-of-3", "recovery-3-of-3"], to file: String? = nil,
                by who: String = "owner"
            ) throws -> Outcome {
                try sandbox.coffer(
                    who,
                    ["keys", "recover", "--authority", file ?? newKey, "--json"]
                        + cards.flatMap { ["--card-file", card($0)] })
            }

            /// Enrols somebody with an authority's key file.
            func enrol(_ who: String, with authority: String) throws -> Outcome {
                let invited = try sandbox.answer(
                    "owner", "staff", "invite", "--name", who, "--role", "customer-service")
                try sandbox.answer(who, "enroll", "--code", invited.member("code"))
                return try sandbox.coffer("owner", "staff", "approve", who, "--authority", authority, "--json")
            }

            func restart(wrapper: [String] = []) throws {
                broker.crash()
                broker = try BrokerProcess(sandbox, wrapper: wrapper)
                try sandbox.unseal()
            }

            var succession: [UInt8] {
                [UInt8](FileManager.default.contents(atPath: sandbox.vault + "/succession.json") ?? Data())
            }
            var hasAnnounced: Bool {
                FileManager.default.fileExists(atPath: sandbox.vault + "/succession.next")
            }
        }

        @Test func `the new key signs at once, the old one nothing, and the log verifies`() throws {
            let shop = try Shop()
            let sandbox = shop.sandbox
            let old = sandbox.folder + "/owner.key.authority"
            let recovered = try shop.recover()
            #expect(recovered.code == 0, "\(recovered.errorText)")
            let (kid, quorum) = (try recovered.member("authority_kid"), try recovered.member("quorum"))
            #expect(!shop.hasAnnounced && !shop.succession.isEmpty)

            // The owner's device does not know yet: it takes the old key, and the broker does not.
            let late = try shop.enrol("late", with: old)
            #expect(late.code == 3 && late.text.contains("issuer"), "\(late.text)")
            let followed = try sandbox.answer("owner", "identity", "follow", "--quorum", quorum)
            #expect(try followed.member("authority") == kid)
            #expect(try followed.member("log_key") == shop.logKey)
            #expect(try sandbox.coffer("owner", "identity", "follow", "--quorum", quorum).code == 7)
            let other = try sandbox.coffer("owner", "staff", "approve", "late", "--authority", old, "--json")
            #expect(other.code == 3 && other.text.contains("other-authority"), "\(other.text)")
            let approved = try sandbox.coffer("owner", "staff", "approve", "late", "--authority", shop.newKey, "--json")
            #expect(approved.code == 0, "\(approved.text)")
            try sandbox.answer("late", "find", "--phone", "13912345678", "--purpose", "order")

            // What the old key gave stands, and is renewed under the new one.
            let renewed = try sandbox.coffer(
                "owner", "staff", "review", "--renew-unchanged", "--authority", shop.newKey, "--json")
            #expect(renewed.code == 0, "\(renewed.text) \(renewed.errorText)")
            try sandbox.answer("owner", "policy", "simulate", "--as", "officer", "--action", "log-tail")
            func check() throws {
                let report = try sandbox.expectVerifies(shop.logKey, quorum: quorum)
                #expect(try report.member("authority") == kid)
                let recoveries = try #require(try report.json()["recoveries"] as? [[String: Any]])
                #expect(recoveries.count == 1 && recoveries.first?["quorum"] as? String == quorum)
                #expect((recoveries.first?["entry"] as? NSNumber)?.intValue == (try recovered.number("entry")))
            }
            try check()
            try shop.restart()
            let another = try shop.enrol("another", with: shop.newKey)
            #expect(another.code == 0, "\(another.text)")
            try check()

            // Once more: the second successor counts, and the first is gone for good.
            let second = sandbox.folder + "/second.authority"
            let again = try shop.recover(["recovery-2-of-3", "recovery-1-of-3"], to: second)
            #expect(again.code == 0, "\(again.errorText)")
            try sandbox.answer("owner", "identity", "follow", "--quorum", quorum)
            #expect(try shop.enrol("third", with: shop.newKey).code == 3)
            #expect(try sandbox.coffer("owner", "staff", "approve", "third", "--authority", second).code == 0)
            let report = try sandbox.expectVerifies(shop.logKey, quorum: quorum)
            #expect((try report.json()["recoveries"] as? [Any])?.count == 2)
            #expect(try report.member("authority") == again.member("authority_kid"))
            shop.broker.stop()
        }
    }
}
