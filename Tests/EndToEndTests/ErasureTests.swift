import Foundation
import Testing

extension EndToEnd {
    /// A customer who asks to be erased: frozen at once, gone when it can no longer be taken back, and nowhere after that.
    @Suite(.serialized, .enabled(if: PreloadLibrary.canBeMade, "there is no C compiler for a clock that is ahead"))
    struct ErasureTests {
        private static let hour = 3_600

        @Test func `a customer is frozen, erased when her hours are over, and nobody knows her afterwards`() throws {
            let shop = try ErasureShop()
            let number = shop.number
            let order = try shop.addOrder(number)
            try shop.lend(order)
            let asked = try shop.sandbox.answer(
                "officer", "subject", "erase", number, "--reason", "customer-request")
            let erasure = try shop.erasure(asked)
            #expect(erasure["state"] as? String == "pending" && erasure["reason"] as? String == "customer-request")
            for (who, arguments) in Self.verbs(number, order) {
                _ = try shop.refused(who, arguments, 7, "frozen")
            }
            let found = try shop.refused(
                "counter", ["find", "--phone", Sandbox.sample.phone, "--purpose", "order"], 7, "frozen")
            #expect((found["hint"] as? String)?.contains(number) == true, "the counter can say who it is")
            let again = try shop.refused(
                "officer", ["subject", "erase", number, "--reason", "customer-request"], 7, "frozen")
            #expect((again["hint"] as? String)?.contains("subject undo \(number)") == true)
            _ = try shop.refused("officer", ["subject", "receipt", number], 7, "conflict")

            // The log may be asked about her all the same.
            let readers = try shop.sandbox.answer("officer", "log", "who-read", number)
            #expect(try readers.number("refused") >= Self.verbs(number, order).count)
            let row = "林小美,13912345678,杭州,,,,walk-in,否"
            #expect(try shop.importRow(row).rejects.contains("erasure-under-way"))

            // An hour before it is due nothing has happened; then it is done before anything else is answered.
            try shop.travel(hours: 71)
            _ = try shop.refused("counter", Self.show(number), 7, "frozen")
            try shop.travel(hours: 73)
            let list = try shop.sandbox.answer("officer", "subject", "list")
            let done = try #require((try list.json()["erasures"] as? [[String: Any]])?.first)
            #expect(done["state"] as? String == "done" && done["by"] as? String == "officer")
            try shop.expectGone(number)
            _ = try shop.refused(
                "officer", ["subject", "erase", number, "--reason", "customer-request"], 4, "erased")
            _ = try shop.refused("officer", ["subject", "undo", number], 4, "erased")

            // What is about no person stays in the books.
            let fields = "order.number,order.amount"
            let kept = try shop.sandbox.answer(
                "finance", "record", "show", order, "--fields", fields, "--purpose", "settlement")
            #expect(kept.text.contains("68.00") && kept.text.contains("1042") && !kept.text.contains(number))
            _ = try shop.refused(
                "counter", ["record", "show", order, "--fields", "order.requests", "--purpose", "order"], 0, "")
            _ = try shop.refused("counter", ["order", "delivered", order], 7, "erased")

            let receipt = try shop.sandbox.answer("officer", "subject", "receipt", number)
            #expect(try receipt.member("level") == "E0" && receipt.member("archives") == "none")
            #expect(try receipt.number("records") == 2 && receipt.number("kept") == 1 && receipt.number("keys") == 1)
            let id = try receipt.member("id")
            let page = shop.sandbox.folder + "/receipt.html"
            try shop.sandbox.answer("officer", "subject", "receipt", id, "-o", page, "--lang", "zh")
            let html = String(decoding: try Data(contentsOf: URL(fileURLWithPath: page)), as: UTF8.self)
            #expect(html.contains("删除回执") && html.contains(number) && html.contains("E0"))
            #expect(FileManager.default.fileExists(atPath: shop.sandbox.vault + "/spool/ledger/1.json"))

            // She comes back with a list: another number, nothing of the old.
            #expect(try shop.importRow(row).imported == 1)
            let matches =
                try shop.sandbox.answer(
                    "counter", "find", "--phone", Sandbox.sample.phone, "--purpose", "order"
                ).json()["matches"] as? [[String: Any]]
            let new = try #require(matches?.first?["number"] as? String)
            #expect(new != number)
            #expect(try shop.sandbox.answer("officer", "log", "who-read", number).number("refused") > 0)
            let shown = try shop.sandbox.answer(
                "counter", "customer", "show", new, "--fields", "name,preferences", "--purpose", "order")
            #expect(!shown.text.contains("花生"))
            try shop.expectVerifies()
        }

        @Test func `an erasure taken back leaves everything as it was`() throws {
            let shop = try ErasureShop()
            try shop.sandbox.answer("officer", "subject", "erase", shop.number, "--reason", "mistaken-entry")
            _ = try shop.refused("counter", ["subject", "undo", shop.number], 3, "act")
            let undone = try shop.sandbox.answer("owner", "subject", "undo", shop.number)
            #expect(try shop.erasure(undone)["state"] as? String == "undone")
            let shown = try shop.sandbox.answer("counter", Self.show(shop.number))
            #expect(shown.text.contains(Sandbox.sample.name))
            _ = try shop.refused("officer", ["subject", "undo", shop.number], 4, "not-found")
            try shop.travel(hours: 80)
            #expect(try shop.sandbox.answer("counter", Self.show(shop.number)).text.contains(Sandbox.sample.name))
            // It can be asked for again.
            try shop.sandbox.answer("officer", "subject", "erase", shop.number, "--reason", "customer-request")
            let tail = try shop.sandbox.answer("officer", "log", "tail", "-n", "50").text
            #expect(tail.contains("erase-request") && tail.contains("erase-undo"))
            try shop.expectVerifies()
        }

        @Test func `what does not wait takes another person's word`() throws {
            let shop = try ErasureShop()
            let now = ["subject", "erase", shop.number, "--reason", "unlawful-processing", "--now"]
            _ = try shop.refused("counter", now, 3, "act")
            let wanted = try shop.refused("officer", now, 3, "approval-required")
            let id = try #require(wanted["request"] as? String)
            #expect(try shop.sandbox.answer("counter", Self.show(shop.number)).text.contains(Sandbox.sample.name))
            let request = try shop.sandbox.coffer("owner", "request", "show", id)
            #expect(request.text.contains(shop.number) && request.text.contains("unlawful-processing"))
            _ = try shop.refused("officer", ["request", "approve", id, "--yes"], 3, "act")
            try shop.sandbox.answer("owner", "request", "approve", id, "--yes")
            // Approved was this reason, and that it does not wait.
            _ = try shop.refused(
                "officer", ["subject", "erase", shop.number, "--reason", "customer-request", "--now"], 3,
                "approval-required")
            let erased = try shop.sandbox.answer("officer", now + ["--request", id])
            #expect(try shop.erasure(erased)["state"] as? String == "done")
            try shop.expectGone(shop.number)
            try shop.expectVerifies()
        }

        @Test func `more than the policy's number a day take a second person and wait`() throws {
            let shop = try ErasureShop(erasure: "{undo_hours: 2, daily_limit: 2, queue_hours: 48}")
            var numbers = [shop.number]
            for index in 1...3 { numbers.append(try shop.addCustomer(index)) }
            func erase(_ place: Int) -> [String] {
                ["subject", "erase", numbers[place], "--reason", "retention-ended"]
            }
            try shop.sandbox.answer("officer", erase(0))
            // Taking one back buys no other.
            try shop.sandbox.answer("officer", "subject", "undo", numbers[0])
            try shop.sandbox.answer("officer", erase(1))
            let wanted = try shop.refused("officer", erase(2), 3, "approval-required")
            try shop.restart()
            let id = try #require(wanted["request"] as? String)
            _ = try shop.refused("owner", erase(2), 3, "approval-required")
            try shop.sandbox.answer("owner", "request", "approve", id, "--yes")
            let queued = try shop.erasure(try shop.sandbox.answer("officer", erase(2) + ["--request", id]))
            #expect(queued["state"] as? String == "pending")
            try shop.travel(hours: 3)
            func state(_ number: String) throws -> String? {
                let list = try shop.sandbox.answer("officer", "subject", "list").json()["erasures"] as? [[String: Any]]
                return list?.last { $0["number"] as? String == number }?["state"] as? String
            }
            #expect(try state(numbers[1]) == "done" && state(numbers[2]) == "pending")
            // A day later one person's word is enough again.
            try shop.travel(hours: 27)
            let next = try shop.erasure(try shop.sandbox.answer("officer", erase(3)))
            #expect(next["state"] as? String == "pending")
            try shop.travel(hours: 50)
            #expect(try state(numbers[2]) == "done" && state(numbers[3]) == "done" && state(numbers[0]) == "undone")
            try shop.expectVerifies()
        }

        @Test func `a hold keeps her, a stranger's number is nobody's, another shop's is not hers to erase`() throws {
            let shop = try ErasureShop()
            let erase = ["subject", "erase", shop.number, "--reason", "customer-request"]
            let until = RetentionTests.day(100)
            let hold = try shop.sandbox.answer(
                "officer", "log", "hold", "add", "--customer", shop.number, "--until", until
            ).member("hold")
            _ = try shop.refused("officer", erase, 7, "held")
            try shop.sandbox.answer("officer", "log", "hold", "remove", hold)
            _ = try shop.refused(
                "officer", ["subject", "erase", "C-0000-0000", "--reason", "customer-request"], 4, "not-found")
            _ = try shop.refused("officer", ["subject", "erase", shop.number, "--reason", "because"], 2, "reason")
            try shop.enrol("elsewhere", role: "compliance-officer", shop: "s2")
            _ = try shop.refused(
                "elsewhere", ["subject", "erase", shop.number, "--reason", "customer-request"], 4, "not-found")
            try shop.sandbox.answer("officer", erase)
            _ = try shop.refused("elsewhere", ["subject", "undo", shop.number], 4, "not-found")
            #expect(try shop.sandbox.answer("elsewhere", "subject", "list").json()["erasures"] as? [String] == [])
            // A dispute begins while she is frozen: she stays, frozen, until it is over.
            try shop.sandbox.answer("officer", "log", "hold", "add", "--customer", shop.number, "--until", until)
            try shop.travel(hours: 80)
            _ = try shop.refused("counter", Self.show(shop.number), 7, "frozen")
            try shop.expectVerifies()
        }

        @Test func `an owner whom nobody can approve waits a day, and the log says so loudly`() throws {
            let sandbox = try Sandbox()
            let logKey = try sandbox.makeVault().member("log_key")
            var broker = try BrokerProcess(sandbox)
            try sandbox.unseal()
            try sandbox.enrol("counter", role: "customer-service")
            let number = try sandbox.addSampleCustomer()
            let now = ["subject", "erase", number, "--reason", "customer-request", "--now"]
            func travel(hours: Int) throws {
                broker.stop()
                try sandbox.setClock(seconds: hours * Self.hour)
                broker = try BrokerProcess(sandbox)
                try sandbox.unseal()
            }
            #expect(try sandbox.coffer("owner", now).code == 3)
            try travel(hours: 23)
            #expect(try sandbox.coffer("owner", now).code == 3)
            try travel(hours: 25)
            let erased = try sandbox.answer("owner", now)
            #expect(try (erased.json()["erasure"] as? [String: Any])?["state"] as? String == "done")
            try sandbox.enrol("officer", role: "compliance-officer")
            #expect(try sandbox.answer("officer", "log", "tail", "-n", "20").text.contains(#""kind":"alert""#))
            try sandbox.expectVerifies(logKey)
            broker.stop()
        }

        // MARK: - What is refused

        static func show(_ number: String) -> [String] {
            ["customer", "show", number, "--fields", "name", "--purpose", "order"]
        }

        /// Every way to see or change something of a customer, or of an order of hers.
        private static func verbs(_ number: String, _ order: String) -> [(String, [String])] {
            [
                ("counter", show(number)),
                ("counter", ["customer", "match", number, "--field", "phone=13912345678", "--purpose", "order"]),
                ("counter", ["customer", "update", number, "--field", "preferences=无", "--purpose", "order"]),
                ("counter", ["customer", "verify", number]),
                (
                    "counter",
                    [
                        "customer", "add", "--field", "name=x", "--field", "phone=13912345678", "--purpose", "order",
                    ]
                ),
                ("counter", ["order", "add", "--customer", number, "--field", "number=7", "--field", "amount=1.00"]),
                (
                    "counter",
                    [
                        "record", "add", "visit", "--customer", number, "--field", "made_at=2026-11-01T10:00:00Z",
                        "--field", "kind=call", "--purpose", "order",
                    ]
                ),
                ("counter", ["record", "show", order, "--fields", "order.amount", "--purpose", "order"]),
                ("finance", ["record", "show", order, "--fields", "order.amount", "--purpose", "settlement"]),
                ("counter", ["order", "delivered", order]),
                ("courier", ["customer", "show", "--order", order]),
                ("courier", ["order", "delivered", order]),
                ("counter", ErasureShop.loan(order)),
            ]
        }
    }
}
