import Policy
import Testing
import VaultModel

/// Lines are counted by hand: the first one is `version: 1`.
private let trade = """
    version: 1
    trade: test
    region: CN
    classes:
      identity: {}
      government-id: {default_form: masked, full: {approval: 2}}
    purposes: [order, support, incident]
    records:
      customer:
        fields:
          name:      {type: name, class: identity, mask: surname}
          phone:     {type: phone, class: identity, index: {kind: last4, bits: 10}, mask: middle}
          id_number: {type: id-number, class: government-id, mask: tail4}
    roles:
      owner: {staff: [invite, approve], policy: [apply]}
      clerk:
        limits: {opens_per_10_minutes: 7, opens_per_day: 8, list_rows: 9}
        lookup: [phone]
        read:
          - {record: customer, fields: [name, phone], form: masked, purposes: [order, support]}
          - record: customer
            fields: [name]
            form: full
            purposes: [order]
          - {record: customer, fields: [id_number], form: full, purposes: [order]}
        write: [{record: customer, fields: [name], purposes: [order]}]
    """

@Suite("Simulating")
struct SimulationTests {
    private let policy: PolicyDocument

    init() throws { policy = try Sample.parse(trade).get() }

    private func simulate(_ name: String = "clerk", _ ask: PolicyAsk) throws -> Simulation {
        policy.simulate(role: try role(name), ask: ask)
    }

    private func fields(_ names: String...) throws -> [FieldName] { try names.map { try fieldName("customer." + $0) } }

    @Test("the rule that allows is named with its place and line")
    func allowing() throws {
        let full = try simulate(
            "clerk", PolicyAsk(act: .read, fields: fields("name"), form: .full, purpose: purpose("order")))
        guard case .allow = full.decision else { Issue.record("refused"); return }
        #expect(full.form == .full)
        #expect(full.rules.map(\.path) == ["roles.clerk.read[2]"])
        #expect(full.rules.first?.line == 21)
        #expect(full.rules.first?.text == "role clerk reads customer.name as full for order")
        #expect(full.limits == RoleLimits(opensPer10Minutes: 7, opensPerDay: 8, listRows: 9))
        #expect(full.approvals == 0)
    }

    @Test("a request without a form gets the best one, and the rule of that form")
    func bestForm() throws {
        let both = try simulate(
            "clerk", PolicyAsk(act: .read, fields: fields("name", "phone"), purpose: purpose("order")))
        #expect(both.form == .masked)
        #expect(both.rules.map(\.path) == ["roles.clerk.read[1]", "roles.clerk.read[1]"])
        #expect(both.rules.map(\.line) == [20, 20])
    }

    @Test("a refusal names the rule that comes nearest, or that there is none")
    func refusing() throws {
        let purposeMissing = try simulate(
            "clerk", PolicyAsk(act: .read, fields: fields("name"), form: .full, purpose: purpose("incident")))
        guard case .deny(.purpose, _) = purposeMissing.decision else { Issue.record("not the purpose"); return }
        #expect(purposeMissing.rules.map(\.path) == ["roles.clerk.read[2]"])

        let formMissing = try simulate(
            "clerk", PolicyAsk(act: .read, fields: fields("phone"), form: .full, purpose: purpose("order")))
        guard case .deny(.form, _) = formMissing.decision else { Issue.record("not the form"); return }
        #expect(formMissing.rules.map(\.path) == ["roles.clerk.read[1]"])
        #expect(formMissing.form == nil)

        let unread = try simulate(
            "owner", PolicyAsk(act: .read, fields: fields("name"), form: .full, purpose: purpose("order")))
        guard case .deny(.act, _) = unread.decision else { Issue.record("not the act"); return }
        #expect(unread.rules.map(\.path) == ["roles.owner.read"])
        #expect(unread.rules.first?.line == nil)
    }

    @Test("approvals are counted, and the class that asks for them is named")
    func approvals() throws {
        var ask = PolicyAsk(act: .read, fields: try fields("id_number"), form: .full, purpose: try purpose("order"))
        let open = try simulate("clerk", ask)
        #expect(open.decision == .approval(2))
        #expect(open.approvals == 2)
        #expect(open.rules.map(\.path) == ["roles.clerk.read[3]", "classes.government-id"])
        #expect(open.rules.map(\.line) == [25, 6])
        ask.approvals = 2
        let approved = try simulate("clerk", ask)
        guard case .allow = approved.decision else { Issue.record("refused"); return }
        #expect(approved.approvals == 2, "how many it takes does not depend on how many there are")
    }

    @Test("a look-up is refused as a whole for a field it may not show")
    func lookup() throws {
        let allowed = try simulate(
            "clerk",
            PolicyAsk(act: .find, fields: fields("name"), form: .masked, purpose: purpose("order"), lookup: .phone))
        guard case .allow = allowed.decision else { Issue.record("refused"); return }
        #expect(allowed.rules.first?.path == "roles.clerk.lookup")
        #expect(allowed.rules.first?.line == 18)
        let hidden = try simulate(
            "clerk",
            PolicyAsk(act: .find, fields: fields("phone"), form: .masked, purpose: purpose("incident"), lookup: .phone))
        guard case .deny = hidden.decision else { Issue.record("allowed"); return }
        let other = try simulate(
            "clerk",
            PolicyAsk(act: .find, fields: fields("name"), form: .masked, purpose: purpose("order"), lookup: .email))
        guard case .deny(.lookup, _) = other.decision else { Issue.record("not the look-up"); return }
    }

    @Test("writing and verbs name their member")
    func members() throws {
        let write = try simulate(
            "clerk", PolicyAsk(act: .write, fields: fields("name"), purpose: purpose("order")))
        #expect(write.rules.map(\.path) == ["roles.clerk.write[1]"])
        #expect(write.rules.first?.line == 26)
        #expect(write.form == nil, "a change shows nothing")
        let apply = try simulate("owner", PolicyAsk(act: .policy, verb: "apply"))
        #expect(apply.rules.map(\.path) == ["roles.owner.policy"])
        #expect(apply.rules.first?.line == 15)
        let missing = try simulate("clerk", PolicyAsk(act: .policy, verb: "apply"))
        guard case .deny(.act, _) = missing.decision else { Issue.record("allowed"); return }
        #expect(missing.rules.first?.text.contains("the right is missing") == true)
    }

    @Test(
        "the simulation of a shipped policy decides what the policy decides",
        arguments: ["takeout.yaml", "shoe-care.yaml"])
    func agreesWithDecide(file: String) throws {
        let policy = try Sample.shipped(file)
        let fields = try #require(policy.record(named: "customer")).fields.map(\.name)
        let purpose = try #require(policy.purposes.first)
        var allowed = 0
        for role in policy.roleNames {
            for field in fields.prefix(5) {
                let ask = PolicyAsk(act: .read, fields: [field], form: .masked, purpose: purpose)
                let simulation = policy.simulate(role: role, ask: ask)
                #expect(simulation.decision == policy.decide(role: role, ask: ask))
                guard case .allow = simulation.decision else { continue }
                allowed += 1
                #expect(simulation.rules.allSatisfy { $0.line != nil }, "\(role) \(field)")
            }
        }
        #expect(allowed > 0)
    }
}
