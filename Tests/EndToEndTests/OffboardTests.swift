import Authority
import Foundation
import Testing

extension EndToEnd {
    /// Somebody leaves: from the moment the command returns, nothing by her keys or through them succeeds.
    @Suite(.serialized) struct OffboardTests {
        @Test func `keys, copies, loans and open connections end with one command, and the receipt says so`()
            async throws
        {
            let shop = try LendingShop()
            let sandbox = shop.sandbox
            let lent = try await shop.lend()
            #expect(await shop.courier.read(lent, shop.orders[0]) == "ok")
            try sandbox.answer(
                "counter", "customer", "show", shop.customers[1], "--fields", "name,phone", "--purpose", "order")

            // A connection of hers that stays open, used a moment ago.
            let held = try HeldConnection(sandbox)
            let request = try held.request(of: shop.service, shop.customers[0], counter: 50)
            #expect(try held.exchange(request).hasPrefix("HTTP/1.1 200"))
            try FileManager.default.copyItem(
                atPath: sandbox.folder + "/counter.key", toPath: sandbox.folder + "/copy.key")
            try FileManager.default.copyItem(
                atPath: try sandbox.passphrase("counter"), toPath: sandbox.folder + "/copy.pass")

            let (receipt, page) = (sandbox.folder + "/receipt.json", sandbox.folder + "/receipt.html")
            let done = try sandbox.answer(
                "owner", "staff", "offboard", "counter", "--receipt", receipt, "--html", page)
            #expect(try done.number("chains_killed") == 1)
            #expect(try done.number("connections_cut") >= 1)
            #expect(try done.number("seen_customers") == 2)

            #expect(held.isClosed(within: 2_000), "the connection was cut")
            #expect(await shop.courier.read(lent, shop.orders[0]) == "revoked-key")
            for who in ["counter", "copy"] {
                let refused = try sandbox.coffer(
                    who, "customer", "show", shop.customers[0], "--fields", "name", "--purpose", "order", "--json")
                #expect(refused.code == 3 && refused.text.contains("revoked-key"), "\(refused.text)")
            }
            try shop.restart()
            let after = try sandbox.coffer("counter", "find", "--phone", "13912345678", "--purpose", "order", "--json")
            #expect(after.code == 3 && after.text.contains("revoked-key"))

            let html = try String(contentsOfFile: page, encoding: .utf8)
            let page90 = try #require(html.range(of: "The last 90 days"))
            #expect(html[page90.upperBound...].contains("<td>"), "she has read something today")
            #expect(html.contains(shop.customers[0]) && html.contains("customer.phone"))
            for value in [Sandbox.sample.name, Sandbox.sample.phone, Sandbox.sample.address] {
                #expect(!html.contains(value), "a receipt holds no value of a customer")
            }
            shop.broker.stop()
            #expect(try sandbox.coffer("officer", "staff", "receipt", receipt, "--key", shop.logKey).code == 0)
            let text = try String(contentsOfFile: receipt, encoding: .utf8)
            let other = try sandbox.write("other.json", text.replacing("\"payload\":\"e", with: "\"payload\":\"f"))
            #expect(try sandbox.coffer("officer", "staff", "receipt", other, "--key", shop.logKey).code == 1)
        }

        @Test func `a successor takes over what is on the road; without one it stops`() async throws {
            let shop = try LendingShop()
            let sandbox = shop.sandbox
            try sandbox.enrol("second", role: "customer-service")
            let first = try await shop.lend { $0.subjects = .orders([shop.orders[0]]) }
            #expect(await shop.courier.read(first, shop.orders[0]) == "ok")
            let wrong = try sandbox.coffer(
                "owner", "staff", "offboard", "counter", "--adopt-by", "second", "--adopt-identity",
                sandbox.folder + "/courier.key", "--adopt-passphrase-file", try sandbox.passphrase("courier"))
            #expect(wrong.code == 2, "nothing ends before the successor's key is known to be hers")
            #expect(await shop.courier.read(first, shop.orders[0]) == "ok")
            try sandbox.answer(
                "owner", "staff", "offboard", "counter", "--adopt-by", "second", "--adopt-identity",
                sandbox.folder + "/second.key", "--adopt-passphrase-file", try sandbox.passphrase("second"))
            #expect(await shop.courier.read(first, shop.orders[0]) == "revoked-key")
            let shown = try sandbox.answer("courier", "customer", "show", "--order", shop.orders[0])
            #expect(shown.text.contains(Sandbox.sample.address))
            #expect(try shown.number("uses_left") == 0, "two of three uses were gone")

            try sandbox.answer("owner", "staff", "offboard", "second")
            #expect(try sandbox.coffer("courier", "customer", "show", "--order", shop.orders[0]).code == 3)
            let verified = try shop.verify()
            #expect(verified.code == 0, "\(verified.text)")
        }

        @Test func `nobody offboards without the right, nor herself, nor twice`() throws {
            let shop = try LendingShop()
            #expect(try shop.sandbox.coffer("counter", "staff", "offboard", "courier").code == 3)
            #expect(try shop.sandbox.coffer("owner", "staff", "offboard", "Owner").code == 7)
            #expect(try shop.sandbox.coffer("owner", "staff", "offboard", "nobody").code == 4)
            try shop.sandbox.answer("owner", "staff", "offboard", "courier")
            #expect(try shop.sandbox.coffer("owner", "staff", "offboard", "courier").code == 4)
            // A new key for the same name is a new person.
            try FileManager.default.removeItem(atPath: shop.sandbox.folder + "/courier.key")
            try shop.sandbox.enrol("courier", role: "courier")
        }
    }
}
