import Foundation
import Testing

extension EndToEnd {
    /// What the officer and the customer read: pages and tables made from the log of a real broker.
    @Suite(.serialized) struct LogPagesTests {
        /// A shop where the first customer was read twice, found once and denied once.
        private func shop() throws -> LendingShop {
            let shop = try LendingShop()
            let (sandbox, number) = (shop.sandbox, shop.customers[0])
            for fields in ["name,phone", "name,phone"] {
                try sandbox.answer("counter", "customer", "show", number, "--fields", fields, "--purpose", "order")
            }
            try sandbox.answer("counter", "find", "--phone", Sandbox.sample.phone, "--purpose", "support")
            #expect(
                try sandbox.coffer(
                    "counter", "customer", "show", number, "--fields", "id_number", "--purpose", "order"
                ).code == 3)
            return shop
        }

        private func month() -> String {
            let formatter = DateFormatter()
            formatter.dateFormat = "yyyy-MM"
            formatter.locale = Locale(identifier: "en_US_POSIX")
            return formatter.string(from: Date())
        }

        private func size(_ sandbox: Sandbox) throws -> Int { try sandbox.answer("owner", "status").number("log_size") }

        @Test func `the report has the month's figures, from the broker and from a verified export alike`() throws {
            let shop = try shop()
            let sandbox = shop.sandbox
            let page = sandbox.folder + "/report.html"
            let before = try size(sandbox)
            let report = try sandbox.answer("officer", "log", "report", "--out", page, "--lang", "zh")
            #expect(
                try size(sandbox) == before + 3,
                "begin and end of the reading and the names are entries, its pages none")
            let total = try #require(try report.json()["total"] as? [String: Int])
            #expect(total["reads"] == 2 && total["lookups"] == 1 && total["refused"] == 1)
            #expect(try report.number("customers") == 1 && report.member("month") == month())
            let coverage = try #require(try report.json()["coverage"] as? [String: Any])
            #expect(coverage["entries"] as? Int == before && coverage["purged"] as? Int == 0)
            let html = try String(contentsOfFile: page, encoding: .utf8)
            #expect(html.contains("访问报告") && html.contains("<svg") && html.hasSuffix("</html>\n"))
            for value in [Sandbox.sample.name, Sandbox.sample.phone, Sandbox.sample.address] {
                #expect(!html.contains(value), "no value of a customer")
            }
            #expect(html.contains("counter"), "whoever reads the log is told whose keys it names")
            let attributes = try FileManager.default.attributesOfItem(atPath: page)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)

            let export = sandbox.folder + "/export"
            try sandbox.answer("officer", "log", "export", "--out", export)
            // Counted once more, by other means: the lines of the export.
            let lines = try String(contentsOfFile: export + "/parts/core.jsonl", encoding: .utf8).split(separator: "\n")
            let cores = try lines.prefix(before).map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            func count(_ kind: String, _ decision: String) -> Int {
                cores.count { core in
                    kind.contains(core["kind"] as? String ?? "") && core["dec"] as? String == decision
                        && core["kid"] as? String != ""
                }
            }
            let kinds = Set(cores.compactMap { $0["kind"] as? String }).joined(separator: " ")
            #expect(total["reads"] == count("read", "allow") && total["lookups"] == count("lookup", "allow"))
            #expect(total["changes"] == count("write import", "allow") && total["refused"] == count(kinds, "deny"))

            shop.broker.stop()
            let offline = sandbox.folder + "/offline.html"
            let again = try sandbox.run(
                Sandbox.binaries + "/coffer",
                ["log", "report", "--from", export, "--key", shop.logKey, "--out", offline, "--json"])
            #expect(again.code == 0, "\(again.errorText)")
            #expect(try again.json()["total"] as? [String: Int] == total)
            let people = try #require(try again.json()["people"] as? [[String: Any]])
            let clerk = try #require(people.first)
            #expect(clerk["role"] as? String == "customer-service" && clerk["customers"] as? Int == 1)
            #expect((clerk["person"] as? String)?.hasPrefix("p_") == true)
            #expect(try String(contentsOfFile: offline, encoding: .utf8).contains("a verified export"))

            // A page of an export that does not verify is not written.
            let core = export + "/parts/core.jsonl"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: core))
            bytes[bytes.count / 2] ^= 1
            try FileManager.default.removeItem(atPath: core)
            try bytes.write(to: URL(fileURLWithPath: core))
            let forged = sandbox.folder + "/forged.html"
            let refused = try sandbox.run(
                Sandbox.binaries + "/coffer",
                ["log", "report", "--from", export, "--key", shop.logKey, "--out", forged])
            #expect(refused.code == 1 && refused.errorText.contains("hint: coffer log verify"))
            #expect(!FileManager.default.fileExists(atPath: forged))
        }

        @Test func `wrong arguments are told before anything is asked of the broker`() throws {
            let shop = try LendingShop()
            let sandbox = shop.sandbox
            let there = try sandbox.write("there.html", "mine")
            let page = sandbox.folder + "/new.html"
            let number = shop.customers[0]
            let before = try size(sandbox)
            let wrong: [(arguments: [String], code: Int32)] = [
                (["report", "--out", page, "--month", "2026-13"], 2),
                (["report", "--out", page, "--month", "soon"], 2),
                (["report", "--out", page, "--month", "2199-01"], 2), (["report", "--out", there], 2),
                (["report", "--out", sandbox.folder + "/none/x.html"], 2), (["report"], 2),
                (["report", "--out", page, "--lang", "fr"], 2), (["report", "--out", page, "--key", "x"], 2),
                (["report", "--out", page, "--from", sandbox.folder], 2), (["who-read", "C-0000-0001"], 2),
                (["who-read", number, "--out", there], 2), (["who-read", number, "--staff", "all"], 2),
                (["replay", "--month", "2026-1"], 2),
                (["replay", "--month", "2026-01", "--since", "2026-01-01"], 2),
                (["replay", "--since", "2026-02-01", "--until", "2026-01-01"], 2),
                (["replay", "--policy", sandbox.folder + "/none.yaml"], 2), (["tail", "--minutes", "3"], 2),
                (["tail", "--follow", "--minutes", "61"], 2), (["tail", "--follow", "-n", "501"], 2),
            ]
            for (arguments, code) in wrong {
                let outcome = try sandbox.coffer("officer", ["log"] + arguments)
                #expect(outcome.code == code, "\(arguments): \(outcome.code) \(outcome.errorText)")
                #expect(outcome.errorText.contains("error: "), "\(arguments)")
            }
            #expect(try size(sandbox) == before)
            #expect(try String(contentsOfFile: there, encoding: .utf8) == "mine")
            #expect(!FileManager.default.fileExists(atPath: page))
            let names = try FileManager.default.contentsOfDirectory(atPath: sandbox.folder)
            #expect(!names.contains { $0.contains(".trial") || $0.contains(".tmp-") })

            // Without the right, each is one refusal in the log, and leaves no page.
            for arguments in [
                ["report", "--out", page], ["who-read", number, "--out", page], ["replay"], ["tail", "--follow"],
            ] {
                #expect(try sandbox.coffer("counter", ["log"] + arguments).code == 3, "\(arguments)")
            }
            #expect(try size(sandbox) == before + 4)
            #expect(!FileManager.default.fileExists(atPath: page))
            #expect(try sandbox.coffer("officer", "log", "report", "--out", there, "--replace").code == 0)
            #expect(try String(contentsOfFile: there, encoding: .utf8).contains("Access report"))
        }

        @Test func `who has read a customer's data is answered, as an entry about her`() throws {
            let shop = try shop()
            let (sandbox, number) = (shop.sandbox, shop.customers[0])
            let slip = sandbox.folder + "/slip.html"
            let answer = try sandbox.answer("officer", "log", "who-read", number, "--out", slip)
            let entries = try #require(try answer.json()["entries"] as? [[String: Any]])
            #expect(entries.map { $0["kind"] as? String } == ["read", "read", "lookup"])
            #expect(entries.allSatisfy { $0["role"] as? String == "customer-service" })
            #expect(entries[0]["fields"] as? [String] == ["customer.name", "customer.phone"])
            // The refused read found no customer to name: it was refused before she was looked for.
            #expect(try answer.number("refused") == 0)

            let html = try String(contentsOfFile: slip, encoding: .utf8)
            let index = try #require(entries[0]["index"] as? Int)
            #expect(html.contains(number) && html.contains(">\(index)<") && html.contains("customer-service"))
            #expect(html.firstMatch(of: /[px]_[0-9a-z]{8}/) == nil, "no opaque id")
            for value in [shop.customers[1], Sandbox.sample.name, Sandbox.sample.phone] {
                #expect(!html.contains(value))
            }

            let shown = try sandbox.answer("officer", "log", "show", "\(try answer.number("entry"))")
            let entry = try #require((try shown.json()["entries"] as? [[String: Any]])?.first)
            let subject = try #require(entry["subject"] as? [String: Any])
            #expect(subject["cust"] as? [String] == [number])

            // A number that is well-formed and nobody's.
            let unknown = try sandbox.coffer(
                "officer", "log", "who-read", "C-0000-0000", "--out", sandbox.folder + "/none.html")
            #expect(unknown.code == 4, "\(unknown.errorText)")
            #expect(!FileManager.default.fileExists(atPath: sandbox.folder + "/none.html"))
            let verified = try shop.verify()
            #expect(verified.code == 0, "\(verified.text)")
        }

        @Test func `whoever may list the staff sees names, and the customer's slip only where it is asked for`() throws
        {
            let shop = try LendingShop {
                $0.replacing("    leak: [scan, canary]\n", with: "    leak: [scan, canary]\n    staff: [review]\n")
            }
            let (sandbox, number) = (shop.sandbox, shop.customers[0])
            try sandbox.enrol("Zhao Liu", role: "customer-service")
            try sandbox.answer("Zhao Liu", "customer", "show", number, "--fields", "name", "--purpose", "order")
            func page(_ arguments: String...) throws -> String {
                let path = sandbox.folder + "/\(UUID().uuidString).html"
                try #require(try sandbox.coffer("officer", ["log"] + arguments + ["--out", path]).code == 0)
                return try String(contentsOfFile: path, encoding: .utf8)
            }
            #expect(try page("report").contains("Zhao Liu"))
            #expect(try !page("who-read", number).contains("Zhao"))
            #expect(try page("who-read", number, "--staff", "name").contains("Zhao Liu, customer-service"))
            let table = try sandbox.coffer("officer", "log", "who-read", number)
            #expect(table.code == 0 && table.text.contains("Zhao Liu"))
        }

        @Test func `replay finds what a stricter policy would refuse, and judges a loan by its lender`() async throws {
            let shop = try shop()
            let sandbox = shop.sandbox
            let loan = try await shop.lend()
            #expect(await shop.courier.read(loan, shop.orders[0]) == "ok")
            let now = try sandbox.answer("officer", "log", "replay")
            #expect(try now.number("judged") == 4 && now.number("refused") == 0)
            let policy = try String(contentsOfFile: sandbox.folder + "/policy.yaml", encoding: .utf8)
            let strict = try sandbox.write(
                "strict.yaml",
                policy.replacing(
                    "        purposes: [delivery]\n        to: courier\n        minutes: 90",
                    with: "        purposes: [support]\n        to: courier\n        minutes: 90"
                )
                .replacing(
                    "        purposes: [order, support, complaint, membership, care]",
                    with: "        purposes: [support, complaint, membership, care]"))
            let answer = try sandbox.answer("officer", "log", "replay", "--policy", strict, "--month", month())
            let groups = try #require(try answer.json()["groups"] as? [[String: Any]])
            #expect(try answer.number("refused") == 3, "\(answer.text)")
            #expect(groups.map { $0["role"] as? String } == ["customer-service", "courier"])
            #expect(
                groups.map { $0["count"] as? Int } == [2, 1]
                    && groups.map { $0["why"] as? String }.allSatisfy { $0 == "purpose" })
            #expect(groups[1]["lender"] as? String == "customer-service")
            let entries = try #require(try answer.json()["entries"] as? [[String: Any]])
            #expect(entries.count == 3 && entries.allSatisfy { $0["why"] as? String == "purpose" })
            let later = try sandbox.answer("officer", "log", "replay", "--since", "2199-01-01")
            #expect(try later.number("judged") == 0)
        }
    }
}
