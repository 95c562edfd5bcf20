import Policy
import Testing
import VaultModel

@Suite("Deny by default")
struct DenyByDefaultTests {
    /// A role without members, beside all the roles of a full policy, in two ways of writing it.
    static let empties = ["{}", "{limits: {list_rows: 9}}"]

    @Test(
        "a role without members is refused every act, with every field, purpose, form, verb and lookup",
        arguments: empties)
    func emptyRole(members: String) throws {
        let text = String(decoding: try Sample.bytes("takeout.yaml"), as: UTF8.self)
        let policy = try Sample.parse(text.replacing("\nroles:\n", with: "\nroles:\n  nobody: \(members)\n")).get()
        let nobody = try role("nobody")
        let verbs = [nil] + RightGroup.allCases.flatMap { $0.verbs + [RightGroup.granted] }.map(Optional.some)
        var count = 0
        for act in Act.allCases {
            for purpose in [nil] + policy.purposes.map(Optional.some) {
                for field in [nil] + Self.fields(policy).map(Optional.some) {
                    let ask = PolicyAsk(
                        act: act, record: "customer", fields: field.map { [$0] } ?? [], form: .match, purpose: purpose,
                        lookup: .phone, template: "greeting", recipient: nobody, approvals: 99)
                    count += isRefused(policy, nobody, ask) ? 1 : 0
                }
            }
            for verb in verbs {
                count += isRefused(policy, nobody, PolicyAsk(act: act, verb: verb, approvals: 99)) ? 1 : 0
            }
            for lookup in LookupKind.allCases {
                count += isRefused(policy, nobody, PolicyAsk(act: act, lookup: lookup, approvals: 99)) ? 1 : 0
            }
        }
        let fields = Self.fields(policy).count + 1
        #expect(
            count == Act.allCases.count
                * ((policy.purposes.count + 1) * fields + verbs.count + LookupKind.allCases.count))
        for group in RightGroup.allCases {
            for verb in group.verbs + [RightGroup.granted] { #expect(!policy.allows(nobody, group, verb)) }
        }
        #expect(
            policy.bestForm(role: nobody, fields: [try fieldName("customer.name")], purpose: try purpose("order"))
                == nil)
        #expect(policy.limits(of: nobody) != nil)
    }

    /// All of the customer's fields and the first of every other record.
    private static func fields(_ policy: PolicyDocument) -> [FieldName] {
        policy.records.flatMap { $0.name == "customer" ? $0.fields : Array($0.fields.prefix(1)) }.map(\.name)
    }

    private func isRefused(_ policy: PolicyDocument, _ role: RoleName, _ ask: PolicyAsk) -> Bool {
        if case .deny(.act, let detail) = policy.decide(role: role, ask: ask) { return !detail.isEmpty }
        Issue.record("\(ask)")
        return false
    }

    @Test("a role the policy does not declare has nothing, whatever it asks", arguments: Act.allCases)
    func unknownRole(act: Act) throws {
        let policy = try Sample.shipped("takeout.yaml")
        let stranger = try role("stranger")
        guard case .deny(.unknownRole, _) = policy.decide(role: stranger, ask: PolicyAsk(act: act, approvals: 99))
        else {
            Issue.record("allowed")
            return
        }
        #expect(policy.limits(of: stranger) == nil)
        #expect(policy.role(stranger) == nil)
    }

    @Test("an undeclared field or purpose is refused in every act of every role")
    func undeclared() throws {
        let policy = try Sample.shipped("takeout.yaml")
        let field = try fieldName("customer.shoe_size")
        let war = try purpose("war")
        for role in policy.roleNames {
            for act in Act.allCases {
                for ask in [
                    PolicyAsk(act: act, fields: [field], approvals: 99),
                    PolicyAsk(act: act, purpose: war, approvals: 99),
                ] {
                    switch policy.decide(role: role, ask: ask) {
                    case .deny(.act, _), .deny(.unknownField, _), .deny(.unknownPurpose, _): break
                    default: Issue.record("\(role) \(ask)")
                    }
                }
            }
        }
    }

    @Test("taking a rule away never adds a right")
    func monotonic() throws {
        let text = String(decoding: try Sample.bytes("takeout.yaml"), as: UTF8.self)
        let whole = try Sample.shipped("takeout.yaml")
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let rules = lines.indices.filter { lines[$0].hasPrefix("      - {record:") }
        #expect(rules.count > 10)
        for index in rules {
            var fewer = lines
            fewer.remove(at: index)
            guard case .success(let less) = Sample.parse(fewer.joined(separator: "\n")) else { continue }
            for role in whole.roleNames {
                for field in whole.records.flatMap(\.fields) {
                    for act in [Act.read, .write, .match] {
                        for purpose in whole.purposes.prefix(4) {
                            let ask = PolicyAsk(act: act, fields: [field.name], form: .match, purpose: purpose)
                            if case .allow = less.decide(role: role, ask: ask) {
                                guard case .allow = whole.decide(role: role, ask: ask) else {
                                    Issue.record("\(lines[index]): \(role) \(ask)")
                                    continue
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
