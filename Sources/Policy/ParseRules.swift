import VaultModel

extension PolicyParser {
    func read(_ node: PolicyNode) -> ReadRule? {
        let reader = MembersReader(
            node, "a read rule", names: ["record", "fields", "except", "form", "purposes", "approval", "break_glass"],
            log: log)
        let record = record(reader)
        let purposes = purposes(reader, isRequired: true)
        let form = reader.required("form", hint: "full, masked or match").flatMap { _ in
            reader.word("form", among: Form.allCases)
        }
        let approvals = reader.integer("approval", in: 0...9)
        guard reader.required("fields", hint: #"a list, or "*" in quotes"#) != nil, let record, let form,
            let fields = fields(reader, of: record)
        else { return nil }
        let breakGlass = breakGlass(reader)
        if !breakGlass.isEmpty, !needsApproval(fields, of: record, form: form, approvals) {
            log.add(
                reader.position(of: "break_glass"), #""break_glass" goes with approval"#,
                hint: "nothing here waits for an approval: leave one of them out, or write approval: 1")
        }
        return ReadRule(
            record: record.name, fields: fields, form: form, purposes: purposes, approvals: approvals,
            breakGlass: breakGlass)
    }

    /// Codes of emergencies: labels, e.g. `[threat-to-life]`.
    private func breakGlass(_ reader: MembersReader) -> [String] {
        (reader.words("break_glass") ?? []).compactMap { word in
            if Label.isValid(word.text) { return word.text }
            log.add(word.position, "\(quoted(word.text)) is not a code of an emergency", hint: labelHint)
            return nil
        }
    }

    /// Whether some read under a rule waits for another person.
    private func needsApproval(
        _ fields: Set<FieldName>, of record: RecordDefinition, form: Form, _ approvals: Int?
    ) -> Bool {
        if let approvals { return approvals > 0 }
        return form == .full && record.fields.contains { fields.contains($0.name) && $0.fieldClass.fullApprovals > 0 }
    }

    func write(_ node: PolicyNode) -> WriteRule? {
        let reader = MembersReader(
            node, "a write rule", names: ["record", "fields", "except", "purposes"], log: log)
        let purposes = purposes(reader, isRequired: false)
        guard let record = record(reader), let fields = fields(reader, of: record) else { return nil }
        return WriteRule(record: record.name, fields: fields, purposes: purposes)
    }

    /// A role may lend what it may itself see, in the form in which it sees it, no more.
    func delegation(_ node: PolicyNode, what: String, reads: [ReadRule]) -> DelegateRule? {
        let reader = MembersReader(
            node, "a delegate rule",
            names: ["record", "fields", "except", "form", "purposes", "to", "minutes", "max", "bound_to"], log: log)
        let record = record(reader)
        let purposes = purposes(reader, isRequired: true)
        let form = reader.word("form", among: Form.allCases) ?? .full
        let recipient = recipient(reader)
        let minutes = reader.required("minutes", hint: "how long a capability lives, e.g. minutes: 90").flatMap { _ in
            reader.integer("minutes", in: 1...1_440)
        }
        let uses = reader.required("max", hint: "how often it may be used, e.g. max: 5").flatMap { _ in
            reader.integer("max", in: 1...1_000)
        }
        let bound = boundTo(reader)
        guard reader.required("fields", hint: "the fields to lend") != nil, let record,
            let fields = fields(reader, of: record)
        else { return nil }
        for field in fields.sorted() where !reads.contains(where: { $0.fields.contains(field) && $0.form >= form }) {
            log.add(
                reader.position(of: "fields"),
                "\(what) cannot lend \(quoted(field.description)) in form \(form.rawValue)",
                hint: "a role lends only what its own read rules show it")
        }
        guard let recipient, let minutes, let uses else { return nil }
        return DelegateRule(
            record: record.name, fields: fields, purposes: purposes, form: form, to: recipient, minutes: minutes,
            maximumUses: uses, boundTo: bound)
    }

    private func record(_ reader: MembersReader) -> RecordDefinition? {
        guard reader.required("record", hint: "e.g. record: customer") != nil, let text = reader.text("record") else {
            return nil
        }
        return declaredRecord(text, at: reader.position(of: "record"))
    }

    func declaredRecord(_ text: String, at position: Position) -> RecordDefinition? {
        if let record = records.first(where: { $0.name == text }) { return record }
        log.add(
            position, "there is no record \(quoted(text))", hint: Suggestion.hint(for: text, among: records.map(\.name))
        )
        return nil
    }

    private func recipient(_ reader: MembersReader) -> RoleName? {
        guard reader.required("to", hint: "the role that borrows") != nil, let text = reader.text("to") else {
            return nil
        }
        return declaredRole(text, at: reader.position(of: "to"))
    }

    func declaredRole(_ text: String, at position: Position) -> RoleName? {
        if roleNames.contains(text), let role = RoleName(text) { return role }
        log.add(position, "there is no role \(quoted(text))", hint: Suggestion.hint(for: text, among: roleNames))
        return nil
    }

    private func boundTo(_ reader: MembersReader) -> String? {
        guard let text = reader.text("bound_to") else { return nil }
        return declaredRecord(text, at: reader.position(of: "bound_to"))?.name
    }

    func purposes(_ reader: MembersReader, isRequired: Bool) -> Set<Purpose> {
        if isRequired, reader.required("purposes", hint: "what the fields may be used for, e.g. [order]") == nil {
            return []
        }
        return Set((reader.words("purposes") ?? []).compactMap { declaredPurpose($0.text, at: $0.position) })
    }

    func declaredPurpose(_ text: String, at position: Position) -> Purpose? {
        if let purpose = purposes.first(where: { $0.text == text }) { return purpose }
        log.add(
            position, "there is no purpose \(quoted(text))",
            hint: Suggestion.hint(for: text, among: purposes.map(\.text)))
        return nil
    }

    /// The fields of a rule: a list, `"*"` with or without `except`, or all when the member is absent.
    private func fields(_ reader: MembersReader, of record: RecordDefinition) -> Set<FieldName>? {
        let all = Set(record.fields.map(\.name))
        let isAll = !reader.has("fields") || reader.node("fields")?.text == "*"
        guard isAll else {
            if reader.has("except") {
                log.add(
                    reader.position(of: "except"), #""except" goes with fields: "*""#, hint: "leave one of them out")
            }
            return names(reader, "fields", of: record)
        }
        guard reader.has("except") else { return all }
        let rest = all.subtracting(names(reader, "except", of: record) ?? [])
        if rest.isEmpty { log.add(reader.position(of: "except"), "this leaves no field", hint: "leave the rule out") }
        return rest
    }

    private func names(_ reader: MembersReader, _ member: String, of record: RecordDefinition) -> Set<FieldName>? {
        guard let words = reader.words(member) else { return nil }
        let shorts = record.fields.map(\.name.field)
        var names: Set<FieldName> = []
        for word in words {
            if let field = record.field(named: word.text) {
                names.insert(field.name)
            } else {
                log.add(
                    word.position, "record \(quoted(record.name)) has no field \(quoted(word.text))",
                    hint: Suggestion.hint(for: word.text, among: shorts))
            }
        }
        return names
    }
}
