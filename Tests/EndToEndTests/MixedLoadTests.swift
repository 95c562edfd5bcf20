import Foundation
import Glibc
import Testing
import TestSupport

extension EndToEnd {
    /// `kill -9` at random moments while customers are added, changed and erased and keys are replaced: nothing
    /// acknowledged is lost, the vault never takes its own crash for an attack, and the log verifies.
    ///
    /// Sixty kills; `COFFER_KILLS` sets another number, for a night.
    @Suite(.serialized) struct MixedLoadTests {
        private static let kills = ProcessInfo.processInfo.environment["COFFER_KILLS"].flatMap { Int($0) } ?? 60

        /// What the shop was told.
        private struct Ledger {
            /// The last address that was acknowledged, and one that may have been stored.
            var addresses: [String: Set<String>] = [:]
            var erased: Set<String> = []
            /// Whose erasure was asked for when the broker died.
            var uncertain: Set<String> = []
            var count = 0
        }

        @Test func `whatever a kill interrupts, the next start has all that was acknowledged`() throws {
            let sandbox = try Sandbox()
            // As many erasures as a fast machine asks for: beyond the limit of a day they would wait.
            let logKey = try sandbox.makeVault(
                limits: "opens_per_10_minutes: 90000, opens_per_day: 90000", erasuresPerDay: 1_000
            ).member("log_key")
            var broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            try sandbox.enrol("officer", role: "compliance-officer")
            var ledger = Ledger()
            for round in 0..<Self.kills {
                let victim = broker.child.identifier
                let delay = UInt32.random(in: 20_000...1_200_000)
                Thread {
                    usleep(delay)
                    kill(victim, SIGKILL)
                }.start()
                while try work(sandbox, &ledger) {}
                broker.waitForEnd()
                broker = try BrokerProcess(sandbox)
                let unsealed = try sandbox.coffer(
                    "owner", "unseal", "--unseal-passphrase-file", try sandbox.passphrase("vault"), "--json")
                try #require(unsealed.code == 0, "round \(round), killed after \(delay) µs: \(unsealed.text)")
                if round % 20 == 19 { try expectAll(sandbox, &ledger) }
            }
            try expectAll(sandbox, &ledger)
            #expect(ledger.count > Self.kills / 2)
            try sandbox.expectVerifies(logKey)
            let scrubbed = try sandbox.coffer("owner", "scrub", "--repair-index", "--json")
            #expect(scrubbed.code == 0 || scrubbed.code == 7, "\(scrubbed.text)")
            broker.stop()
        }

        /// One thing that happens in a shop; false when the broker is gone.
        private func work(_ sandbox: Sandbox, _ ledger: inout Ledger) throws -> Bool {
            let outcome: Outcome
            let alive = ledger.addresses.keys.filter { !ledger.erased.contains($0) && !ledger.uncertain.contains($0) }
            switch Int.random(in: 0..<10) {
            case 0..<5:
                ledger.count += 1
                outcome = try sandbox.coffer(
                    "counter", "customer", "add", "--field", "name=客\(ledger.count)", "--field",
                    "phone=+861391\(1_000_000 + ledger.count)", "--field", "address=一 \(ledger.count)", "--purpose",
                    "order", "--json")
                if outcome.code == 0 { ledger.addresses[try outcome.member("number")] = ["一 \(ledger.count)"] }
            case 5..<8:
                guard let number = alive.randomElement() else { return true }
                ledger.count += 1
                let address = "二 \(ledger.count)"
                outcome = try sandbox.coffer(
                    "counter", "customer", "update", number, "--field", "address=" + address, "--purpose", "order",
                    "--json")
                if outcome.code == 0 {
                    ledger.addresses[number] = [address]
                } else {
                    ledger.addresses[number]?.insert(address)
                }
            case 8:
                let rotation = ["krk", "bik", "cek"].randomElement() ?? "krk"
                outcome = try sandbox.coffer("owner", "keys", "rotate", rotation, "--no-wait", "--json")
            default:
                guard let number = alive.randomElement() else { return true }
                outcome = try erase(number, sandbox, &ledger)
            }
            // 7: one rotation at a time.
            #expect([0, 5, 7].contains(outcome.code), "\(outcome.text)")
            return outcome.code != 5
        }

        private func erase(_ number: String, _ sandbox: Sandbox, _ ledger: inout Ledger) throws -> Outcome {
            let now = ["subject", "erase", number, "--reason", "customer-request", "--now", "--json"]
            let wanted = try sandbox.coffer("officer", now)
            guard wanted.code == 3, let error = try wanted.json()["error"] as? [String: Any],
                let id = error["request"] as? String
            else { return wanted }
            let approved = try sandbox.coffer("owner", "request", "approve", id, "--yes", "--json")
            guard approved.code == 0 else { return approved }
            ledger.uncertain.insert(number)
            let outcome = try sandbox.coffer("officer", now + ["--request", id])
            if outcome.code == 0 {
                let erasure = try #require(try outcome.json()["erasure"] as? [String: Any])
                #expect(erasure["state"] as? String == "done", "approved --now, and yet: \(outcome.text)")
                ledger.erased.insert(number)
            }
            return outcome
        }

        private func expectAll(_ sandbox: Sandbox, _ ledger: inout Ledger) throws {
            for (number, addresses) in ledger.addresses {
                let shown = try sandbox.coffer(
                    "counter", "customer", "show", number, "--fields", "address", "--purpose", "order", "--json")
                if ledger.erased.contains(number) {
                    #expect(shown.code == 4, "\(number) is erased: \(shown.text)")
                } else if ledger.uncertain.contains(number), shown.code != 0 {
                    #expect(shown.code == 4 || shown.code == 7, "\(shown.text)")
                } else {
                    #expect(shown.code == 0, "\(number) was acknowledged and is lost: \(shown.text)")
                    let value = addresses.first { shown.text.contains($0) }
                    #expect(value != nil, "\(number): \(shown.text)")
                    ledger.addresses[number] = value.map { [$0] } ?? addresses
                }
            }
        }
    }
}
