public import VaultModel

extension PolicyDocument {
    /// Why a role may, or may not, do something with a field: the sentences of the policy that speak about the two.
    /// Never empty. Undeclared names are said to be undeclared.
    public func explain(role name: RoleName, field fieldName: FieldName) -> [String] {
        guard let role = role(name) else { return ["the policy has no role \(quoted(name.text))"] }
        guard let field = field(fieldName) else {
            return ["the policy declares no field \(quoted(fieldName.description))"]
        }
        var lines = [Self.statement(field)]
        let approvals = field.fieldClass.fullApprovals
        let reads = role.reads.filter { $0.fields.contains(fieldName) }
        for rule in reads {
            lines.append(Self.statement(role, rule, fieldName))
            if rule.form == .full, rule.approvals == nil, approvals > 0 {
                lines.append("  in full after \(Self.count(approvals, "approval")): class \(field.fieldClass.name)")
            }
            if field.fieldClass.defaultForm == .masked {
                lines.append("  masked unless asked for in full: class \(field.fieldClass.name)")
            }
        }
        if reads.isEmpty { lines.append("role \(name) does not read \(fieldName): no read rule names it") }
        for kind in role.lookups where fields(for: kind).contains(field) {
            lines.append("role \(name) looks up by \(kind.rawValue), which compares \(fieldName)")
        }
        lines += role.writes.filter { $0.fields.contains(fieldName) }.map { Self.statement(role, $0, fieldName) }
        if role.proposals.contains(fieldName) { lines.append("role \(name) proposes \(fieldName)") }
        lines += role.delegations.filter { $0.fields.contains(fieldName) }.map { Self.statement(role, $0, fieldName) }
        for lender in roles {
            let rules = lender.delegations.filter { $0.to == name && $0.fields.contains(fieldName) }
            lines += rules.map { Self.statement(lender, $0, fieldName) }
        }
        return lines
    }
}
