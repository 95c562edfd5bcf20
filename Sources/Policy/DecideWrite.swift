import VaultModel

extension PolicyDocument {
    /// Without fields: the record as a whole, e.g. the mark that a customer's file was checked.
    func write(_ role: RoleDefinition, _ ask: PolicyAsk) throws(Denial) -> PolicyGrant {
        guard !ask.fields.isEmpty else {
            guard let record = ask.record else { throw Denial(.malformed, "a write names a record or its fields") }
            let rules = role.writes.filter { $0.record == record }
            if rules.isEmpty { throw Denial(.field, "role \(role.name) does not write \(record)") }
            guard rules.contains(where: { covers($0, ask.purpose) }) else {
                throw Denial(.purpose, "role \(role.name) does not write \(record) for \(named(ask.purpose))")
            }
            return grant(role)
        }
        for field in ask.fields {
            let rules = role.writes.filter { $0.fields.contains(field) }
            if rules.isEmpty { throw Denial(.field, "role \(role.name) does not write \(field)") }
            guard rules.contains(where: { covers($0, ask.purpose) }) else {
                throw Denial(.purpose, "role \(role.name) does not write \(field) for \(named(ask.purpose))")
            }
        }
        return grant(role, fields: ask.fields)
    }

    func propose(_ role: RoleDefinition, _ ask: PolicyAsk) throws(Denial) -> PolicyGrant {
        guard !ask.fields.isEmpty else { throw Denial(.malformed, "a proposal names its fields") }
        for field in ask.fields where !role.proposals.contains(field) {
            throw Denial(.field, "role \(role.name) does not propose \(field)")
        }
        return grant(role, fields: ask.fields)
    }

    func notify(_ role: RoleDefinition, _ ask: PolicyAsk) throws(Denial) -> PolicyGrant {
        guard let template = ask.template, role.templates.contains(template) else {
            throw Denial(.act, "role \(role.name) may not send \(ask.template.map(quoted) ?? "without a template")")
        }
        return grant(role)
    }

    func delegate(_ role: RoleDefinition, _ ask: PolicyAsk) throws(Denial) -> (PolicyGrant, approvals: Int) {
        guard !ask.fields.isEmpty, let recipient = ask.recipient else {
            throw Denial(.malformed, "a delegation names its fields and who borrows them")
        }
        let purpose = try purpose(ask)
        let rule = try delegation(
            role, to: recipient, ask.fields, form: ask.form ?? .match, purpose, boundTo: .some(ask.boundTo))
        if let minutes = ask.minutes, !(1...rule.minutes).contains(minutes) {
            throw Denial(.chain, "role \(role.name) lends for \(rule.minutes) minutes at most")
        }
        if let uses = ask.uses, !(1...rule.maximumUses).contains(uses) {
            throw Denial(.chain, "role \(role.name) lends for \(rule.maximumUses) uses at most")
        }
        return (grant(role, form: ask.form ?? rule.form, fields: ask.fields, delegation: rule), 0)
    }

    /// The one rule under which a role lends all these fields; rules are not added up, a capability has one.
    /// - Parameter boundTo: the record kind the capability is bound to; outer nil leaves that unchecked.
    func delegation(
        _ lender: RoleDefinition, to recipient: RoleName, _ fields: [FieldName], form: Form, _ purpose: Purpose,
        boundTo: String??
    ) throws(Denial) -> DelegateRule {
        var rules = lender.delegations.filter { $0.to == recipient }
        if rules.isEmpty { throw Denial(.act, "role \(lender.name) does not lend to \(recipient)") }
        for field in fields {
            rules = rules.filter { $0.fields.contains(field) }
            if rules.isEmpty { throw Denial(.field, "role \(lender.name) does not lend \(field) to \(recipient)") }
        }
        rules = rules.filter { $0.purposes.contains(purpose) }
        if rules.isEmpty { throw Denial(.purpose, "role \(lender.name) does not lend for \(purpose)") }
        rules = rules.filter { $0.form >= form }
        if rules.isEmpty { throw Denial(.form, "role \(lender.name) does not lend in form \(form.rawValue)") }
        if let bound = boundTo {
            rules = rules.filter { $0.boundTo == nil || $0.boundTo == bound }
            if rules.isEmpty { throw Denial(.subject, "role \(lender.name) lends only bound to a record") }
        }
        return rules.dropFirst().reduce(rules[0]) { $1.form > $0.form ? $1 : $0 }
    }

    private func covers(_ rule: WriteRule, _ purpose: Purpose?) -> Bool {
        rule.purposes.isEmpty || purpose.map(rule.purposes.contains) ?? false
    }

    private func named(_ purpose: Purpose?) -> String { purpose?.text ?? "no purpose" }
}
