import Foundation
import Synchronization
import Testing

extension EndToEnd {
    /// More than a year of a shop: what the log keeps, what it destroys, and that both verify.
    @Suite(.serialized, .enabled(if: PreloadLibrary.canBeMade, "there is no C compiler for a clock that is ahead"))
    struct RetentionTests {
        private static let purge = ["log", "purge", "--json"]
        private let sandbox: Sandbox
        private let logKey: String

        init() throws {
            sandbox = try Sandbox()
            logKey = try sandbox.makeVault().member("log_key")
        }

        /// So many days from now, with everybody's rights renewed.
        private func travel(_ broker: BrokerProcess, days: Int) throws -> BrokerProcess {
            broker.stop()
            try sandbox.setClock(seconds: days * 86_400)
            let again = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.answer("owner", "staff", "review", "--renew-unchanged")
            return again
        }

        private func refused(_ who: String, _ arguments: [String], _ code: Int32, _ why: String) throws -> [String: Any]
        {
            let outcome = try sandbox.coffer(who, arguments)
            #expect(outcome.code == code, "\(arguments): \(outcome.text)")
            let error = try #require(try outcome.json()["error"] as? [String: Any])
            #expect(error["why"] as? String == why, "\(arguments): \(outcome.text)")
            return error
        }

        /// An entry as the log shows it now.
        private func entry(_ index: Int) throws -> [String: Any] {
            let entries = try sandbox.answer("officer", "log", "show", "\(index)").json()["entries"] as? [[String: Any]]
            return try #require(entries?.first)
        }

        @Test func `details go after a year, with two approvals, but for what is held`() throws {
            var broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            for (who, role) in [
                ("counter", "customer-service"), ("officer", "compliance-officer"), ("manager", "management"),
            ] { try sandbox.enrol(who, role: role) }
            let held = try sandbox.addSampleCustomer()
            let other = try sandbox.answer(
                "counter", "customer", "add", "--field", "name=王芳", "--field", "phone=+8613800138000", "--purpose",
                "order"
            ).member("number")
            func show(_ number: String) throws -> Int {
                try sandbox.answer("counter", "customer", "show", number, "--fields", "name", "--purpose", "order")
                    .number("entry")
            }
            let heldRead = try show(held)
            let otherRead = try show(other)
            // What was refused about her is about her too, though only the request says so.
            _ = try refused(
                "counter", ["customer", "show", held, "--fields", "id_number", "--purpose", "order", "--json"], 3,
                "field")
            let heldRefusal = try sandbox.answer("owner", "status").number("log_size") - 1

            // Nothing is old enough, and nobody without the duty may even ask.
            let early = try sandbox.answer("officer", "log", "purge")
            #expect(try early.number("destroyed") == 0)
            _ = try refused("counter", Self.purge, 3, "act")
            let until = Self.day(1_000)
            _ = try refused(
                "counter", ["log", "hold", "add", "--customer", held, "--until", until, "--json"], 3, "act")
            try sandbox.answer("officer", "log", "hold", "add", "--customer", held, "--until", until)
            let mistake = try sandbox.answer("officer", "log", "hold", "add", "--employee", "counter", "--until", until)
            try sandbox.answer("officer", "log", "hold", "remove", try mistake.member("hold"))
            let holds = try sandbox.answer("officer", "log", "hold", "list")
            #expect(holds.text.contains(held) && holds.text.contains(#""by":"officer""#))
            #expect(try #require(try holds.json()["holds"] as? [Any]).count == 1)

            for days in [100, 200, 300] { broker = try travel(broker, days: days) }
            for who in ["Owner", "counter", "officer", "manager"] {
                try sandbox.answer("owner", "staff", "set", who, "--training-until", Self.day(700))
            }
            broker = try travel(broker, days: 400)

            let plan = try sandbox.answer("officer", "log", "purge", "--dry-run")
            #expect(try plan.number("entries") > 20)
            let wanted = try refused("officer", Self.purge, 3, "approval-required")
            let id = try #require(wanted["request"] as? String)
            let shown = try sandbox.coffer("manager", "request", "show", id)
            #expect(shown.text.contains("evidence and subject of entries 0 to"), "\(shown.text)")
            _ = try refused("officer", ["request", "approve", id, "--yes", "--json"], 3, "act")
            try sandbox.answer("manager", "request", "approve", id, "--yes")
            let again = Self.purge + ["--request", id]
            #expect(try refused("officer", again, 3, "approval-required")["request"] as? String == id)
            try sandbox.answer("owner", "request", "approve", id, "--yes")
            let purged = try sandbox.answer("officer", "log", "purge", "--request", id)
            #expect(try purged.number("destroyed") > 20 && purged.number("kept") >= 3, "\(purged.text)")
            _ = try refused("officer", again, 7, "conflict")

            #expect(try entry(heldRefusal)["evidence"] is [String: Any])
            try expect(held: heldRead, gone: otherRead, customer: held)
            // A start compares the register with what is left of the log.
            broker.crash()
            broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try expect(held: heldRead, gone: otherRead, customer: held)
            broker.stop()
        }

        private func expect(held: Int, gone: Int, customer: String) throws {
            let kept = try entry(held)
            #expect((kept["subject"] as? [String: Any])?["cust"] as? [String] == [customer])
            #expect(kept["evidence"] is [String: Any])
            let empty = try entry(gone)
            #expect(empty["subject"] as? String == "-" && empty["evidence"] as? String == "-")
            #expect((empty["core"] as? [String: Any])?["kind"] as? String == "read")

            let verified = try sandbox.expectVerifies(logKey)
            #expect(try verified.number("signatures_not_checked") > 10)
        }

        static func day(_ days: Int) -> String {
            let formatter = DateFormatter()
            formatter.dateFormat = "yyyy-MM-dd"
            formatter.timeZone = TimeZone(identifier: "UTC")
            return formatter.string(from: Date(timeIntervalSinceNow: Double(days) * 86_400))
        }
    }
}

extension Sandbox {
    /// From now on programs see a time that is so far ahead.
    func setClock(seconds: Int) throws {
        let ahead = try ForwardClock(self, seconds: seconds).environment
        clock.withLock { $0 = ahead }
    }
}
