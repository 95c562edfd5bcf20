import Foundation
import Glibc
import Testing

extension EndToEnd {
    /// The real broker on a disk that fails under the log: nothing leaves that is not durable, nothing acknowledged is
    /// lost, and the next start finds a log that verifies.
    @Suite(.serialized, .enabled(if: PreloadLibrary.canBeMade, "there is no C compiler for a disk that fails"))
    struct DiskFaultTests {
        /// The log could not be made durable: the broker's exit code for it.
        private static let notDurable: Int32 = 74

        private static let plans =
            [EIO, ENOSPC].flatMap { code in
                // The pages of one commit are written one by one.
                [0, 1, 3, 6].map { FaultShim.Plan(call: .pwrite, file: "log.db-wal", errno: code, skip: $0) }
            } + [
                FaultShim.Plan(call: .fdatasync, file: "log.db-wal", errno: EIO, skip: 0),
                FaultShim.Plan(call: .fdatasync, file: "log.db-wal", errno: ENOSPC, skip: 0),
            ]

        @Test func `a read whose entry cannot be made durable shows nothing, at whichever write it fails`() throws {
            let sandbox = try Sandbox()
            let logKey = try sandbox.makeVault().member("log_key")
            let shim = try FaultShim(sandbox)
            var broker = try BrokerProcess(sandbox, wrapper: shim.wrapper)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            try sandbox.enrol("officer", role: "compliance-officer")
            let number = try sandbox.addSampleCustomer()
            let show = ["customer", "show", number, "--fields", "name", "--purpose", "order", "--json"]
            var acknowledged: [Int] = []

            for plan in Self.plans {
                acknowledged.append(try sandbox.coffer("counter", show).number("entry"))
                try shim.arm(plan)
                // One commit may write fewer pages than are let through; then the next one fails.
                var outcome = try sandbox.coffer("counter", show)
                for _ in 0..<3 where outcome.code == 0 {
                    acknowledged.append(try outcome.number("entry"))
                    outcome = try sandbox.coffer("counter", show)
                }
                #expect(outcome.code == 5, "\(plan): \(outcome.text)")
                #expect(!outcome.text.contains(Sandbox.sample.name) && !outcome.errorText.contains(Sandbox.sample.name))
                #expect(broker.waitForEnd() == Self.notDurable, "\(plan)")
                shim.disarm()
                broker = try BrokerProcess(sandbox, wrapper: shim.wrapper)
                try sandbox.unseal()
            }

            let shown = try sandbox.coffer("counter", show)
            #expect(shown.text.contains(Sandbox.sample.name))
            // Entries that were acknowledged are where they were said to be.
            for index in acknowledged {
                let entries =
                    try sandbox.answer("officer", "log", "show", "\(index)").json()["entries"] as? [[String: Any]]
                let core = entries?.first?["core"] as? [String: Any]
                #expect(core?["kind"] as? String == "read" && core?["seq"] as? Int == index)
            }
            try sandbox.expectVerifies(logKey)
            broker.stop()
        }

        @Test func `a log whose file is removed or replaced while it runs stops reads`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            let number = try sandbox.addSampleCustomer()
            let path = sandbox.vault + "/log.db"
            try FileManager.default.moveItem(atPath: path, toPath: path + "-elsewhere")
            try FileManager.default.copyItem(atPath: path + "-elsewhere", toPath: path)
            let outcome = try sandbox.coffer(
                "counter", "customer", "show", number, "--fields", "name", "--purpose", "order", "--json")
            #expect(outcome.code == 5 && !outcome.text.contains(Sandbox.sample.name), "\(outcome.text)")
            #expect(broker.waitForEnd() == Self.notDurable)
        }
    }
}
