public import VaultModel

extension PolicyDocument {
    /// The form of a request that names none: full where the role has it without approval and the class does not
    /// prefer masked, else masked; where everything needs approval, the same among the forms with approval. Nil when
    /// some field cannot be read for this purpose at all.
    public func bestForm(role: RoleName, fields: [FieldName], purpose: Purpose) -> Form? {
        guard let role = rolesByName[role], !fields.isEmpty else { return nil }
        return bestForm(role, fields, purpose, approvals: 0) ?? bestForm(role, fields, purpose, approvals: .max)
    }

    private func bestForm(_ role: RoleDefinition, _ fields: [FieldName], _ purpose: Purpose, approvals: Int) -> Form? {
        var best = Form.full
        for field in fields {
            let prefersMasked = fieldsByName[field]?.fieldClass.defaultForm != .full
            let forms: [Form] = prefersMasked ? [.masked] : [.full, .masked]
            guard
                let form = forms.first(where: { form in
                    guard let cost = cost(role, field, form, purpose) else { return false }
                    return cost <= approvals
                })
            else { return nil }
            best = min(best, form)
        }
        return best
    }

    /// The fewest approvals with which a role may see a field in a form, or nil when no rule covers it. An emergency
    /// needs none, and only rules that name it cover it.
    private func cost(
        _ role: RoleDefinition, _ field: FieldName, _ form: Form, _ purpose: Purpose, breakGlass: String? = nil
    ) -> Int? {
        role.reads.compactMap { rule in
            // The record first: comparing two short names is cheaper than hashing a field's.
            guard rule.record == field.record, rule.form >= form, rule.fields.contains(field),
                rule.purposes.contains(purpose)
            else { return nil }
            guard let breakGlass else { return approvals(rule, field, form) }
            return rule.breakGlass.contains { BreakGlass.digest(of: $0) == breakGlass } ? 0 : nil
        }.min()
    }

    /// What a rule asks for a field in a form: its own figure, else the class's for the full form.
    func approvals(_ rule: ReadRule, _ field: FieldName, _ form: Form) -> Int {
        rule.approvals ?? (form == .full ? fieldsByName[field]?.fieldClass.fullApprovals ?? 0 : 0)
    }

    func read(_ role: RoleDefinition, _ ask: PolicyAsk) throws(Denial) -> (PolicyGrant, approvals: Int) {
        guard !ask.fields.isEmpty else { throw Denial(.malformed, "a read names its fields") }
        let purpose = try purpose(ask)
        let form = ask.form ?? bestForm(role: role.name, fields: ask.fields, purpose: purpose) ?? .masked
        var approvals = 0
        for field in ask.fields {
            guard let cost = cost(role, field, form, purpose, breakGlass: ask.breakGlass) else {
                // What stands in the way without the emergency comes first.
                guard cost(role, field, form, purpose) != nil else { throw refusal(role, field, form, purpose) }
                throw Denial(.act, "role \(role.name) has no such break_glass code for \(field)")
            }
            approvals = max(approvals, cost)
        }
        return (grant(role, form: form, fields: ask.fields), approvals)
    }

    func match(_ role: RoleDefinition, _ ask: PolicyAsk) throws(Denial) -> (PolicyGrant, approvals: Int) {
        guard !ask.fields.isEmpty else { throw Denial(.malformed, "a match names its fields") }
        let purpose = try purpose(ask)
        var approvals = 0
        for field in ask.fields {
            let isLookedUp = role.lookups.contains { kind in fields(for: kind).contains { $0.name == field } }
            guard let cost = isLookedUp ? 0 : cost(role, field, .match, purpose) else {
                throw refusal(role, field, .match, purpose)
            }
            approvals = max(approvals, cost)
        }
        return (grant(role, form: .match, fields: ask.fields), approvals)
    }

    /// A lookup is about customers: it needs the kind, and a right to read something of a customer for the purpose.
    /// It releases masked forms of what may be read without further approval.
    func find(_ role: RoleDefinition, _ ask: PolicyAsk) throws(Denial) -> (PolicyGrant, approvals: Int) {
        guard let lookup = ask.lookup, role.lookups.contains(lookup) else {
            throw Denial(.lookup, "role \(role.name) may not look up by \(ask.lookup?.rawValue ?? "nothing")")
        }
        return try overview(role, ask, of: "customer")
    }

    func list(_ role: RoleDefinition, _ ask: PolicyAsk) throws(Denial) -> (PolicyGrant, approvals: Int) {
        try overview(role, ask, of: ask.record ?? "customer")
    }

    private func overview(
        _ role: RoleDefinition, _ ask: PolicyAsk, of record: String
    ) throws(Denial) -> (PolicyGrant, approvals: Int) {
        let purpose = try purpose(ask)
        guard ask.form != .full else { throw Denial(.form, "a lookup or list shows masked forms only") }
        let rules = role.reads.filter { $0.record == record }
        guard !rules.isEmpty else { throw Denial(.field, "role \(role.name) reads nothing of \(record)") }
        let open = rules.filter { $0.purposes.contains(purpose) }
        guard let approvals = open.map({ $0.approvals ?? 0 }).min() else {
            throw Denial(.purpose, "role \(role.name) reads nothing of \(record) for \(purpose)")
        }
        let allowed = max(approvals, ask.approvals)
        let shown = fields(of: record).filter { field in
            guard let cost = cost(role, field, .masked, purpose) else { return false }
            return cost <= allowed
        }
        return (grant(role, form: .masked, fields: shown), approvals)
    }

    /// Under a lent capability the reader's own rules do not count: the lender's rule to lend must still be there, and
    /// the lender must still see the fields herself.
    func lent(
        by delegator: RoleName, to role: RoleDefinition, ask: PolicyAsk, right: ActRight
    ) throws(Denial) -> (PolicyGrant, approvals: Int) {
        guard ask.breakGlass == nil else { throw Denial(.act, "an emergency is claimed by one's own right") }
        guard let lender = rolesByName[delegator] else {
            throw Denial(.unknownRole, "the policy has no role \(quoted(delegator.text))")
        }
        if right == .propose { return (try report(by: role, of: lender, ask), 0) }
        guard right == .read || right == .match else { throw Denial(.act, "a lent capability only reads") }
        guard !ask.fields.isEmpty else { throw Denial(.malformed, "a read names its fields") }
        let purpose = try purpose(ask)
        let form = right == .match ? .match : ask.form
        let rule = try delegation(
            lender, to: role.name, ask.fields, form: form ?? .match, purpose, boundTo: nil)
        let shown = form ?? rule.form
        var approvals = 0
        for field in ask.fields {
            let costs = lender.reads.compactMap { own in
                own.fields.contains(field) && own.form >= shown ? self.approvals(own, field, shown) : nil
            }
            guard let cost = costs.min() else {
                throw Denial(.chain, "role \(lender.name) no longer sees \(field) in form \(shown.rawValue)")
            }
            approvals = max(approvals, cost)
        }
        return (grant(role, form: shown, fields: ask.fields, delegation: rule), approvals)
    }

    /// Whoever borrowed for a record may report its end, which takes something from her and nothing from anybody else.
    private func report(
        by role: RoleDefinition, of lender: RoleDefinition, _ ask: PolicyAsk
    ) throws(Denial) -> PolicyGrant {
        guard ask.fields.isEmpty, let record = ask.record else {
            throw Denial(.act, "a lent capability reads, and reports the end of what it is bound to")
        }
        guard lender.delegations.contains(where: { $0.to == role.name && $0.boundTo == record }) else {
            throw Denial(.act, "role \(lender.name) lends \(role.name) nothing bound to \(record)")
        }
        return grant(role)
    }

    func purpose(_ ask: PolicyAsk) throws(Denial) -> Purpose {
        guard let purpose = ask.purpose else { throw Denial(.purpose, "\(ask.act.rawValue) needs a purpose") }
        return purpose
    }

    func fields(of record: String) -> [FieldName] { self.record(named: record)?.fields.map(\.name) ?? [] }

    /// Why no rule covers a field: the nearest miss.
    private func refusal(_ role: RoleDefinition, _ field: FieldName, _ form: Form, _ purpose: Purpose) -> Denial {
        let covering = role.reads.filter { $0.fields.contains(field) }
        if covering.isEmpty { return Denial(.field, "role \(role.name) does not read \(field)") }
        let fitting = covering.filter { $0.purposes.contains(purpose) }
        if fitting.isEmpty { return Denial(.purpose, "role \(role.name) does not read \(field) for \(purpose)") }
        let best = fitting.map(\.form).max() ?? .match
        return Denial(
            .form, "role \(role.name) reads \(field) for \(purpose) as \(best.rawValue), not \(form.rawValue)")
    }
}
