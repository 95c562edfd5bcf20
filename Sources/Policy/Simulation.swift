public import VaultModel

/// What would become of a request, and which parts of the policy decide it.
public struct Simulation: Hashable, Sendable {
    /// A part of the policy that decides, or the one that comes nearest where nothing allows.
    public struct Rule: Hashable, Sendable {
        /// `roles.clerk.read[2]`, counted from 1.
        public let path: String
        /// The line of the file, counted from 1; nil when the part is not there.
        public let line: Int?
        /// What it says.
        public let text: String
    }

    public let decision: PolicyDecision
    /// The form in which values would be shown; nil for acts that show none, and where none would be.
    public let form: Form?
    /// How many other persons must approve in all.
    public let approvals: Int
    public let limits: RoleLimits?
    /// In the order of the fields asked for, each part once.
    public let rules: [Rule]
}

extension PolicyDocument {
    /// Decides as `decide` would, and says by which rules. Pure; nothing is read or counted.
    ///
    /// As at the broker, a request that names no form asks for the best one, and a look-up or a list is refused as a whole
    /// when it names a field that it may not show.
    public func simulate(role name: RoleName, ask: PolicyAsk) -> Simulation {
        var ask = ask
        if ask.form == nil, ask.act == .read, let purpose = ask.purpose {
            ask.form = bestForm(role: name, fields: ask.fields, purpose: purpose)
        }
        let decision = decideWhole(role: name, ask: ask)
        var unapproved = ask
        unapproved.approvals = 0
        var approvals = 0
        if case .approval(let persons) = decideWhole(role: name, ask: unapproved) { approvals = persons }
        var form: Form?
        if case .allow(let grant) = decision, !ask.fields.isEmpty, ActRight(ask.act).showsFields { form = grant.form }
        let lines = PolicyLines(self)
        var rules: [Simulation.Rule] = []
        let parts = role(name).map { deciding($0, ask) } ?? []
        for part in parts {
            let rule = Simulation.Rule(
                path: PolicyLines.text(part.path), line: lines.line(of: part.path), text: part.text)
            if !rules.contains(rule) { rules.append(rule) }
        }
        return Simulation(
            decision: decision, form: form ?? (approvals > 0 ? ask.form : nil), approvals: approvals,
            limits: limits(of: name), rules: rules)
    }

    private func decideWhole(role: RoleName, ask: PolicyAsk) -> PolicyDecision {
        let decision = decide(role: role, ask: ask)
        guard case .allow(let grant) = decision, [.find, .list].contains(ask.act),
            let hidden = ask.fields.first(where: { !grant.fields.contains($0) })
        else { return decision }
        return .deny(.field, detail: "role \(role) may not see \(hidden) of what it finds")
    }

    // MARK: - Which rule

    private typealias Part = (path: [PolicyLines.Step], text: String)

    private func deciding(_ role: RoleDefinition, _ ask: PolicyAsk) -> [Part] {
        switch ActRight(ask.act) {
        case .read: return ask.fields.flatMap { reading(role, $0, ask.form ?? .masked, ask.purpose) }
        case .match:
            return ask.fields.flatMap { field in
                let kind = role.lookups.first { fields(for: $0).contains { $0.name == field } }
                return kind.map { [lookup(role, $0)] } ?? reading(role, field, .match, ask.purpose)
            }
        case .lookup:
            guard let kind = ask.lookup, role.lookups.contains(kind) else { return [member(role, "lookup")] }
            return [lookup(role, kind)] + overview(role, "customer", ask)
        case .list: return overview(role, ask.record ?? "customer", ask)
        case .write: return writing(role, ask)
        case .delegate: return lending(role, ask)
        case .propose: return [member(role, "propose")]
        case .notify: return [member(role, "notify")]
        case .stats: return [member(role, "stats")]
        case .due:
            let index = duties.firstIndex { $0.role == role.name }
            return index.map { [([.member("duties"), .element($0)], Self.statement(duties[$0]))] } ?? []
        case .revoke: return [member(role, ask.verb == "own" ? "delegate" : RightGroup.staff.rawValue)]
        case .verbs(let group, _): return [member(role, group.rawValue)]
        }
    }

    private func place(_ role: RoleDefinition, _ name: String, _ index: Int? = nil) -> [PolicyLines.Step] {
        [.member("roles"), .member(role.name.text), .member(name)] + (index.map { [.element($0)] } ?? [])
    }

    /// A member of a role as a whole: what the role says there, or that it says nothing.
    private func member(_ role: RoleDefinition, _ name: String) -> Part {
        let verbs = RightGroup(rawValue: name).flatMap { role.verbs[$0] } ?? []
        let words =
            switch name {
            case "lookup": role.lookups.map(\.rawValue)
            case "propose": role.proposals.map(\.description)
            case "notify": role.templates
            case "stats": role.minimumGroup.map { ["groups of \($0) or more"] } ?? []
            case "delegate": role.delegations.isEmpty ? [] : ["what it lends"]
            default: verbs.sorted()
            }
        let text = words.isEmpty ? "says nothing, so the right is missing" : words.joined(separator: ", ")
        return (place(role, name), "role \(role.name), \(name): \(text)")
    }

    private func lookup(_ role: RoleDefinition, _ kind: LookupKind) -> Part {
        (place(role, "lookup"), "role \(role.name) looks up by \(kind.rawValue)")
    }

    /// The cheapest rule that covers the field, with the class that asks for approvals where the rule does not; else the
    /// one that comes nearest.
    private func reading(_ role: RoleDefinition, _ field: FieldName, _ form: Form, _ purpose: Purpose?) -> [Part] {
        let naming = role.reads.indices.filter { role.reads[$0].fields.contains(field) }
        guard !naming.isEmpty else {
            return [(place(role, "read"), "role \(role.name) does not read \(field): no read rule names it")]
        }
        let fitting = naming.filter { index in purpose.map(role.reads[index].purposes.contains) ?? false }
        let covering = fitting.filter { role.reads[$0].form >= form }
        let cheapest = covering.min { lhs, rhs in
            approvals(role.reads[lhs], field, form) < approvals(role.reads[rhs], field, form)
        }
        let nearest = (fitting.isEmpty ? naming : fitting).max { role.reads[$0].form < role.reads[$1].form }
        guard let index = cheapest ?? nearest else { return [] }
        let rule = role.reads[index]
        var parts: [Part] = [(place(role, "read", index), Self.statement(role, rule, field))]
        if cheapest != nil, rule.approvals == nil, approvals(rule, field, form) > 0, let entry = self.field(field) {
            parts.append(
                (
                    [.member("classes"), .member(entry.fieldClass.name)],
                    "class \(entry.fieldClass.name): full after \(Self.count(entry.fieldClass.fullApprovals, "approval"))"
                ))
        }
        return parts
    }

    /// Look-ups and lists: the rules for the named fields, or the first rule of the record for the purpose.
    private func overview(_ role: RoleDefinition, _ record: String, _ ask: PolicyAsk) -> [Part] {
        if !ask.fields.isEmpty { return ask.fields.flatMap { reading(role, $0, .masked, ask.purpose) } }
        let rules = role.reads.indices.filter { role.reads[$0].record == record }
        let fitting = rules.first { index in ask.purpose.map(role.reads[index].purposes.contains) ?? false }
        guard let index = fitting ?? rules.first, let field = role.reads[index].fields.min() else {
            return [(place(role, "read"), "role \(role.name) reads nothing of \(record)")]
        }
        return [(place(role, "read", index), Self.statement(role, role.reads[index], field))]
    }

    private func writing(_ role: RoleDefinition, _ ask: PolicyAsk) -> [Part] {
        func part(_ covers: (WriteRule) -> Bool, _ what: String, _ text: (WriteRule) -> String) -> Part {
            let naming = role.writes.indices.filter { covers(role.writes[$0]) }
            let fitting = naming.first { index in
                role.writes[index].purposes.isEmpty || ask.purpose.map(role.writes[index].purposes.contains) ?? false
            }
            guard let index = fitting ?? naming.first else {
                return (place(role, "write"), "role \(role.name) does not write \(what): no write rule names it")
            }
            return (place(role, "write", index), text(role.writes[index]))
        }
        guard ask.fields.isEmpty else {
            return ask.fields.map { field in
                part({ $0.fields.contains(field) }, field.description) { Self.statement(role, $0, field) }
            }
        }
        let record = ask.record ?? "customer"
        return [part({ $0.record == record }, record) { _ in "role \(role.name) writes \(record)" }]
    }

    private func lending(_ role: RoleDefinition, _ ask: PolicyAsk) -> [Part] {
        ask.fields.map { field in
            let naming = role.delegations.indices.filter { index in
                let rule = role.delegations[index]
                return rule.fields.contains(field) && (ask.recipient == nil || rule.to == ask.recipient)
            }
            let fitting = naming.first { index in
                ask.purpose.map(role.delegations[index].purposes.contains) ?? false
            }
            guard let index = fitting ?? naming.first else {
                return (place(role, "delegate"), "role \(role.name) does not lend \(field)")
            }
            return (place(role, "delegate", index), Self.statement(role, role.delegations[index], field))
        }
    }
}

extension ActRight {
    /// Whether an answer holds fields in some form.
    fileprivate var showsFields: Bool {
        switch self {
        case .read, .match, .lookup, .list: true
        case .verbs(.export, _): true
        default: false
        }
    }
}
