import VaultModel

extension PolicyParser {
    /// The kinds of records. Every policy has `customer`: lookups, erasure and the log are about customers.
    func records(_ top: MembersReader) -> [RecordDefinition] {
        guard let node = top.required("records", hint: "at least records: {customer: …}") else { return [] }
        let members = MembersReader.members(of: node, "records", log: log)
        if !members.contains(where: { $0.name.text == "customer" }) {
            log.add(node.position, "there is no record \"customer\"", hint: "every policy declares it")
        }
        return members.compactMap { name, value in
            guard let text = declared(name, "record", Label.isMember, hint: memberHint) else { return nil }
            return record(text, value)
        }
    }

    private func record(_ name: String, _ node: PolicyNode) -> RecordDefinition {
        let what = "record \(quoted(name))"
        let reader = MembersReader(node, what, names: ["required", "retention", "fields"], log: log)
        var fieldNodes: [(name: PolicyNode, value: PolicyNode)] = []
        if let fields = reader.required("fields", hint: "what the record holds") {
            fieldNodes = MembersReader.members(of: fields, "the fields of \(what)", log: log)
            if fieldNodes.isEmpty { log.add(fields.position, "\(what) has no fields", hint: "") }
        }
        let names = fieldNodes.compactMap(\.name.text)
        var required: Set<String> = []
        for word in reader.words("required") ?? [] {
            if names.contains(word.text) {
                required.insert(word.text)
            } else {
                log.add(
                    word.position, "\(what) has no field \(quoted(word.text))",
                    hint: Suggestion.hint(for: word.text, among: names))
            }
        }
        let fields = fieldNodes.compactMap { key, value -> FieldDefinition? in
            guard let text = declared(key, "field", Label.isMember, hint: memberHint),
                let field = FieldName(record: name, field: text)
            else { return nil }
            return self.field(field, value, at: key.position, isRequired: required.contains(text))
        }
        return RecordDefinition(name: name, retention: retention(reader, what), fields: fields)
    }

    private func retention(_ record: MembersReader, _ what: String) -> Retention? {
        guard let node = record.node("retention") else { return nil }
        let units = Retention.Unit.allCases
        let reader = MembersReader(
            node, "the retention of \(what)", names: ["after"] + units.map(\.rawValue), log: log)
        guard reader.required("after", hint: "e.g. {after: last_activity, years: 3}") != nil else { return nil }
        let after = reader.word("after", among: Retention.Start.allCases)
        let given = units.filter { reader.has($0.rawValue) }
        guard given.count == 1, let unit = given.first else {
            if !reader.isExcused(units.map(\.rawValue)) {
                log.add(
                    node.position, "the retention of \(what) needs one term",
                    hint: "one of days, months and years, e.g. years: 3")
            }
            return nil
        }
        let count = reader.integer(unit.rawValue, in: 1...(unit == .days ? 36_500 : unit == .months ? 1_200 : 100))
        guard let after, let count else { return nil }
        return Retention(after: after, count: count, unit: unit)
    }

    private func field(
        _ name: FieldName, _ node: PolicyNode, at position: Position, isRequired: Bool
    ) -> FieldDefinition? {
        let what = "field \(quoted(name.description))"
        let reader = MembersReader(
            node, what, names: ["type", "class", "mask", "many", "index", "values"], log: log)
        let typeNames = FieldType.allCases.map(\.rawValue).joined(separator: ", ")
        guard reader.required("type", hint: "one of: " + typeNames) != nil,
            reader.required("class", hint: "one of: " + classes.map(\.name).joined(separator: ", ")) != nil,
            let type = reader.word("type", among: FieldType.allCases), let fieldClass = fieldClass(reader)
        else { return nil }
        let isPersonalType = [.name, .phone, .address, .email, .idNumber, .consent].contains(type)
        if isPersonalType, !fieldClass.isPersonal {
            log.add(
                reader.position(of: "class"),
                "class \(quoted(fieldClass.name)) is not personal, but \(quoted(type.rawValue)) is about a person",
                hint: "it would outlive an erasure: choose another class")
        }
        return FieldDefinition(
            name: name, type: type, fieldClass: fieldClass, mask: mask(reader, type, fieldClass, what),
            isMany: reader.boolean("many") ?? false, isRequired: isRequired, index: index(reader, type),
            values: values(reader, type, what))
    }

    private func fieldClass(_ reader: MembersReader) -> FieldClass? {
        guard let text = reader.text("class") else { return nil }
        if let found = classes.first(where: { $0.name == text }) { return found }
        log.add(
            reader.position(of: "class"), "there is no class \(quoted(text))",
            hint: Suggestion.hint(for: text, among: classes.map(\.name)))
        return nil
    }

    private func mask(_ reader: MembersReader, _ type: FieldType, _ fieldClass: FieldClass, _ what: String) -> Mask {
        let silent: Mask = fieldClass.isPersonal || !type.masks.contains(.none) ? .all : .none
        guard let mask = reader.word("mask", among: Mask.allCases) else { return silent }
        if !type.masks.contains(mask) {
            log.add(
                reader.position(of: "mask"),
                "mask \(quoted(mask.rawValue)) does not suit type \(quoted(type.rawValue))",
                hint: "one of: " + type.masks.map(\.rawValue).joined(separator: ", "))
        }
        return mask
    }

    private func index(_ reader: MembersReader, _ type: FieldType) -> FieldIndex? {
        guard let node = reader.node("index") else { return nil }
        let inner = MembersReader(node, "an index", names: ["kind", "bits"], log: log)
        guard inner.required("kind", hint: "e.g. {kind: equality, bits: 10}") != nil,
            inner.required("bits", hint: "10 up to half a million customers, 12 above") != nil,
            let kind = inner.word("kind", among: IndexKind.allCases), let bits = inner.integer("bits", in: 8...16)
        else { return nil }
        if type.indexKinds.contains(kind) { return FieldIndex(kind: kind, bits: bits) }
        let kinds = type.indexKinds.map { "kind: " + $0.rawValue }.joined(separator: " or ")
        log.add(
            inner.position(of: "kind"),
            "index kind \(quoted(kind.rawValue)) does not suit type \(quoted(type.rawValue))",
            hint: kinds.isEmpty ? "leave the index out: such values are not searched by index" : "write " + kinds)
        return nil
    }

    private func values(_ reader: MembersReader, _ type: FieldType, _ what: String) -> [String] {
        guard type == .enumeration else {
            if reader.has("values") {
                log.add(
                    reader.position(of: "values"), "only type \"enum\" has values",
                    hint: "leave them out, or write type: enum")
            }
            return []
        }
        guard reader.required("values", hint: "e.g. values: [phone, walk-in]") != nil else { return [] }
        return (reader.words("values") ?? []).compactMap { word in
            if Label.isValid(word.text) { return word.text }
            log.add(word.position, "\(quoted(word.text)) cannot be a value of \(what)", hint: labelHint)
            return nil
        }
    }
}
