import Foundation
import Glibc
import Testing
import TestSupport

extension EndToEnd {
    /// `kill -9` at any moment: nothing acknowledged is lost, nothing is stored twice, the log verifies.
    @Suite(.serialized) struct CrashTests {
        @Test func `customers whose addition was acknowledged survive kills at random moments`() throws {
            let sandbox = try Sandbox()
            // How many are acknowledged and read again depends on the moments: no limit may end it.
            let logKey = try sandbox.makeVault(limits: "opens_per_10_minutes: 1000, opens_per_day: 1000")
                .member("log_key")
            var broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            try sandbox.enrol("officer", role: "compliance-officer")
            var acknowledged: [String] = []
            var generator = SystemRandomNumberGenerator()
            for round in 0..<4 {
                let victim = broker.child.identifier
                let delay = UInt32.random(in: 20_000...250_000, using: &generator)
                let killer = Thread {
                    usleep(delay)
                    kill(victim, SIGKILL)
                }
                killer.start()
                for index in 0..<20 {
                    let outcome = try sandbox.coffer(
                        "counter",
                        [
                            "customer", "add", "--field", "name=客户\(round)\(index)", "--field",
                            "phone=138\(String(format: "%04d%04d", round + 1, index))", "--purpose", "order", "--json",
                        ])
                    if outcome.code == 0 {
                        acknowledged.append(try outcome.member("number"))
                        try sandbox.coffer(
                            "counter", "customer", "show", acknowledged[acknowledged.count - 1], "--fields", "name",
                            "--purpose", "order", "--json")
                    } else {
                        #expect(outcome.code == 5, "a broker that is gone is reported as unavailable: \(outcome.text)")
                        break
                    }
                }
                broker.waitForEnd()
                broker = try BrokerProcess(sandbox)
                try sandbox.unseal()
            }
            for number in acknowledged {
                let shown = try sandbox.coffer(
                    "counter", "customer", "show", number, "--fields", "name,phone", "--purpose", "order", "--json")
                #expect(shown.code == 0, "\(number) was acknowledged and is lost: \(shown.text)")
            }
            try sandbox.expectVerifies(logKey)
            broker.stop()
        }

        @Test func `an import killed again and again ends with every customer once`() throws {
            let sandbox = try Sandbox()
            let logKey = try sandbox.makeVault().member("log_key")
            var broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            try sandbox.enrol("officer", role: "compliance-officer")
            let rows = 1_500
            let file = try sandbox.write("customers.csv", CustomerList.csv(rows: rows))
            let map = CustomerList.map
            var isDone = false
            for _ in 0..<6 where !isDone {
                let victim = broker.child.identifier
                let delay = UInt32.random(in: 100_000...900_000)
                let killer = Thread {
                    usleep(delay)
                    kill(victim, SIGKILL)
                }
                killer.start()
                let outcome = try sandbox.coffer("counter", "import", file, "--map", map, "--json")
                isDone = outcome.code == 0
                if isDone { kill(victim, SIGKILL) }
                broker.waitForEnd()
                broker = try BrokerProcess(sandbox)
                try sandbox.unseal()
            }
            if !isDone { try sandbox.answer("counter", "import", file, "--map", map) }
            #expect(try sandbox.answer("owner", "status").number("customers") == rows)
            let found = try sandbox.answer("counter", "find", "--phone", "13710000777", "--purpose", "order")
            #expect((try found.json()["matches"] as? [Any])?.count == 1)
            // Once more: everything is known, nothing is doubled.
            try sandbox.answer("counter", "import", file, "--map", map)
            #expect(try sandbox.answer("owner", "status").number("customers") == rows)
            try sandbox.expectVerifies(logKey)
            broker.stop()
        }
    }
}
