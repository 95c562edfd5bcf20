import Policy
import Testing
import VaultModel

@Suite("Break-glass")
struct BreakGlassTests {
    private static let rule =
        "{record: customer, fields: [name], form: full, purposes: [order], approval: 1, break_glass: [threat-to-life]}"

    private func policy(_ reads: String...) throws -> PolicyDocument {
        try Sample.parse(
            Sample.small(
                fields: "{name: {type: name, class: identity}, phone: {type: phone, class: identity}}",
                roles: "manager: {read: [\(reads.joined(separator: ", "))]}")
        ).get()
    }

    private func decide(
        _ policy: PolicyDocument, _ code: String?, fields: [String] = ["name"], for purpose: String = "order"
    ) throws -> String {
        let ask = PolicyAsk(
            act: .read, fields: try fields.map { try fieldName("customer." + $0) }, form: .full,
            purpose: try PolicyTests.purpose(purpose), breakGlass: code.map(BreakGlass.digest))
        return switch policy.decide(role: try role("manager"), ask: ask) {
        case .allow(let grant): grant.form.rawValue
        case .approval(let count): "+\(count)"
        case .deny(let reason, _): reason.rawValue
        }
    }

    @Test("an emergency the rule names needs no approval, another one is refused, none waits")
    func codes() throws {
        let policy = try policy(Self.rule)
        #expect(try decide(policy, nil) == "+1")
        #expect(try decide(policy, "threat-to-life") == "full")
        #expect(try decide(policy, "threat-to-limb") == "act")
        #expect(try decide(policy, "threat-to-life", for: "care") == "purpose")
    }

    @Test("every field must be covered by a rule that names the emergency")
    func fields() throws {
        let policy = try policy(
            Self.rule, "{record: customer, fields: [phone], form: full, purposes: [order]}")
        #expect(try decide(policy, nil, fields: ["phone"]) == "full")
        #expect(try decide(policy, "threat-to-life", fields: ["phone"]) == "act")
        #expect(try decide(policy, "threat-to-life", fields: ["name", "phone"]) == "act")
    }

    @Test("codes are labels, and go with an approval")
    func strict() throws {
        func problem(_ rule: String) throws -> PolicyProblem? {
            guard
                case .failure(let found) = Sample.parse(
                    Sample.small(
                        classes: "identity: {}, papers: {full: {approval: 1}}",
                        fields: "{name: {type: name, class: identity}, pass: {type: text, class: papers}}",
                        roles: "manager: {read: [{record: customer, \(rule), purposes: [order]}]}"))
            else { return nil }
            #expect(found.problems.count == 1)
            return found.problems.first
        }
        let bad = try #require(try problem(#"fields: [name], form: full, approval: 1, break_glass: ["Threat!"]"#))
        #expect(bad.problem.contains("not a code of an emergency") && bad.hint.contains("lower-case"))
        let idle = try #require(try problem("fields: [name], form: full, break_glass: [threat-to-life]"))
        #expect(idle.problem.contains("goes with approval") && idle.hint.contains("approval: 1"))
        let waived = try problem("fields: [pass], form: full, approval: 0, break_glass: [threat-to-life]")
        #expect(waived?.problem.contains("goes with approval") == true)
        #expect(try problem("fields: [pass], form: full, break_glass: [threat-to-life]") == nil)
        #expect(try problem("fields: [name], form: full, approval: 2, break_glass: [fire, flood]") == nil)
        let word = try #require(try problem("fields: [name], form: full, approval: 1, break_glass: fire"))
        #expect(word.problem.contains("needs a list"))
    }

    @Test("what a code allows is said, and changes show")
    func sentences() throws {
        let policy = try Sample.shipped("takeout.yaml")
        let lines = policy.explain(role: try role("management"), field: try fieldName("customer.id_number"))
        #expect(lines.contains { $0.contains("at once in an emergency, to be reviewed: threat-to-life") })
        let before = try self.policy(Self.rule.replacing(", break_glass: [threat-to-life]", with: ""))
        let difference = try self.policy(Self.rule).difference(from: before)
        #expect(difference.count == 2 && difference[1].hasPrefix("+ ") && difference[1].contains("threat-to-life"))
    }

    @Test("a code has one digest of its own")
    func digest() {
        // printf 'COFFER/BREAKGLASS/v01threat-to-life' | sha256sum
        #expect(
            BreakGlass.digest(of: "threat-to-life")
                == "7226a00f62516e666dbca5713a10b9f338ed3c7247feebc7e53ee8c769132bd3")
        #expect(BreakGlass.digest(of: "fire") != BreakGlass.digest(of: "flood"))
    }
}
