import Policy
import Testing
import VaultModel

/// A trade with one of everything, small enough to see through.
private let trade = """
    version: 1
    trade: test
    region: CN
    classes:
      identity: {}
      contact: {}
      government-id: {default_form: masked, full: {approval: 2}}
      settlement: {personal: false}
    purposes: [order, delivery, support, incident]
    records:
      customer:
        required: [name]
        fields:
          name:      {type: name, class: identity, mask: surname}
          phone:     {type: phone, class: contact, index: {kind: last4, bits: 10}, mask: middle}
          address:   {type: address, class: contact, mask: district}
          id_number: {type: id-number, class: government-id, index: {kind: equality, bits: 10}, mask: tail4}
      order:
        fields:
          number: {type: code, class: settlement}
          amount: {type: amount, class: settlement}
    roles:
      owner: {staff: [invite, approve, offboard], policy: [apply], keys: [unseal]}
      empty: {}
      clerk:
        limits: {opens_per_10_minutes: 7, opens_per_day: 8, list_rows: 9}
        lookup: [phone, name]
        import: true
        notify: [hello]
        read:
          - {record: customer, fields: [name, phone], form: full, purposes: [order, support]}
          - {record: customer, fields: [address], form: masked, purposes: [order]}
          - {record: customer, fields: [address], form: full, purposes: [support], approval: 1}
          - {record: customer, fields: [id_number], form: full, purposes: [order]}
        write: [{record: customer, fields: "*", except: [id_number]}, {record: order, purposes: [order]}]
        delegate:
          - {record: customer, fields: [name, phone], purposes: [delivery], to: courier, minutes: 90, max: 5, bound_to: order}
      checker: {read: [{record: customer, fields: [phone], form: match, purposes: [support]}]}
      waiver: {read: [{record: customer, fields: [id_number], form: full, purposes: [order], approval: 0}]}
      courier: {propose: [customer.address]}
      manager:
        stats: {minimum_group: 5}
        read: [{record: customer, fields: "*", form: full, purposes: [incident], approval: 1}]
      officer: {export: true, subject: [copy], log: [export]}
    duties:
      - {name: check, on: customer, every_days: 90, field: verified_at, role: clerk}
    """

@Suite("Deciding")
struct DecideTests {
    let policy: PolicyDocument

    init() throws { policy = try Sample.parse(trade).get() }

    /// The decision in a few letters: `full`, `masked`, `match` when allowed, `+n` when approvals are missing, else
    /// the reason.
    private func decide(_ who: String, _ ask: PolicyAsk) throws -> String {
        switch policy.decide(role: try role(who), ask: ask) {
        case .allow(let grant): grant.form.rawValue
        case .approval(let count): "+\(count)"
        case .deny(let reason, let detail):
            detail.isEmpty ? "no detail" : reason.rawValue
        }
    }

    private func ask(
        _ act: Act, _ fields: String = "", _ form: Form? = nil, for purpose: String? = nil, approvals: Int = 0
    ) throws -> PolicyAsk {
        PolicyAsk(
            act: act, fields: try fields.split(separator: " ").map { try fieldName("customer." + $0) }, form: form,
            purpose: try purpose.map { try PolicyTests.purpose($0) }, approvals: approvals)
    }

    @Test(
        "a read needs a rule for every field, its purpose, its form and its approvals",
        arguments: [
            ("clerk", "name", Form.full, "order", "full"), ("clerk", "name phone", .full, "support", "full"),
            ("clerk", "name", .masked, "order", "masked"), ("clerk", "name", .match, "order", "match"),
            ("clerk", "name", .full, "delivery", "purpose"), ("clerk", "name address", .full, "order", "form"),
            ("clerk", "name address", .masked, "order", "masked"), ("clerk", "address", .full, "support", "+1"),
            ("clerk", "address", .masked, "support", "+1"), ("clerk", "id_number", .masked, "order", "masked"),
            ("clerk", "id_number", .full, "order", "+2"), ("clerk", "id_number name", .full, "order", "+2"),
            ("clerk", "id_number", .full, "support", "purpose"), ("waiver", "id_number", .full, "order", "full"),
            ("checker", "phone", .match, "support", "match"), ("checker", "phone", .masked, "support", "form"),
            ("checker", "name", .match, "support", "field"), ("manager", "name address", .full, "incident", "+1"),
            ("manager", "id_number", .full, "incident", "+1"), ("manager", "name", .full, "order", "purpose"),
            ("courier", "name", .full, "delivery", "act"), ("empty", "name", .match, "order", "act"),
            ("clerk", "nmae", .full, "order", "unknown-field"), ("clerk", "name", .full, "war", "unknown-purpose"),
            ("clerk", "", .full, "order", "malformed"), ("nobody", "name", .full, "order", "unknown-role"),
        ])
    func reads(who: String, fields: String, form: Form, purpose: String, expected: String) throws {
        #expect(try decide(who, ask(.read, fields, form, for: purpose)) == expected)
    }

    @Test("a read without a purpose is refused")
    func noPurpose() throws {
        #expect(try decide("clerk", ask(.read, "name", .full)) == "purpose")
        #expect(try decide("clerk", ask(.match, "name")) == "purpose")
        #expect(try decide("clerk", ask(.list)) == "purpose")
    }

    @Test("enough approvals turn a wait into a grant, too few do not")
    func approvals() throws {
        #expect(try decide("clerk", ask(.read, "id_number", .full, for: "order", approvals: 1)) == "+2")
        #expect(try decide("clerk", ask(.read, "id_number", .full, for: "order", approvals: 2)) == "full")
        #expect(try decide("clerk", ask(.read, "address", .full, for: "order", approvals: 9)) == "form")
    }

    @Test(
        "a read that names no form gets the best one that needs no approval",
        arguments: [
            ("clerk", "name", "order", "full"), ("clerk", "name address", "order", "masked"),
            ("clerk", "name id_number", "order", "masked"), ("waiver", "id_number", "order", "masked"),
            ("manager", "name", "incident", "+1"), ("manager", "id_number", "incident", "+1"),
            ("checker", "phone", "support", "form"), ("clerk", "address", "support", "+1"),
        ])
    func defaultForm(who: String, fields: String, purpose: String, expected: String) throws {
        #expect(try decide(who, ask(.read, fields, for: purpose)) == expected)
        let names = try fields.split(separator: " ").map { try fieldName("customer." + $0) }
        let best = policy.bestForm(role: try role(who), fields: names, purpose: try PolicyTests.purpose(purpose))
        switch expected {
        case "full", "masked": #expect(best?.rawValue == expected)
        case "form": #expect(best == nil)
        default: #expect(best == (fields == "id_number" ? .masked : .full))
        }
    }

    @Test(
        "a match needs a rule in any form, or a lookup of the field's kind",
        arguments: [
            ("clerk", "name", "order", "match"), ("clerk", "phone", "delivery", "match"),
            ("clerk", "name", "delivery", "match"),
            ("clerk", "address", "delivery", "purpose"), ("clerk", "id_number", "order", "match"),
            ("checker", "phone", "support", "match"), ("checker", "phone", "order", "purpose"),
            ("manager", "phone", "incident", "+1"),
            ("courier", "name", "delivery", "act"),
        ])
    func matches(who: String, fields: String, purpose: String, expected: String) throws {
        #expect(try decide(who, ask(.match, fields, for: purpose)) == expected)
    }

    @Test(
        "a lookup needs its kind and a purpose the role reads customers for",
        arguments: [
            ("clerk", LookupKind.phone, "order", "masked"), ("clerk", .name, "support", "masked"),
            ("clerk", .last4, "order", "lookup"),
            ("clerk", .email, "order", "lookup"), ("clerk", .phone, "delivery", "purpose"),
            ("checker", .phone, "support", "act"),
            ("courier", .phone, "order", "act"), ("empty", .phone, "order", "act"),
            ("clerk", .phone, "war", "unknown-purpose"),
        ])
    func finds(who: String, kind: LookupKind, purpose: String, expected: String) throws {
        var ask = try ask(.find, for: purpose)
        ask.lookup = kind
        #expect(try decide(who, ask) == expected)
        ask.form = .full
        if expected == "masked" { #expect(try decide(who, ask) == "form") }
    }

    @Test("a lookup releases what may be seen masked for the purpose, without approval, in the order of the file")
    func findShows() throws {
        let clerk = try role("clerk")
        var ask = try ask(.find, for: "order")
        ask.lookup = .phone
        guard case .allow(let grant) = policy.decide(role: clerk, ask: ask) else {
            Issue.record("refused")
            return
        }
        #expect(grant.fields.map(\.field) == ["name", "phone", "address", "id_number"])
        #expect(grant.limits == RoleLimits(opensPer10Minutes: 7, opensPerDay: 8, listRows: 9))
        ask.purpose = try purpose("support")
        guard case .allow(let other) = policy.decide(role: clerk, ask: ask) else {
            Issue.record("refused")
            return
        }
        #expect(other.fields.map(\.field) == ["name", "phone"], "the address for support needs an approval")
    }

    @Test("a list is like a lookup, of the record it names")
    func lists() throws {
        #expect(try decide("clerk", ask(.list, for: "order")) == "masked")
        var orders = try ask(.list, for: "order")
        orders.record = "order"
        #expect(try decide("clerk", orders) == "field")
        orders.record = "visit"
        #expect(try decide("clerk", orders) == "unknown-field")
        #expect(try decide("manager", ask(.list, for: "incident")) == "+1")
        #expect(try decide("manager", ask(.list, for: "incident", approvals: 1)) == "masked")
    }

    @Test("a write needs a rule for every field; a record without fields, a rule on the record")
    func writes() throws {
        #expect(try decide("clerk", ask(.write, "name phone")) == "full")
        #expect(try decide("clerk", ask(.write, "name", for: "incident")) == "full")
        #expect(try decide("clerk", ask(.write, "name id_number")) == "field")
        #expect(try decide("clerk", ask(.write)) == "malformed")
        #expect(try decide("manager", ask(.write, "name")) == "act")
        #expect(try decide("clerk", PolicyAsk(act: .write, record: "customer")) == "full")
        #expect(try decide("clerk", PolicyAsk(act: .write, record: "order")) == "purpose")
        #expect(try decide("clerk", PolicyAsk(act: .write, record: "order", purpose: purpose("order"))) == "full")
        let amount = [try fieldName("order.amount")]
        #expect(try decide("clerk", PolicyAsk(act: .write, fields: amount, purpose: purpose("support"))) == "purpose")
        #expect(try decide("clerk", PolicyAsk(act: .write, fields: amount, purpose: purpose("order"))) == "full")
    }

    @Test("an import writes what the role may write; an export always waits for another person")
    func bulk() throws {
        #expect(try decide("clerk", ask(.import, "name phone")) == "full")
        #expect(try decide("clerk", ask(.import, "id_number")) == "field")
        #expect(try decide("officer", ask(.import, "name")) == "act")
        #expect(try decide("officer", ask(.export, "name", for: "incident")) == "+1")
        #expect(try decide("officer", ask(.export, "name id_number", for: "incident")) == "+2")
        #expect(try decide("officer", ask(.export, "id_number", .masked, for: "incident")) == "+1")
        #expect(try decide("officer", ask(.export, "name", for: "incident", approvals: 1)) == "full")
        #expect(try decide("officer", ask(.export, "name")) == "purpose")
        #expect(try decide("officer", ask(.export, for: "incident")) == "malformed")
        #expect(try decide("clerk", ask(.export, "name", for: "order")) == "act")
    }

    @Test("a proposal and a notice need their own members")
    func proposalsAndNotices() throws {
        #expect(try decide("courier", ask(.propose, "address")) == "full")
        #expect(try decide("courier", ask(.propose, "address name")) == "field")
        #expect(try decide("clerk", ask(.propose, "address")) == "act")
        #expect(try decide("clerk", PolicyAsk(act: .notify, template: "hello")) == "full")
        #expect(try decide("clerk", PolicyAsk(act: .notify, template: "bye")) == "act")
        #expect(try decide("clerk", PolicyAsk(act: .notify)) == "act")
    }

    @Test("verbs: the ask names one of the act's, else the first counts")
    func verbs() throws {
        #expect(try decide("owner", PolicyAsk(act: .enrol)) == "full")
        #expect(try decide("owner", PolicyAsk(act: .enrol, verb: "invite")) == "full")
        #expect(try decide("owner", PolicyAsk(act: .enrol, verb: "set")) == "act")
        #expect(try decide("owner", PolicyAsk(act: .enrol, verb: "offboard")) == "act", "not a verb of this act")
        #expect(try decide("owner", PolicyAsk(act: .offboard)) == "full")
        #expect(try decide("owner", PolicyAsk(act: .review)) == "act")
        #expect(try decide("owner", PolicyAsk(act: .unseal)) == "full")
        #expect(try decide("owner", PolicyAsk(act: .seal)) == "act")
        #expect(try decide("officer", PolicyAsk(act: .subject)) == "full")
        #expect(try decide("officer", PolicyAsk(act: .subject, verb: "restrict")) == "act")
        #expect(try decide("officer", PolicyAsk(act: .erase)) == "act")
        #expect(try decide("officer", PolicyAsk(act: .logExport)) == "full")
        #expect(try decide("officer", PolicyAsk(act: .logTail)) == "act")
        #expect(try decide("clerk", PolicyAsk(act: .due)) == "full")
        #expect(try decide("manager", PolicyAsk(act: .due)) == "act")
        #expect(policy.allows(try role("owner"), .keys, "unseal"))
        #expect(!policy.allows(try role("owner"), .clock))
        #expect(!policy.allows(try role("nobody"), .keys, "unseal"))
    }

    @Test("revoking what others gave is the staff's right; what one lent oneself, the lender's")
    func revoking() throws {
        #expect(try decide("owner", PolicyAsk(act: .revoke)) == "full")
        #expect(try decide("owner", PolicyAsk(act: .revoke, verb: "offboard")) == "full")
        #expect(try decide("owner", PolicyAsk(act: .revoke, verb: "set")) == "act")
        #expect(try decide("owner", PolicyAsk(act: .revoke, verb: "own")) == "act", "the owner lends nothing")
        #expect(try decide("clerk", PolicyAsk(act: .revoke, verb: "own")) == "full")
        #expect(try decide("clerk", PolicyAsk(act: .revoke)) == "act")
        #expect(try decide("courier", PolicyAsk(act: .revoke, verb: "own")) == "act")
    }

    @Test("statistics come with the smallest group")
    func statistics() throws {
        guard case .allow(let grant) = policy.decide(role: try role("manager"), ask: PolicyAsk(act: .stats)) else {
            Issue.record("refused")
            return
        }
        #expect(grant.minimumGroup == 5)
        #expect(try decide("clerk", PolicyAsk(act: .stats)) == "act")
    }
}
