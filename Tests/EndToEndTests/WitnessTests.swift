import Foundation
import Testing
import TestSupport

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

        // MARK: - Rollback

        @Test func `a vault that was put back is found out by its witness, and seals itself`() throws {
            let witness = try WitnessProcess(sandbox, log: logKey)
            var broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("officer", role: "compliance-officer")
            try sandbox.addWitness("shop-two", witness)
            try sandbox.answer("owner", "witness", "check")
            broker.stop()
            try sandbox.keepCopy("yesterday")
            broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            _ = try sandbox.addSampleCustomer()
            try sandbox.answer("owner", "witness", "check")
            let cosigned = try #require(try sandbox.answer("owner", "status").json()["witness"] as? [String: Any])
            let size = try #require((cosigned["size"] as? NSNumber)?.intValue)
            broker.stop()

            // The whole folder, and a device that remembers nothing: nobody but the witness knows better.
            try sandbox.putBack("yesterday")
            try sandbox.forgetCheckpoints()
            broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            let alarm = try sandbox.coffer("officer", "witness", "check", "--json")
            try #require(alarm.code == 6, "\(alarm.text)")
            #expect(alarm.text.contains("shop-two has seen \(size) entries"), "\(alarm.text)")
            #expect(alarm.text.contains("sealed itself"))
            #expect(broker.waitForEnd() == 6)
            #expect(broker.errorText.contains("sealed by an alarm"))

            // The hold outlives the process, and this device refuses to unseal such a vault, whether the witness answers or
            // not.
            witness.crash()
            broker = try BrokerProcess(
                sandbox, arguments: ["--unseal-passphrase-file", try sandbox.passphrase("vault")])
            let refused = try sandbox.coffer(
                "owner", "unseal", "--unseal-passphrase-file", try sandbox.passphrase("vault"), "--json")
            // An unsealed one would say conflict: the hold keeps the unattended start from opening it.
            #expect(refused.code == 6, "\(refused.text)")
            broker.stop()
        }

        @Test func `a device that has seen more refuses every answer of a log that was put back, and raises the alarm`()
            throws
        {
            let witness = try WitnessProcess(sandbox, log: logKey)
            var broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            try sandbox.addWitness("shop-two", witness)
            broker.stop()
            try sandbox.keepCopy("yesterday")
            broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            _ = try sandbox.addSampleCustomer()
            for _ in 0..<10 { try sandbox.answer("owner", "witness", "list") }
            broker.stop()
            try sandbox.putBack("yesterday")
            let memory = sandbox.folder + "/state"
            let remembered = sandbox.folder + "/remembered"
            try FileManager.default.moveItem(atPath: memory, toPath: remembered)
            broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try FileManager.default.removeItem(atPath: memory)
            try FileManager.default.copyItem(atPath: remembered, toPath: memory)
            let found = try sandbox.coffer(
                "counter", "find", "--phone", Sandbox.sample.phone, "--purpose", "order", "--json")
            #expect(found.code == 6, "\(found.text)")
            for arguments in [["status"], ["witness", "list"], ["staff", "list"]] {
                let refused = try sandbox.coffer("owner", arguments + ["--json"])
                #expect(refused.code == 6, "\(arguments): \(refused.text)")
                #expect(refused.text.contains("rolled back"))
            }
            let alarm = try sandbox.coffer("owner", "witness", "check", "--json")
            try #require(alarm.code == 6, "\(alarm.text)")
            #expect(alarm.text.contains("sealed itself"))
            #expect(broker.waitForEnd() == 6)
        }

        @Test func `before it unseals, a device asks the witnesses it knows`() throws {
            let witness = try WitnessProcess(sandbox, log: logKey)
            var broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.addWitness("shop-two", witness)
            broker.stop()
            try sandbox.keepCopy("yesterday")
            broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.answer("owner", "witness", "check")
            broker.stop()
            try sandbox.putBack("yesterday")
            try sandbox.forgetCheckpoints(keepingWitnesses: true)
            broker = try BrokerProcess(sandbox)
            let unseal = ["unseal", "--unseal-passphrase-file", try sandbox.passphrase("vault"), "--json"]
            let refused = try sandbox.coffer("owner", unseal)
            #expect(refused.code == 6, "\(refused.text)")
            #expect(try sandbox.answer("owner", "status").member("state") == "sealed")
            // Nobody is locked out by a witness that is away; it is said.
            witness.stop()
            let opened = try sandbox.coffer("owner", unseal)
            #expect(opened.code == 0, "\(opened.text)")
            #expect(opened.errorText.contains("warning: witness shop-two does not answer"))
            broker.stop()
        }

        @Test func `two histories under one key are found out, whichever is longer`() throws {
            let witness = try WitnessProcess(sandbox, log: logKey)
            var broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.addWitness("shop-two", witness)
            broker.stop()
            try sandbox.keepCopy("yesterday")
            broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.answer("owner", "witness", "check")
            broker.stop()
            try sandbox.putBack("yesterday")
            try sandbox.forgetCheckpoints()
            broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            // The other history grows beyond what the witness has seen.
            for _ in 0..<12 { try sandbox.answer("owner", "witness", "list") }
            let alarm = try sandbox.coffer("owner", "witness", "check", "--json")
            try #require(alarm.code == 6, "\(alarm.text)")
            #expect(alarm.text.contains("two histories"), "\(alarm.text)")
            #expect(broker.waitForEnd() == 6)
        }

        @Test func `a log that was put back and then grew is refused by whoever saw the other one`() throws {
            var broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            broker.stop()
            try sandbox.keepCopy("yesterday")
            broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            _ = try sandbox.addSampleCustomer()
            broker.stop()
            try sandbox.putBack("yesterday")
            let memory = sandbox.folder + "/state"
            let remembered = sandbox.folder + "/remembered"
            try FileManager.default.moveItem(atPath: memory, toPath: remembered)
            broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            for _ in 0..<10 { try sandbox.answer("owner", "witness", "list") }
            try FileManager.default.removeItem(atPath: memory)
            try FileManager.default.moveItem(atPath: remembered, toPath: memory)
            for (who, arguments) in [
                ("counter", ["find", "--phone", Sandbox.sample.phone, "--purpose", "order"]),
                ("owner", ["staff", "list"]), ("owner", ["witness", "list"]),
            ] {
                let refused = try sandbox.coffer(who, arguments + ["--json"])
                #expect(refused.code == 6, "\(arguments): \(refused.text)")
                #expect(refused.text.contains("\"fork\""))
            }
            // The device is a witness itself.
            let alarm = try sandbox.coffer("owner", "witness", "check", "--json")
            try #require(alarm.code == 6, "\(alarm.text)")
            #expect(alarm.text.contains("sealed itself"))
            #expect(broker.waitForEnd() == 6)
            broker = try BrokerProcess(sandbox)
            let sealed = try sandbox.coffer(
                "owner", "unseal", "--unseal-passphrase-file", try sandbox.passphrase("vault"), "--json")
            #expect(sealed.code == 6, "\(sealed.text)")
            broker.stop()
        }

        // MARK: - Witnesses that fail or lie

        @Test func `what a witness merely says seals nothing`() throws {
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            let honest = try WitnessProcess(sandbox, log: logKey)
            for (index, reply) in [
                "409 Conflict\r\nContent-Type: text/x.tlog.size\r\nContent-Length: 8\r\n\r\n9999999\n",
                "422 Unprocessable Entity\r\nContent-Length: 0\r\n\r\n",
                "200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "409 Conflict\r\nContent-Length: 4\r\n\r\nhmm\n",
                "500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
            ].enumerated() {
                let liar = try FakeServer(sandbox, reply: "HTTP/1.1 " + reply)
                try sandbox.answer("owner", "witness", "add", "liar", liar.url, "--key", honest.key)
                let checked = try sandbox.coffer("owner", "witness", "check", "--json")
                #expect(checked.code == 5, "\(index): \(checked.text)")
                let expected = index < 3 ? "unproved" : "unreachable"
                #expect(try states(checked) == [expected], "\(index)")
                let told = try sandbox.coffer("owner", "witness", "check")
                #expect(told.errorText.contains("error: witness liar: ") && told.errorText.contains("hint: "))
                #expect(try sandbox.answer("owner", "status").member("state") == "unsealed")
                try sandbox.answer("owner", "witness", "remove", "liar")
                liar.stop()
            }
            broker.stop()
        }

        @Test func `the alarm is raised by a note of this log alone`() throws {
            let witness = try WitnessProcess(sandbox, log: logKey)
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.addWitness("officer", witness)
            try sandbox.answer("owner", "witness", "check")
            // Another vault's log, and its witness: a genuine note, of another key.
            let other = try Sandbox()
            let otherKey = try other.makeVault().member("log_key")
            let otherWitness = try WitnessProcess(other, log: otherKey)
            let refused = try sandbox.coffer(
                "owner", "witness", "add", "other", otherWitness.url, "--key", otherWitness.key, "--json")
            #expect(refused.code == 0)
            let checked = try sandbox.coffer("owner", "witness", "check", "--json")
            #expect(checked.code == 5)
            #expect(try states(checked) == ["cosigned", "not-served"])
            #expect(try sandbox.answer("owner", "status").member("state") == "unsealed")
            broker.stop()
        }

        @Test func `an unreachable witness is named, and the others are asked all the same`() throws {
            let first = try WitnessProcess(sandbox, log: logKey, state: "w1")
            let second = try WitnessProcess(sandbox, log: logKey, state: "w2")
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.addWitness("anna", first)
            try sandbox.addWitness("berta", second)
            #expect(first.crash() == 128 + 9)
            let checked = try sandbox.coffer("owner", "witness", "check", "--json")
            #expect(checked.code == 5, "\(checked.text)")
            #expect(try states(checked) == ["unreachable", "cosigned"])
            #expect(checked.errorText.contains("anna"))
            let seen = try #require(try sandbox.answer("owner", "status").json()["witness"] as? [String: Any])
            #expect(seen["name"] as? String == "berta")
            // Killed without warning it goes on where it was.
            let again = try WitnessProcess(sandbox, log: logKey, state: "w1")
            #expect(again.key == first.key)
            #expect(try states(sandbox.answer("owner", "witness", "check")) == ["cosigned", "cosigned"])
            broker.stop()
        }

        @Test func `a witness killed at any moment never goes back`() throws {
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            var witness = try WitnessProcess(sandbox, log: logKey)
            try sandbox.addWitness("officer", witness)
            var sizes: [Int] = []
            for _ in 0..<3 {
                let victim = witness.child.identifier
                let delay = UInt32.random(in: 100_000...700_000)
                let killer = Thread {
                    usleep(delay)
                    kill(victim, SIGKILL)
                }
                killer.start()
                while try sandbox.coffer("owner", "witness", "check", "--json").code == 0 {}
                witness.crash()
                // What was cosigned is what the folder holds, or less than it: never more.
                let cosigned = try sandbox.answer("owner", "status").json()["witness"] as? [String: Any]
                let known = (cosigned?["size"] as? NSNumber)?.intValue ?? 0
                let stored = try sandbox.storedSize(of: "witness") ?? 0
                #expect(stored >= known)
                sizes.append(stored)
                witness = try WitnessProcess(sandbox, log: logKey)
                #expect(try states(sandbox.answer("owner", "witness", "check")) == ["cosigned"])
            }
            #expect(sizes == sizes.sorted())
            broker.stop()
        }

        // MARK: - Exports

        @Test func `an export brings the cosigned checkpoint, and is verified against the witnesses`() throws {
            let witness = try WitnessProcess(sandbox, log: logKey)
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("officer", role: "compliance-officer")
            try sandbox.addWitness("shop-two", witness)
            let before = sandbox.folder + "/before"
            try sandbox.answer("officer", "log", "export", "--out", before)
            try sandbox.answer("officer", "witness", "check")
            let after = sandbox.folder + "/after"
            try sandbox.answer("officer", "log", "export", "--out", after)
            broker.stop()
            func verify(_ folder: String, _ more: String...) throws -> Outcome {
                try sandbox.coffer("officer", ["log", "verify", folder, "--key", logKey, "--json"] + more)
            }
            #expect(try verify(after).code == 0)
            let policy = after + "/tlog-policy"
            let witnessed = try verify(after, "--witness-policy", policy)
            #expect(witnessed.code == 0, "\(witnessed.text)")
            let missing = try verify(before, "--witness-policy", policy)
            #expect(missing.code == 1)
            #expect(missing.text.contains("not-witnessed"))
            let late = try verify(after, "--witness-policy", policy, "--witnessed-since", "2100-01-01")
            #expect(late.code == 1 && late.text.contains("not-witnessed"))
            #expect(try verify(after, "--witnessed-since", "2100-01-01").code == 2)
            #expect(try verify(after, "--witness-policy", after + "/report.csv").code == 2)
        }
    }
}
