import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// Somebody with a shell puts files back, edits them or takes them away.
    @Suite(.serialized) struct AnchorTests {
        private static let files = ["vault.db", "keyring.db", "log.db", "vault.seal", "anchor"]

        private func path(_ sandbox: Sandbox, _ file: String) -> String { sandbox.vault + "/" + file }

        private func keep(_ sandbox: Sandbox, as name: String) throws {
            let copied = try sandbox.run("/bin/cp", ["-a", sandbox.vault, sandbox.folder + "/" + name])
            try #require(copied.code == 0)
        }

        private func putBack(_ file: String, from name: String, _ sandbox: Sandbox) throws {
            // What is not copied into the database yet is part of it.
            for suffix in ["", "-wal", "-shm", "-journal"] {
                let (from, to) = ("\(sandbox.folder)/\(name)/\(file)\(suffix)", path(sandbox, file) + suffix)
                try? FileManager.default.removeItem(atPath: to)
                guard FileManager.default.fileExists(atPath: from) else { continue }
                try #require(try sandbox.run("/bin/cp", ["-a", from, to]).code == 0)
            }
        }

        /// Unseals with a client that remembers nothing: the vault must notice by itself.
        private func unseal(_ sandbox: Sandbox) throws -> Outcome {
            try? FileManager.default.removeItem(atPath: sandbox.folder + "/state")
            return try sandbox.coffer(
                "owner", "unseal", "--unseal-passphrase-file", try sandbox.passphrase("vault"), "--json")
        }

        @Test func `yesterday's files are refused one at a time, and all together open again`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            var broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            let number = try sandbox.addSampleCustomer()
            broker.stop()
            try keep(sandbox, as: "yesterday")
            broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.answer(
                "counter", "customer", "update", number, "--field", "name=陳大文", "--purpose", "order")
            try #require(try sandbox.addCustomer(1).code == 0)
            try sandbox.answer("owner", "staff", "offboard", "counter")
            // Sealing by hand makes another seal file; without it yesterday's would be today's.
            try sandbox.answer("owner", "seal")
            broker.waitForEnd()
            try keep(sandbox, as: "today")

            for file in Self.files {
                try putBack(file, from: "yesterday", sandbox)
                broker = try BrokerProcess(sandbox)
                let outcome = try unseal(sandbox)
                #expect(outcome.code == 6, "\(file): \(outcome.text)")
                #expect(outcome.text.contains("integrity"), "\(file)")
                broker.stop()
                try putBack(file, from: "today", sandbox)
            }
            broker = try BrokerProcess(sandbox)
            let opened = try unseal(sandbox)
            #expect(opened.code == 0, "\(opened.text)")
            // The leaver stays one.
            #expect(
                try sandbox.coffer("counter", "customer", "show", number, "--fields", "name", "--purpose", "order").code
                    == 3)
        }

        @Test func `a missing or forged anchor keeps the vault sealed and says so`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let good = try #require(FileManager.default.contents(atPath: path(sandbox, "anchor")))
            let other = try Sandbox()
            try other.makeVault()
            let foreign = try #require(FileManager.default.contents(atPath: path(other, "anchor")))
            var forged = good
            for slot in [0, 4_096] { forged[slot + 12 + 60] ^= 1 }
            for (bytes, word) in [(nil, "missing"), (Data(), "damaged"), (forged, "damaged"), (foreign, "not made by")]
            {
                try? FileManager.default.removeItem(atPath: path(sandbox, "anchor"))
                try bytes?.write(to: URL(fileURLWithPath: path(sandbox, "anchor")))
                let broker = try BrokerProcess(sandbox)
                let outcome = try unseal(sandbox)
                #expect(outcome.code == 6 && outcome.text.contains(word), "\(outcome.text)")
                broker.stop()
            }
            try good.write(to: URL(fileURLWithPath: path(sandbox, "anchor")))
            let broker = try BrokerProcess(sandbox)
            #expect(try unseal(sandbox).code == 0)
            broker.stop()
        }

        @Test func `a row edited under the running broker is not released, and the vault seals itself for good`() throws
        {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            var broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            let number = try sandbox.addSampleCustomer()
            let show = ["customer", "show", number, "--fields", "name", "--purpose", "order", "--json"]
            #expect(try sandbox.coffer("counter", show).code == 0)
            try sandbox.edit("vault.db", "UPDATE record SET shop = shop || 'x'")
            let outcome = try sandbox.coffer("counter", show)
            #expect(outcome.code == 6, "\(outcome.text)")
            #expect(!outcome.text.contains(Sandbox.sample.name))
            _ = broker.waitForEnd()
            #expect(broker.errorText.contains("changed from outside"), "\(broker.errorText)")
            // Nothing but a person unseals it, and not with that file.
            broker = try BrokerProcess(
                sandbox, arguments: ["--unseal-passphrase-file", try sandbox.passphrase("vault")])
            #expect(try sandbox.coffer("owner", "status", "--json").member("state") == "sealed")
            #expect(try unseal(sandbox).code == 6)
            broker.stop()
            // With the rows as they were a person opens it, and the log says what happened.
            try sandbox.edit("vault.db", "UPDATE record SET shop = substr(shop, 1, length(shop) - 1)")
            broker = try BrokerProcess(sandbox)
            #expect(try unseal(sandbox).code == 0)
            try sandbox.enrol("officer", role: "compliance-officer")
            let tail = try sandbox.answer("officer", "log", "tail", "-n", "30").text
            #expect(tail.contains(#""alert""#) && tail.contains(#""integrity""#), "\(tail)")
            broker.stop()
        }

        @Test(.enabled(if: PreloadLibrary.canBeMade, "there is no C compiler for a disk that fails"))
        func `an anchor that cannot be written ends the process, and the next start raises no alarm`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let shim = try FaultShim(sandbox)
            var broker = try BrokerProcess(sandbox, wrapper: shim.wrapper)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            try sandbox.enrol("officer", role: "compliance-officer")
            var acknowledged = [try sandbox.addSampleCustomer()]
            // What was not acknowledged may be there all the same: each attempt is about somebody else.
            var attempts = 0
            func add() throws -> Outcome {
                attempts += 1
                return try sandbox.addCustomer(attempts)
            }
            for (call, skip) in [
                (FaultShim.Call.pwrite, 0), (.pwrite, 1), (.fdatasync, 1), (.fdatasync, 2), (.pwrite, 3),
            ] {
                try shim.arm(FaultShim.Plan(call: call, file: "anchor", errno: EIO, skip: skip))
                var outcome = try add()
                // An addition writes the anchor some times; a fault further on meets the next one.
                while outcome.code == 0 {
                    acknowledged.append(try outcome.member("number"))
                    outcome = try add()
                }
                try #require(outcome.code == 5, "\(call) \(skip): \(outcome.text)")
                #expect(broker.waitForEnd() == 74, "\(call) \(skip)")
                shim.disarm()
                broker = try BrokerProcess(sandbox, wrapper: shim.wrapper)
                try sandbox.unseal()
                for number in acknowledged {
                    #expect(
                        try sandbox.coffer(
                            "counter", "customer", "show", number, "--fields", "name", "--purpose", "order"
                        ).code == 0)
                }
            }
        }
    }
}

extension Sandbox {
    fileprivate func addCustomer(_ index: Int) throws -> Outcome {
        try coffer(
            "counter", "customer", "add", "--field", "name=客\(index)", "--field", "phone=+861381234\(1_000 + index)",
            "--purpose", "order", "--json")
    }
}
