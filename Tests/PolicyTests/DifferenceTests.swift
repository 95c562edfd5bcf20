import Policy
import Testing
import VaultModel

@Suite("Comparing and explaining")
struct DifferenceTests {
    private func changed(_ from: String, _ to: String) throws -> [String] {
        let text = String(decoding: try Sample.bytes("takeout.yaml"), as: UTF8.self)
        let policy = try Sample.parse(text.replacing(from, with: to)).get()
        return policy.difference(from: try Sample.shipped("takeout.yaml"))
    }

    @Test("a policy does not differ from itself")
    func same() throws {
        #expect(try changed("no such text", "") == [])
    }

    @Test("each change is one line for what no longer holds and one for what does now")
    func lines() throws {
        #expect(
            try changed("review_days: 90", "review_days: 60") == [
                "- rights fall due for review after 90 days", "+ rights fall due for review after 60 days",
            ])
        #expect(
            try changed("propose: [customer.address]", "propose: [customer.address, customer.phone]") == [
                "+ role courier proposes customer.phone"
            ])
        #expect(
            try changed("policy: [apply]\n", "policy: [apply]\n    log: [purge]\n") == ["+ role owner may log: purge"])
        #expect(try changed("minutes: 90", "minutes: 60").count == 6, "three fields lent on other terms")
        #expect(
            try changed("opens_per_day: 300", "opens_per_day: 301") == [
                "- role customer-service opens at most 60 in 10 minutes and 300 a day, lists 20 rows",
                "+ role customer-service opens at most 60 in 10 minutes and 301 a day, lists 20 rows",
            ])
        #expect(
            try changed("mask: middle", "mask: all") == [
                "- field customer.phone: type phone, class contact, mask middle, required, many, index last4 of 10 bits",
                "+ field customer.phone: type phone, class contact, mask all, required, many, index last4 of 10 bits",
            ])
        #expect(
            try changed("every_days: 180", "every_days: 90") == [
                "- duty follow-up-call: role customer-service, customer, every 180 days after contacted_at, for care, with "
                    + "customer.marketing_consent",
                "+ duty follow-up-call: role customer-service, customer, every 90 days after contacted_at, for care, with "
                    + "customer.marketing_consent",
            ])
    }

    @Test("no right changes without a line: every rule taken away shows")
    func nothingHides() throws {
        let whole = try Sample.shipped("takeout.yaml")
        let lines = String(decoding: whole.bytes, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        // The limits written in the file are the standard ones, so that leaving them out changes nothing.
        for index in stride(from: 0, to: lines.count, by: 3)
        where lines[index].hasPrefix("    ") && !lines[index].contains("limits:") {
            var fewer = lines
            fewer.remove(at: index)
            guard case .success(let less) = Sample.parse(fewer.joined(separator: "\n")) else { continue }
            #expect(!less.difference(from: whole).isEmpty, "\(lines[index])")
        }
    }

    @Test("explains a right by the sentences that give it, and its absence by saying so")
    func explain() throws {
        let policy = try Sample.shipped("takeout.yaml")
        #expect(
            policy.explain(role: try role("courier"), field: try fieldName("customer.address")) == [
                "field customer.address: type address, class location, mask district, many",
                "role courier does not read customer.address: no read rule names it",
                "role courier proposes customer.address",
                "role customer-service lends customer.address as full to courier for delivery, 90 minutes and 5 uses at most, "
                    + "bound to one order",
            ])
        let shoes = try Sample.shipped("shoe-care.yaml")
        let lines = shoes.explain(role: try role("customer-service"), field: try fieldName("customer.id_number"))
        #expect(lines.contains("  in full after 1 approval: class government-id"))
        #expect(lines.contains("  masked unless asked for in full: class government-id"))
        #expect(lines.contains("role customer-service looks up by id-number, which compares customer.id_number"))
        #expect(lines.contains("role customer-service writes customer.id_number"))
        #expect(
            policy.explain(role: try role("boss"), field: try fieldName("customer.name")) == [
                "the policy has no role \"boss\""
            ])
        #expect(
            policy.explain(role: try role("owner"), field: try fieldName("customer.nam")) == [
                "the policy declares no field \"customer.nam\""
            ])
    }
}
