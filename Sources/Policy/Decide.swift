public import VaultModel

extension PolicyDocument {
    /// Whether a role may do what it asks. Pure; denies by default.
    ///
    /// Checked in this order, the first failure is the reason: the role is declared · the act is one the role has any
    /// right to · every field and the purpose are declared · the act's own conditions, field by field in the order
    /// asked: covered by a rule (`field`), for the purpose (`purpose`), in the form (`form`) · approvals.
    /// Shops, limits, consents and the state of capabilities are not the policy's to check.
    public func decide(role name: RoleName, ask: PolicyAsk) -> PolicyDecision {
        do throws(Denial) {
            let (grant, approvals) = try evaluate(role: name, ask: ask)
            return approvals > ask.approvals ? .approval(approvals) : .allow(grant)
        } catch {
            return .deny(error.reason, detail: error.detail)
        }
    }

    /// The grant if enough persons approve, and how many that takes.
    private func evaluate(role name: RoleName, ask: PolicyAsk) throws(Denial) -> (PolicyGrant, approvals: Int) {
        guard let role = rolesByName[name] else {
            throw Denial(.unknownRole, "the policy has no role \(quoted(name.text))")
        }
        let right = ActRight(ask.act)
        if ask.delegator == nil, !hasAny(role, right) {
            throw Denial(.act, "role \(name) has no right to \(ask.act.rawValue)")
        }
        try checkDeclared(ask)
        if let delegator = ask.delegator { return try lent(by: delegator, to: role, ask: ask, right: right) }
        switch right {
        case .read: return try read(role, ask)
        case .match: return try match(role, ask)
        case .lookup: return try find(role, ask)
        case .list: return try list(role, ask)
        case .write: return (try write(role, ask), 0)
        case .propose: return (try propose(role, ask), 0)
        case .notify: return (try notify(role, ask), 0)
        case .delegate: return try delegate(role, ask)
        case .stats: return (grant(role, minimumGroup: role.minimumGroup), 0)
        case .due: return (grant(role), 0)
        case .revoke:
            if mayRevoke(role, verb: ask.verb) { return (grant(role), 0) }
            throw Denial(.act, "role \(name) may not revoke \(ask.verb == nil ? "what others gave" : "this")")
        case .verbs(let group, let verbs): return try verb(role, ask, group, verbs)
        }
    }

    /// What is not declared is refused before any rule is asked, so that a misspelt name never looks like a right
    /// that was taken away.
    private func checkDeclared(_ ask: PolicyAsk) throws(Denial) {
        for field in ask.fields where fieldsByName[field] == nil {
            throw Denial(.unknownField, "the policy declares no field \(quoted(field.description))")
        }
        if let purpose = ask.purpose, !purposeSet.contains(purpose) {
            throw Denial(.unknownPurpose, "the policy declares no purpose \(quoted(purpose.text))")
        }
        if let record = ask.record, self.record(named: record) == nil {
            throw Denial(.unknownField, "the policy declares no record \(quoted(record))")
        }
    }

    func grant(
        _ role: RoleDefinition, form: Form = .full, fields: [FieldName] = [], delegation: DelegateRule? = nil,
        minimumGroup: Int? = nil
    ) -> PolicyGrant {
        PolicyGrant(
            form: form, fields: fields, limits: role.limits, delegation: delegation, minimumGroup: minimumGroup)
    }

    private func verb(
        _ role: RoleDefinition, _ ask: PolicyAsk, _ group: RightGroup, _ verbs: [String]
    ) throws(Denial) -> (PolicyGrant, approvals: Int) {
        let verb = ask.verb ?? verbs[0]
        guard verbs.contains(verb), role.verbs[group]?.contains(verb) == true else {
            throw Denial(.act, "role \(role.name) has no \(group.rawValue): [\(verb)]")
        }
        switch ask.act {
        case .import:
            if !ask.fields.isEmpty { _ = try write(role, ask) }
            return (grant(role, fields: ask.fields), 0)
        case .export:
            guard !ask.fields.isEmpty else { throw Denial(.malformed, "an export names its fields") }
            guard ask.purpose != nil else { throw Denial(.purpose, "an export needs a purpose") }
            let form = ask.form ?? .full
            // Never a bulk read on one person's word, and never cheaper than reading one customer.
            let approvals = ask.fields.map { form == .full ? fieldsByName[$0]?.fieldClass.fullApprovals ?? 1 : 1 }
            return (grant(role, form: form, fields: ask.fields), max(1, approvals.max() ?? 1))
        case .logPurge:
            return (grant(role), LogRetention.purgeApprovals)
        case .erase where ask.needsSecond:
            return (grant(role), ErasureRules.approvals)
        default:
            return (grant(role), 0)
        }
    }
}

/// A refusal on its way to `decide`.
struct Denial: Error {
    let reason: Reason
    let detail: String

    init(_ reason: Reason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }
}
