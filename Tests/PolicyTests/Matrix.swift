import Policy
import VaultModel

/// What each role may do with each field of a record, one line a role: asked of `decide`, not read from the rules.
enum Matrix {
    /// `F` reads in full, `M` masked, `=` matches, with the number of approvals if any; `w` writes, `p` proposes,
    /// `l` lends; `-` nothing. The best over all purposes. Fields with the same rights stand together, in the order of
    /// the file; `all` when every field has them; roles without any right are left out.
    static func lines(_ policy: PolicyDocument, record name: String) -> [String] {
        guard let record = policy.record(named: name) else { return [] }
        return policy.roles.compactMap { role in
            var groups: [(rights: String, fields: [String])] = []
            for field in record.fields {
                let rights = rights(policy, role, field.name)
                if let index = groups.firstIndex(where: { $0.rights == rights }) {
                    groups[index].fields.append(field.name.field)
                } else {
                    groups.append((rights, [field.name.field]))
                }
            }
            if groups.count == 1 {
                return groups[0].rights == "-" ? nil : "\(name) \(role.name): all \(groups[0].rights)"
            }
            return "\(name) \(role.name): "
                + groups.filter { $0.rights != "-" }.map { $0.fields.joined(separator: " ") + " " + $0.rights }
                .joined(separator: ", ")
        }
    }

    private static func rights(_ policy: PolicyDocument, _ role: RoleDefinition, _ field: FieldName) -> String {
        var text = ""
        for (letter, act, form) in [("F", Act.read, Form.full), ("M", .read, .masked), ("=", .match, .match)] {
            let counts = policy.purposes.compactMap { purpose in
                approvals(policy, role.name, PolicyAsk(act: act, fields: [field], form: form, purpose: purpose))
            }
            guard let least = counts.min() else { continue }
            text += letter + (least == 0 ? "" : String(least))
            if least == 0 { break }
        }
        if approvals(policy, role.name, PolicyAsk(act: .write, fields: [field])) != nil { text += "w" }
        if approvals(policy, role.name, PolicyAsk(act: .propose, fields: [field])) != nil { text += "p" }
        let lends = role.delegations.contains { rule in
            policy.purposes.contains { purpose in
                let ask = PolicyAsk(
                    act: .delegate, fields: [field], purpose: purpose, recipient: rule.to, boundTo: rule.boundTo)
                return approvals(policy, role.name, ask) != nil
            }
        }
        if lends { text += "l" }
        return text.isEmpty ? "-" : text
    }

    private static func approvals(_ policy: PolicyDocument, _ role: RoleName, _ ask: PolicyAsk) -> Int? {
        switch policy.decide(role: role, ask: ask) {
        case .allow: 0
        case .approval(let count): count
        case .deny: nil
        }
    }
}
