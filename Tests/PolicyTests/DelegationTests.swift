import Policy
import Testing
import VaultModel

@Suite("Lending")
struct DelegationTests {
    let policy: PolicyDocument
    let clerk: RoleName
    let courier: RoleName

    init() throws {
        policy = try Sample.shipped("takeout.yaml")
        clerk = try role("customer-service")
        courier = try role("courier")
    }

    private func lend(_ change: (inout PolicyAsk) throws -> Void = { _ in }) throws -> PolicyDecision {
        var ask = PolicyAsk(
            act: .delegate, fields: [try fieldName("customer.name"), try fieldName("customer.phone")],
            purpose: try purpose("delivery"), recipient: courier, minutes: 30, uses: 3, boundTo: "order")
        try change(&ask)
        return policy.decide(role: clerk, ask: ask)
    }

    private func reason(_ decision: PolicyDecision) -> Reason? {
        if case .deny(let reason, _) = decision { return reason }
        return nil
    }

    @Test("is allowed within one rule, which the grant names")
    func allowed() throws {
        guard case .allow(let grant) = try lend() else {
            Issue.record("refused")
            return
        }
        #expect(grant.delegation?.minutes == 90)
        #expect(grant.delegation?.maximumUses == 5)
        #expect(grant.form == .full)
        #expect(reason(try lend { $0.form = .masked }) == nil, "less than the rule allows")
    }

    @Test("beyond the rule is refused, with the reason")
    func refused() throws {
        #expect(reason(try lend { $0.recipient = try role("finance") }) == .act)
        #expect(reason(try lend { $0.recipient = nil }) == .malformed)
        #expect(reason(try lend { $0.fields = [] }) == .malformed)
        #expect(reason(try lend { $0.fields = [try fieldName("customer.email")] }) == .field)
        #expect(reason(try lend { $0.fields = [try fieldName("customer.mail")] }) == .unknownField)
        #expect(reason(try lend { $0.purpose = try purpose("order") }) == .purpose)
        #expect(reason(try lend { $0.purpose = nil }) == .purpose)
        #expect(reason(try lend { $0.minutes = 91 }) == .chain)
        #expect(reason(try lend { $0.minutes = 0 }) == .chain)
        #expect(reason(try lend { $0.uses = 6 }) == .chain)
        #expect(reason(try lend { $0.boundTo = nil }) == .subject)
        #expect(reason(try lend { $0.boundTo = "complaint" }) == .subject)
    }

    private func read(
        _ fields: [String], _ form: Form? = .full, for why: String = "delivery", by reader: String = "courier",
        from lender: String = "customer-service", act: Act = .read
    ) throws -> PolicyDecision {
        policy.decide(
            role: try role(reader),
            ask: PolicyAsk(
                act: act, fields: try fields.map(fieldName), form: form, purpose: try purpose(why),
                delegator: try role(lender)))
    }

    @Test("lets the borrower read what the lender's rule covers, and no more")
    func borrowed() throws {
        guard case .allow(let grant) = try read(["customer.name", "customer.address"]) else {
            Issue.record("refused")
            return
        }
        #expect(grant.form == .full)
        #expect(reason(try read(["customer.name"], nil)) == nil)
        #expect(reason(try read(["customer.phone"], .match, act: .match)) == nil)
        #expect(reason(try read(["customer.email"])) == .field)
        #expect(reason(try read(["customer.name"], for: "order")) == .purpose)
        #expect(reason(try read(["customer.name"], by: "finance")) == .act, "the rule lends to couriers")
        #expect(reason(try read(["customer.name"], from: "management")) == .act)
        #expect(reason(try read(["customer.name"], from: "nobody")) == .unknownRole)
        #expect(reason(try read(["customer.name"], by: "nobody")) == .unknownRole)
        #expect(reason(try read([])) == .malformed)
        #expect(reason(try read(["customer.name"], act: .write)) == .act, "a lent capability only reads")
        #expect(reason(try read(["customer.name"], act: .list)) == .act)
    }

    @Test("ends with the lender's rule, or with her own sight of the field")
    func ends() throws {
        let text = String(decoding: try Sample.bytes("takeout.yaml"), as: UTF8.self)
        let without = text.replacing("        to: courier\n", with: "        to: online-service\n")
        let changed = try Sample.parse(without).get()
        let ask = PolicyAsk(
            act: .read, fields: [try fieldName("customer.name")], form: .full, purpose: try purpose("delivery"),
            delegator: clerk)
        #expect(reason(changed.decide(role: courier, ask: ask)) == .act)
        #expect(reason(policy.decide(role: courier, ask: ask)) == nil)
    }

    @Test("a form beyond the lending rule is refused")
    func form() throws {
        let shoes = try Sample.shipped("shoe-care.yaml")
        var ask = PolicyAsk(
            act: .read, fields: [try fieldName("customer.name")], form: .full, purpose: try purpose("order"),
            delegator: clerk)
        #expect(reason(shoes.decide(role: try role("craftsman"), ask: ask)) == .form)
        ask.form = nil
        guard case .allow(let grant) = shoes.decide(role: try role("craftsman"), ask: ask) else {
            Issue.record("refused")
            return
        }
        #expect(grant.form == .masked)
    }
}
