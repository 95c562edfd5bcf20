import Client
import Foundation
import Testing
import VaultModel
import Wire

extension EndToEnd {
    /// More records than one entry names.
    @Suite(.serialized) struct PickLimitTests {
        @Test func `a regular's many records come back in portions, each in one commit`() async throws {
            let shop = try BackupShop(rows: 0)
            let (sandbox, number) = (shop.sandbox, try #require(CustomerNumber(shop.number)))
            let stick = try shop.addTarget("stick")
            try sandbox.answer("operator", "backup", "run")
            let made = try #require(
                (try sandbox.answer("operator", "backup", "list").json()["sets"] as? [[String: Any]])?.first?["made"]
                    as? String)
            let counter = try Party("counter", sandbox)
            let values = try #require(
                FieldValues(["number": ["A1"], "ordered_at": ["2026-11-20T12:00"], "amount": ["12.00"]]))
            let fields = values.names.compactMap { FieldName(record: "order", field: $0) }.sorted()
            let scope = RequestScope(fields: fields, purpose: "order", customers: [number])
            let orders = PickPage.mostRows + 20
            for _ in 0..<orders {
                let why = await counter.call(AddRecord.self, .init(kind: "order", fields: values), scope)
                try #require(why == "ok")
            }
            try sandbox.answer("operator", "backup", "run")
            try shop.destroy()
            let restored = try shop.restore(from: stick, "--keep", "all", "--at", made)
            #expect(restored.code == 0, "\(restored.errorText)")
            try shop.follow(restored, ["owner", "counter", "officer", "operator"])
            let dry = try shop.pick(shop.number, "--dry-run")
            #expect((try dry.json()["changes"] as? [Any])?.count == orders)
            #expect(try dry.number("same") == 1)
            let picked = try shop.pick()
            #expect(picked.code == 0, "\(picked.errorText)")
            #expect((try picked.json()["changes"] as? [Any])?.count == orders)
            #expect(try picked.number("same") == 1)
            let again = try shop.pick()
            #expect(try again.number("same") == orders + 1, "\(again.errorText)")
            try sandbox.expectVerifies(try restored.member("log_key"), quorum: try restored.member("quorum"))
            shop.broker.stop()
        }
    }
}
