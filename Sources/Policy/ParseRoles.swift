import VaultModel

extension PolicyParser {
    private static let names =
        ["limits", "lookup", "notify", "propose", "read", "write", "delegate", "stats"]
        + RightGroup.allCases.map(\.rawValue)

    /// The roles, and at least the owner: a vault begins with her, and without her no one could change the policy.
    mutating func roles(_ top: MembersReader) -> [RoleDefinition] {
        guard let node = top.required("roles", hint: "at least roles: {owner: …}") else { return [] }
        let members = MembersReader.members(of: node, "roles", log: log)
        roleNames = members.compactMap(\.name.text)
        if !roleNames.contains("owner") {
            log.add(node.position, "there is no role \"owner\"", hint: "a vault begins with its owner")
        }
        return members.compactMap { name, value in
            guard let text = declared(name, "role", Label.isValid, hint: labelHint), let role = RoleName(text) else {
                return nil
            }
            return self.role(role, value, at: name.position)
        }
    }

    private func role(_ name: RoleName, _ node: PolicyNode, at position: Position) -> RoleDefinition {
        let what = "role \(quoted(name.text))"
        let reader = MembersReader(node, what, names: Self.names, log: log)
        let reads = reader.list("read").compactMap { read($0) }
        let verbs = verbs(reader)
        if name.text == "owner" {
            for (group, verb) in [(RightGroup.staff, "approve"), (.policy, "apply")] {
                if verbs[group]?.contains(verb) == true { continue }
                log.add(
                    reader.position(of: group.rawValue), "role \"owner\" lacks \(group.rawValue): [\(verb)]",
                    hint: "without it no one could ever \(verb == "apply" ? "change the policy" : "let anyone in")")
            }
        }
        return RoleDefinition(
            name: name, limits: limits(reader), lookups: lookups(reader), reads: reads,
            writes: reader.list("write").compactMap { write($0) },
            delegations: reader.list("delegate").compactMap { delegation($0, what: what, reads: reads) },
            proposals: proposals(reader), templates: templates(reader), minimumGroup: minimumGroup(reader),
            verbs: verbs)
    }

    private func limits(_ role: MembersReader) -> RoleLimits {
        let standard = RoleLimits.standard
        guard let node = role.node("limits") else { return standard }
        let reader = MembersReader(
            node, "limits", names: ["opens_per_10_minutes", "opens_per_day", "list_rows"], log: log)
        return RoleLimits(
            opensPer10Minutes: reader.integer("opens_per_10_minutes", in: 1...100_000_000)
                ?? standard.opensPer10Minutes,
            opensPerDay: reader.integer("opens_per_day", in: 1...100_000_000) ?? standard.opensPerDay,
            listRows: reader.integer("list_rows", in: 1...10_000) ?? standard.listRows)
    }

    /// Kinds of lookup, each of which needs a field to search.
    private func lookups(_ role: MembersReader) -> [LookupKind] {
        (role.words("lookup") ?? []).compactMap { word in
            guard let kind = LookupKind(rawValue: word.text) else {
                log.add(
                    word.position, "there is no lookup by \(quoted(word.text))",
                    hint: Suggestion.hint(for: word.text, among: LookupKind.allCases.map(\.rawValue)))
                return nil
            }
            let hasField = records.flatMap(\.fields).contains { field in
                field.type == kind.fieldType && (kind.indexKind == nil || field.index?.kind == kind.indexKind)
            }
            if !hasField {
                let index = kind.indexKind.map { " with index: {kind: \($0.rawValue), bits: 10}" } ?? ""
                log.add(
                    word.position, "nothing can be looked up by \(quoted(word.text))",
                    hint: "declare a field of type \(kind.fieldType.rawValue)" + index)
            }
            return kind
        }
    }

    private func proposals(_ role: MembersReader) -> [FieldName] {
        (role.words("propose") ?? []).compactMap { word in fieldName(word.text, at: word.position) }
    }

    private func templates(_ role: MembersReader) -> [String] {
        (role.words("notify") ?? []).compactMap { word in
            if Label.isValid(word.text) { return word.text }
            log.add(word.position, "\(quoted(word.text)) is not the name of a template", hint: labelHint)
            return nil
        }
    }

    private func minimumGroup(_ role: MembersReader) -> Int? {
        guard let node = role.node("stats") else { return nil }
        let reader = MembersReader(node, "\"stats\"", names: ["minimum_group"], log: log)
        guard
            reader.required("minimum_group", hint: "the smallest group a table may show, e.g. minimum_group: 5") != nil
        else { return nil }
        // Below five, a table with a few rows of one shop names persons.
        return reader.integer("minimum_group", in: 5...10_000)
    }

    private func verbs(_ role: MembersReader) -> [RightGroup: Set<String>] {
        var verbs: [RightGroup: Set<String>] = [:]
        for group in RightGroup.allCases where role.has(group.rawValue) {
            if group.verbs.isEmpty {
                if role.boolean(group.rawValue) == true { verbs[group] = [RightGroup.granted] }
                continue
            }
            for word in role.words(group.rawValue) ?? [] {
                if group.verbs.contains(word.text) {
                    verbs[group, default: []].insert(word.text)
                } else {
                    log.add(
                        word.position, "\(quoted(group.rawValue)) has no verb \(quoted(word.text))",
                        hint: Suggestion.hint(for: word.text, among: group.verbs))
                }
            }
        }
        return verbs
    }

    /// A declared field written `record.field`.
    func fieldName(_ text: String, at position: Position) -> FieldName? {
        let declared = records.flatMap { $0.fields.map(\.name) }
        if let name = FieldName(text), declared.contains(name) { return name }
        log.add(
            position, "there is no field \(quoted(text))",
            hint: Suggestion.nearest(to: text, among: declared.map(\.description)).map { "did you mean \(quoted($0))?" }
                ?? "write it as record.field")
        return nil
    }
}
