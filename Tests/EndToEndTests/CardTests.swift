import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// Cards, from the ceremony to a vault that people open who have nothing but cards.
    @Suite(.serialized) struct CardTests {
        private let sandbox: Sandbox
        private let cards: String

        init() throws {
            sandbox = try Sandbox()
            cards = sandbox.folder + "/cards"
        }

        private func makeVault(_ more: [String]) throws -> Outcome {
            try sandbox.coffer(
                "owner",
                [
                    "init", "--policy", Sandbox.root + "/policies/takeout.yaml", "--owner", "Owner", "--profile",
                    "test",
                    "--unseal-passphrase-file", try sandbox.passphrase("vault"), "--json",
                ] + more)
        }

        private func makeVaultWithCards() throws -> Outcome {
            let made = try makeVault(["--recovery", "2/3", "--unseal-shares", "2/3", "--cards", cards])
            try #require(made.code == 0, "\(made.errorText)")
            return made
        }

        private func card(_ name: String) -> String { cards + "/" + name + ".txt" }

        /// Gives a card as somebody without an identity of hers.
        private func give(_ file: String) throws -> Outcome {
            try sandbox.run(
                Sandbox.binaries + "/coffer", ["unseal", "--card-file", file, "--dir", sandbox.vault, "--json"],
                in: sandbox.environment.merging(["XDG_CONFIG_HOME": sandbox.folder + "/nobody"]) { _, new in new })
        }

        private func warnings() throws -> [String] {
            try #require(try sandbox.answer("owner", "status").json()["warnings"] as? [String])
        }

        private func slots() throws -> [[String: Any]] {
            try #require(try sandbox.answer("owner", "keys", "slots", "list").json()["slots"] as? [[String: Any]])
        }

        @Test func `cards are made, confirmed, and open the vault for two people without identities`() throws {
            let made = try makeVaultWithCards()
            #expect(try made.member("recovery") == "2/3")
            #expect(try made.member("unseal_shares") == "2/3")
            #expect(try made.member("recovery_recipient").hasPrefix("age1"))
            let fingerprint = try made.member("recovery_fingerprint")
            let names = try FileManager.default.contentsOfDirectory(atPath: cards).sorted()
            #expect(names.count == 13 && names.contains("recovery.pub"))
            for name in names {
                let path = cards + "/" + name
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600, "\(name)")
                let text = try String(contentsOfFile: path, encoding: .utf8)
                #expect(text.contains(fingerprint), "\(name)")
                #expect(!made.text.contains("cofferu1") && !made.text.contains("cofferr1"))
                if name.hasPrefix("unseal") { #expect(text.contains("coffer unseal --share --dir \(sandbox.vault)")) }
            }

            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            #expect(try warnings().filter { $0.contains("set-up is not finished") }.count == 2)
            #expect(try sandbox.coffer("owner", "doctor").code == 1)
            for (kind, option) in [("recovery", "--recovery"), ("unseal", "--unseal")] {
                try sandbox.answer(
                    "owner", "keys", "cards", "confirm", option, "--card-file", card("\(kind)-1-of-3"), "--card-file",
                    card("\(kind)-3-of-3"))
            }
            #expect(try warnings().allSatisfy { !$0.contains("set-up is not finished") && !$0.contains("recovery") })
            let keys = try sandbox.answer("owner", "keys", "status").json()
            #expect((keys["recovery"] as? [String: Any])?["fingerprint"] as? String == fingerprint)
            #expect((keys["recovery"] as? [String: Any])?["confirmed"] as? Bool == true)
            #expect(broker.stop() == 0)

            let again = try BrokerProcess(sandbox)
            defer { again.stop() }
            #expect(try warnings().allSatisfy { !$0.contains("set-up is not finished") }, "also while sealed")
            let first = try give(card("unseal-3-of-3"))
            #expect(first.code == 0, "\(first.errorText)")
            #expect(try first.member("state") == "sealed" && first.number("given") == 1 && first.number("needed") == 2)
            let recovery = try give(card("recovery-1-of-3"))
            #expect(recovery.code == 3 && recovery.errorText.contains("recovery card"))
            let twice = try give(card("unseal-3-of-3"))
            #expect(twice.code == 7, "\(twice.errorText)")
            let second = try give(card("unseal-1-of-3"))
            #expect(second.code == 0, "\(second.errorText)")
            #expect(try second.member("state") == "unsealed" && second.number("given") == 2)

            // Their entries name the cards, and the log with them verifies.
            try sandbox.enrol("officer", role: "compliance-officer")
            let entries = try sandbox.answer("officer", "log", "tail", "-n", "20").text
            for mark in [#"n3""#, #"n1""#] { #expect(entries.contains(mark), "\(mark) in \(entries)") }
            #expect(try sandbox.coffer("officer", "keys", "status", "--json").code == 3)
            #expect(try sandbox.coffer("officer", "keys", "slots", "remove", "1", "--json").code == 3)
            let key = try made.member("log_key")
            try sandbox.answer("officer", "log", "export", "--out", sandbox.folder + "/export")
            let verified = try sandbox.coffer("officer", "log", "verify", sandbox.folder + "/export", "--key", key)
            #expect(verified.code == 0, "\(verified.text)")
        }

        @Test func `a wrong card is refused by name, the others stay, and the log tells of it`() throws {
            _ = try makeVaultWithCards()
            let broker = try BrokerProcess(sandbox)
            defer { broker.stop() }
            #expect(try give(card("unseal-1-of-3")).code == 0)
            // A letter changed at the end: the checksum finds it before anything is sent.
            let text = try String(contentsOfFile: card("unseal-2-of-3"), encoding: .utf8)
            let line = try #require(text.split(separator: "\n").last { $0.hasPrefix("cofferu1") })
            let letter = line.last == "q" ? "p" : "q"
            let slipped = try sandbox.write("slipped", String(line.dropLast()) + letter + "\n")
            let misread = try give(slipped)
            #expect(misread.code == 2 && misread.errorText.contains("letter is wrong"))
            #expect(misread.text.contains(#""error""#) && !misread.errorText.contains(line.suffix(20)))

            // Another vault's card: well-formed, and of another set.
            let other = try CardTests()
            _ = try other.makeVaultWithCards()
            let foreign = try give(other.card("unseal-2-of-3"))
            #expect(foreign.code == 3 && foreign.errorText.contains("another set"))
            #expect(try give(card("unseal-2-of-3")).member("state") == "unsealed")
            #expect(try give(card("unseal-3-of-3")).code == 7, "open already")
            try sandbox.enrol("officer", role: "compliance-officer")
            #expect(try sandbox.answer("officer", "log", "tail", "-n", "20").text.contains("wrong-card"))
        }

        @Test func `six cards in a minute are one too many`() throws {
            _ = try makeVaultWithCards()
            let broker = try BrokerProcess(sandbox)
            defer { broker.stop() }
            for _ in 0..<5 { _ = try give(card("unseal-1-of-3")) }
            let sixth = try give(card("unseal-2-of-3"))
            #expect(sixth.code == 8 && sixth.errorText.contains("wait"), "\(sixth.errorText)")
        }

        @Test func `after a reshare old cards open nothing, and kept slots still do`() throws {
            _ = try makeVaultWithCards()
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            let next = sandbox.folder + "/next"
            let asked = try sandbox.coffer(
                "owner", "keys", "reshare", "--unseal-shares", "2/2", "--cards", next, "--json")
            #expect(asked.code == 2, "a slot would be dropped without a word")
            #expect(asked.errorText.contains("slot 1 is dropped"))
            #expect(!FileManager.default.fileExists(atPath: next))
            let wrong = try sandbox.coffer(
                "owner", "keys", "reshare", "--unseal-shares", "2/2", "--cards", next, "--keep",
                "1=" + sandbox.passphrase("somebody"), "--json")
            #expect(wrong.code == 3, "\(wrong.errorText)")
            #expect(!FileManager.default.fileExists(atPath: next))
            try sandbox.answer(
                "owner", "keys", "reshare", "--unseal-shares", "2/2", "--cards", next, "--keep",
                "1=" + sandbox.passphrase("vault"))
            #expect(try slots().compactMap { $0["kind"] as? String } == ["shares", "passphrase"])
            #expect(try warnings().contains { $0.contains("--unseal") }, "the new cards are not confirmed")
            try sandbox.answer(
                "owner", "keys", "cards", "confirm", "--unseal", "--card-file", next + "/unseal-1-of-2.txt",
                "--card-file", next + "/unseal-2-of-2.txt")
            let old = try sandbox.coffer(
                "owner", "keys", "cards", "confirm", "--unseal", "--card-file", card("unseal-1-of-3"), "--card-file",
                card("unseal-2-of-3"), "--json")
            #expect(old.code == 3 && old.errorText.contains("replaced"), "\(old.errorText)")
            #expect(broker.stop() == 0)

            let again = try BrokerProcess(sandbox)
            let replaced = try give(card("unseal-1-of-3"))
            #expect(replaced.code == 3 && replaced.errorText.contains("another set"))
            #expect(try give(next + "/unseal-2-of-2.txt").member("state") == "sealed")
            #expect(try give(next + "/unseal-1-of-2.txt").member("state") == "unsealed")
            #expect(again.stop() == 0)
            let third = try BrokerProcess(sandbox)
            defer { third.stop() }
            try sandbox.unseal()
        }

        @Test func `a host key opens without a person, and not while the vault is held`() throws {
            _ = try makeVaultWithCards()
            // Another file system than the vault's: the rule for such keys.
            let other = "/dev/shm/coffer-e2e-\(UUID().uuidString.prefix(8).lowercased())"
            defer { try? FileManager.default.removeItem(atPath: other) }
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            let inside = try sandbox.coffer(
                "owner", "keys", "slots", "add", "--host-key", sandbox.vault + "/key", "--json")
            #expect(inside.code == 2 && inside.errorText.contains("inside the vault's folder"))
            let beside = try sandbox.coffer(
                "owner", "keys", "slots", "add", "--host-key", sandbox.folder + "/key", "--json")
            #expect(beside.code == 2 && beside.errorText.contains("file system"))
            try sandbox.answer("owner", "keys", "slots", "add", "--host-key", other)
            let attributes = try FileManager.default.attributesOfItem(atPath: other)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            #expect((attributes[.size] as? NSNumber)?.intValue == 32)
            #expect(try slots().compactMap { $0["kind"] as? String } == ["passphrase", "shares", "host-key"])
            try sandbox.answer(
                "owner", "keys", "slots", "add", "--new-passphrase-file", try sandbox.passphrase("second"))
            #expect(try sandbox.coffer("owner", "keys", "slots", "remove", "9", "--json").code == 4)
            try sandbox.answer("owner", "keys", "slots", "remove", "1")
            #expect(broker.stop() == 0)

            let alone = try BrokerProcess(sandbox, arguments: ["--unseal-key-file", other])
            let status = try sandbox.answer("owner", "status").json()
            #expect(status["state"] as? String == "unsealed" && status["unattended"] as? Bool == true)
            try sandbox.answer("owner", "seal")
            #expect(alone.waitForEnd() == 0)
            let held = try BrokerProcess(sandbox, arguments: ["--unseal-key-file", other])
            #expect(try sandbox.answer("owner", "status").member("state") == "sealed")
            let removed = try sandbox.coffer(
                "owner", "unseal", "--unseal-passphrase-file", sandbox.passphrase("vault"), "--json")
            #expect(removed.code == 3, "the slot of this passphrase was removed")
            try sandbox.answer("owner", "unseal", "--unseal-passphrase-file", try sandbox.passphrase("second"))
            for slot in try slots().dropLast() {
                try sandbox.answer("owner", "keys", "slots", "remove", "\(try #require(slot["id"] as? Int))")
            }
            let last = try #require(try slots().first?["id"] as? Int)
            let kept = try sandbox.coffer("owner", "keys", "slots", "remove", "\(last)", "--json")
            #expect(kept.code == 7 && kept.errorText.contains("last slot"))
            #expect(held.stop() == 0)
            let stranger = try sandbox.write("stranger.key", "not a key")
            let failed = try sandbox.run(
                Sandbox.binaries + "/cofferd", ["--dir", sandbox.vault, "--unseal-key-file", stranger])
            #expect(failed.code == 2, "\(failed.errorText)")
            let within = try sandbox.run(
                Sandbox.binaries + "/cofferd",
                ["--dir", sandbox.vault, "--unseal-key-file", sandbox.vault + "/vault.seal"])
            #expect(within.code == 2 && within.errorText.contains("inside the vault's folder"))
        }

        @Test(arguments: [
            ["--recovery", "1/3"], ["--recovery", "3/2"], ["--unseal-shares", "2/17"], ["--unseal-shares", "2"],
            ["--unseal-shares", "+2/3"], ["--unseal-shares", "02/3"], ["--recovery", "two/three"],
        ])
        func `a quorum that is none makes no vault`(arguments: [String]) throws {
            let outcome = try makeVault(arguments + ["--cards", cards])
            #expect(outcome.code == 2, "\(outcome.text)")
            #expect(outcome.errorText.contains("error:") && outcome.errorText.contains("hint:"))
            try requireNothing()
        }

        @Test func `cards go to an empty folder outside the vault, or nowhere`() throws {
            let full = sandbox.folder + "/full"
            try FileManager.default.createDirectory(atPath: full, withIntermediateDirectories: false)
            try Data().write(to: URL(fileURLWithPath: full + "/x"))
            let link = sandbox.folder + "/link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: sandbox.vault)
            let cases: [[String]] = [
                ["--recovery", "2/3"], ["--cards", cards], ["--recovery", "2/3", "--cards", ""],
                ["--recovery", "2/3", "--cards", sandbox.vault],
                ["--recovery", "2/3", "--cards", sandbox.vault + "/cards"],
                ["--recovery", "2/3", "--cards", sandbox.vault + "/../vault/cards"],
                ["--recovery", "2/3", "--cards", full],
            ]
            for arguments in cases {
                let outcome = try makeVault(arguments)
                #expect(outcome.code == 2, "\(arguments): \(outcome.text)")
                try requireNothing()
            }
            try FileManager.default.removeItem(atPath: link)
        }

        private func requireNothing() throws {
            for path in [sandbox.vault, cards, sandbox.folder + "/owner.key"] {
                #expect(!FileManager.default.fileExists(atPath: path), "\(path)")
            }
        }

        @Test func `five wrong passphrases cost a wait that a restart does not end`() throws {
            _ = try makeVaultWithCards()
            let broker = try BrokerProcess(sandbox)
            func attempt(_ who: String) throws -> Outcome {
                try sandbox.coffer("owner", "unseal", "--unseal-passphrase-file", sandbox.passphrase(who), "--json")
            }
            for _ in 0..<5 { #expect(try attempt("somebody").code == 3) }
            let sixth = try attempt("vault")
            #expect(sixth.code == 8 && sixth.errorText.contains("wait"), "\(sixth.errorText)")
            #expect(broker.crash() != 0)
            let again = try BrokerProcess(sandbox)
            defer { again.stop() }
            #expect(try attempt("vault").code == 8, "a restart changes nothing")
            #expect(try give(card("unseal-1-of-3")).code == 0, "cards are not affected")
            #expect(try give(card("unseal-2-of-3")).member("state") == "unsealed")
        }
    }
}
