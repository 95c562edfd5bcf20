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
                let report = try sandbox.expectVerifies(shop.logKey)
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
            let report = try sandbox.expectVerifies(shop.logKey)
            #expect((try report.json()["recoveries"] as? [Any])?.count == 2)
            #expect(try report.member("authority") == again.member("authority_kid"))
            shop.broker.stop()
        }

        @Test func `wrong cards, places and people change nothing, and each is named`() throws {
            let shop = try Shop()
            let sandbox = shop.sandbox
            let (first, second) = ("recovery-1-of-3", "recovery-2-of-3")
            let other = try Shop()
            func edited(_ name: String, _ change: (String) -> String) throws -> String {
                let text = try String(contentsOfFile: shop.card(name), encoding: .utf8)
                let made = "edited-\(UUID().uuidString.prefix(6))"
                _ = try sandbox.write("cards/\(made).txt", change(text))
                return made
            }
            let mistyped = try edited(second) { text in
                text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                    line.hasPrefix("cofferr1") ? line.dropLast() + (line.last == "q" ? "p" : "q") : line
                }.joined(separator: "\n")
            }
            let theirs = try String(contentsOfFile: other.card(second), encoding: .utf8)
            let foreign = try edited(second) { _ in theirs }
            other.broker.stop()
            let cases: [(cards: [String], code: Int32, words: String)] = [
                (["unseal-1-of-3", "unseal-2-of-3"], 3, "unsealing"), ([first], 2, "needed"),
                ([first, first], 7, "given already"), ([first, mistyped], 2, "letter is wrong"),
                ([first, foreign], 3, "another set"), ([first, "none"], 2, "cannot be read"),
            ]
            for (cards, code, words) in cases {
                let outcome = try shop.recover(cards)
                #expect(outcome.code == code && outcome.errorText.contains(words), "\(cards): \(outcome.errorText)")
                #expect(outcome.errorText.contains("hint:"), "\(outcome.errorText)")
            }
            // Somebody else's role does not do, even with the cards; the entry says so.
            let officer = try shop.recover([first, second], by: "officer")
            #expect(officer.code == 3, "\(officer.errorText)")
            let taken = try shop.recover([first, second], to: sandbox.folder + "/owner.key.authority")
            #expect(taken.code == 7, "\(taken.errorText)")
            for path in [shop.newKey, sandbox.vault + "/succession.json", sandbox.vault + "/succession.next"] {
                #expect(!FileManager.default.fileExists(atPath: path), "\(path)")
            }
            #expect(try shop.enrol("counter", with: sandbox.folder + "/owner.key.authority").code == 0)
            try sandbox.expectVerifies(shop.logKey)
            shop.broker.crash()
            shop.broker = try BrokerProcess(sandbox)
            #expect(try shop.recover([first, second]).code == 5, "a sealed vault")
            shop.broker.stop()

            let bare = try Sandbox()
            try bare.makeVault()
            let broker = try BrokerProcess(bare)
            try bare.unseal()
            let none = try bare.coffer(
                "owner", "keys", "recover", "--authority", bare.folder + "/new", "--card-file", shop.card(first),
                "--card-file", shop.card(second), "--json")
            #expect(none.code == 4 && none.errorText.contains("no recovery cards"), "\(none.errorText)")
            #expect(!FileManager.default.fileExists(atPath: bare.folder + "/new"))
            broker.stop()
        }

        /// Whatever the moment, the log, the seal file and the devices' word agree after the next start.
        @Test func `killed before any sync, either authority rules alone after the next start`() throws {
            var made: KillShim?
            let shop = try Shop { sandbox in
                let shim = try KillShim(sandbox)
                made = shim
                return shim.wrapper
            }
            let shim = try #require(made)
            let sandbox = shop.sandbox
            func setTraining(_ file: String) throws -> Outcome {
                try sandbox.coffer(
                    "owner", "staff", "set", "officer", "--training-until", "2027-06-30", "--authority", file, "--json")
            }
            var (rules, killedAt, recoveries) = (sandbox.folder + "/owner.key.authority", [String](), 0)
            var (killedAgain, unfinished) = (0, 0)
            for syncs in 0..<60 {
                let next = "\(sandbox.folder)/authority-\(syncs)"
                try shim.arm(after: syncs)
                let outcome = try shop.recover(to: next)
                let file = shim.disarm()
                if let file {
                    killedAt.append(file)
                    #expect(outcome.code == 5, "\(file): \(outcome.text)")
                    if shop.hasAnnounced { unfinished += 1 }
                    shop.broker.waitForEnd()
                    // Killed again while it brings itself in order, at another step each time.
                    try shim.arm(after: 1 + syncs * 5 % 13)
                    shop.broker = try BrokerProcess(sandbox, wrapper: shim.wrapper)
                    _ = try sandbox.coffer("owner", "unseal", "--unseal-passphrase-file", sandbox.passphrase("vault"))
                    if shim.disarm() != nil { killedAgain += 1 }
                    try shop.restart(wrapper: shim.wrapper)
                } else {
                    #expect(outcome.code == 0, "\(outcome.errorText)")
                }
                #expect(!shop.hasAnnounced)
                let quorum = try #require(
                    (sandbox.answer("owner", "keys", "status").json()["recovery"] as? [String: Any])?["fingerprint"]
                        as? String)
                let follows = try sandbox.coffer("owner", "identity", "follow", "--quorum", quorum)
                if follows.code == 0 {
                    #expect(try setTraining(rules).code == 3, "\(file ?? "")")
                    (rules, recoveries) = (next, recoveries + 1)
                } else {
                    #expect([4, 7].contains(follows.code) && file != nil, "\(follows.errorText)")
                    // Killed at the question before it, there is no key yet.
                    let isMade = FileManager.default.fileExists(atPath: next)
                    #expect(try setTraining(next).code == (isMade ? 3 : 4), "\(file ?? "")")
                }
                let signed = try setTraining(rules)
                #expect(signed.code == 0, "killed before the sync \(syncs), of \(file ?? "none"): \(signed.text)")
                if file == nil { break }
            }
            let names = killedAt.map { $0.split(separator: ".tmp")[0] }
            #expect(
                Set(names).isSuperset(of: ["succession.next", "log.db-wal", "vault.seal", "succession.json"]),
                "\(names)"
            )
            #expect(killedAt.count < 60 && killedAgain > 3 && unfinished > 3, "\(killedAgain) \(unfinished) \(names)")
            let report = try sandbox.expectVerifies(shop.logKey)
            #expect((try report.json()["recoveries"] as? [Any])?.count == recoveries)
            shop.broker.stop()
        }

        @Test func `an owner without any key comes back by the cards, and the lost key goes`() throws {
            let shop = try Shop()
            let sandbox = shop.sandbox
            func recoverOwner(_ cards: [String], _ name: String, _ who: String = "heiress") throws -> Outcome {
                try sandbox.coffer(
                    who,
                    ["keys", "recover", "--authority", shop.newKey, "--owner", name, "--json"]
                        + cards.flatMap { ["--card-file", shop.card($0)] })
            }
            let cards = ["recovery-2-of-3", "recovery-3-of-3"]
            #expect(try recoverOwner(["recovery-2-of-3"], "Heiress").code == 2)
            #expect(try recoverOwner(["unseal-1-of-3", "unseal-2-of-3"], "Heiress").code == 3)
            #expect(try recoverOwner(cards, "Heiress", "owner").code == 7, "an identity is not replaced")
            let known = try recoverOwner(cards, "Owner")
            #expect(known.code == 7 && known.text.contains("name"), "\(known.text)")
            for path in [shop.newKey, sandbox.folder + "/heiress.key", sandbox.vault + "/succession.next"] {
                #expect(!FileManager.default.fileExists(atPath: path), "\(path)")
            }
            shop.broker.crash()
            shop.broker = try BrokerProcess(sandbox)
            #expect(try recoverOwner(cards, "Heiress").code == 5, "a sealed vault")
            // Nobody has a key of her own: cards unseal.
            for index in 1...2 {
                #expect(
                    try sandbox.coffer("heiress", "unseal", "--card-file", shop.card("unseal-\(index)-of-3")).code == 0)
            }
            let recovered = try recoverOwner(cards, "Heiress")
            #expect(recovered.code == 0, "\(recovered.errorText)")
            let staff = try sandbox.answer("heiress", "staff", "list").text
            #expect(staff.contains("Heiress") && staff.contains("Owner"))
            let gone = try sandbox.coffer("heiress", "staff", "offboard", "Owner", "--json")
            #expect(gone.code == 0, "\(gone.text)")
            #expect(try sandbox.coffer("owner", "staff", "list").code == 3)
            let renewed = try sandbox.coffer(
                "heiress", "staff", "review", "--renew-unchanged", "--authority", shop.newKey, "--json")
            #expect(renewed.code == 0, "\(renewed.text)")
            let invited = try sandbox.answer(
                "heiress", "staff", "invite", "--name", "new", "--role", "customer-service")
            try sandbox.answer("new", "enroll", "--code", invited.member("code"))
            let approved = try sandbox.coffer(
                "heiress", "staff", "approve", "new", "--authority", shop.newKey, "--json")
            #expect(approved.code == 0, "\(approved.text)")
            try sandbox.expectVerifies(shop.logKey)
            shop.broker.crash()
            shop.broker = try BrokerProcess(sandbox)
            try sandbox.answer("heiress", "unseal", "--unseal-passphrase-file", sandbox.passphrase("vault"))
            try sandbox.answer("heiress", "staff", "list")
            try sandbox.expectVerifies(shop.logKey)
            shop.broker.stop()
        }

        @Test func `killed before any sync, a new owner is enrolled with her authority, or neither is`() throws {
            var made: KillShim?
            let shop = try Shop { sandbox in
                let shim = try KillShim(sandbox)
                made = shim
                return shim.wrapper
            }
            let shim = try #require(made)
            let sandbox = shop.sandbox
            var (killedAt, enrolled, finishedLater) = ([String](), 0, 0)
            for syncs in 0..<60 {
                let (who, file) = ("heir\(syncs)", "\(sandbox.folder)/heir\(syncs).authority")
                try shim.arm(after: syncs)
                let outcome = try sandbox.coffer(
                    who,
                    [
                        "keys", "recover", "--authority", file, "--owner", who, "--card-file",
                        shop.card("recovery-1-of-3"), "--card-file", shop.card("recovery-2-of-3"), "--json",
                    ])
                let place = shim.disarm()
                if let place {
                    killedAt.append(place)
                    #expect(outcome.code == 5, "\(place): \(outcome.text)")
                    try shim.arm(after: 1 + syncs * 5 % 13)
                    shop.broker.waitForEnd()
                    shop.broker = try BrokerProcess(sandbox, wrapper: shim.wrapper)
                    _ = try sandbox.coffer("owner", "unseal", "--unseal-passphrase-file", sandbox.passphrase("vault"))
                    _ = shim.disarm()
                    try shop.restart(wrapper: shim.wrapper)
                } else {
                    #expect(outcome.code == 0, "\(outcome.errorText)")
                }
                #expect(!shop.hasAnnounced)
                let list = try sandbox.coffer(who, "staff", "list")
                let named = try sandbox.answer("owner", "staff", "list").text.contains("\"\(who)\"")
                let set = try sandbox.coffer(
                    who, "staff", "set", "officer", "--training-until", "2027-06-30", "--authority", file, "--json")
                #expect(named == (list.code == 0) && (set.code == 0) == named, "\(place ?? "") \(set.text)")
                if named { enrolled += 1 }
                if named, place != nil { finishedLater += 1 }
                if place == nil { break }
            }
            #expect(
                enrolled > finishedLater && finishedLater > 3 && killedAt.count < 60, "\(finishedLater) \(killedAt)")
            #expect(Set(killedAt).contains("log.db-wal"), "\(killedAt)")
            let report = try sandbox.expectVerifies(shop.logKey)
            #expect((try report.json()["recoveries"] as? [Any])?.count == enrolled)
            shop.broker.stop()
        }
    }
}
