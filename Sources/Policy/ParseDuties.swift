import VaultModel

extension PolicyParser {
    private static let names = [
        "name", "on", "every_days", "within_hours", "field", "date", "role", "purpose", "needs_consent",
    ]

    func duties(_ top: MembersReader) -> [Duty] {
        var seen: Set<String> = []
        return top.list("duties").compactMap { node in
            let reader = MembersReader(node, "a duty", names: Self.names, log: log)
            let record = reader.required("on", hint: "the record it is about").flatMap { _ in reader.text("on") }
                .flatMap { declaredRecord($0, at: reader.position(of: "on")) }
            let role = reader.required("role", hint: "who does it").flatMap { _ in reader.text("role") }
                .flatMap { declaredRole($0, at: reader.position(of: "role")) }
            let purpose = reader.text("purpose").flatMap { declaredPurpose($0, at: reader.position(of: "purpose")) }
            guard reader.required("name", hint: "e.g. name: quarterly-check") != nil, let name = reader.text("name")
            else {
                return nil
            }
            if !Label.isValid(name) {
                log.add(reader.position(of: "name"), "\(quoted(name)) is not a name for a duty", hint: labelHint)
            } else if !seen.insert(name).inserted {
                log.add(
                    reader.position(of: "name"), "there is another duty \(quoted(name))", hint: "rename one of them")
            }
            guard let record, let schedule = schedule(reader, record) else { return nil }
            let consent = consent(reader, record)
            guard let role else { return nil }
            return Duty(
                name: name, record: record.name, schedule: schedule, role: role, purpose: purpose, needsConsent: consent
            )
        }
    }

    /// Exactly one of `every_days` with `field`, `within_hours` with `field`, and `date`.
    private func schedule(_ reader: MembersReader, _ record: RecordDefinition) -> Duty.Schedule? {
        let given = ["every_days", "within_hours", "date"].filter(reader.has)
        guard given.count == 1 else {
            if !reader.isExcused(["every_days", "within_hours", "date"]) {
                log.add(
                    reader.position, "a duty needs one schedule", hint: "one of every_days, within_hours and date")
            }
            return nil
        }
        if given[0] == "date" {
            if reader.has("field") {
                log.add(reader.position(of: "field"), "\"field\" does not go with \"date\"", hint: "leave it out")
            }
            return reader.text("date").flatMap { short in
                timeField(short, of: record, among: [.date], at: reader.position(of: "date")).map { .yearly($0) }
            }
        }
        guard reader.required("field", hint: "the time it counts from, e.g. field: verified_at") != nil,
            let short = reader.text("field")
        else { return nil }
        let start: Duty.DutyField
        if let builtIn = Duty.BuiltInTime(rawValue: short) {
            start = .builtIn(builtIn)
        } else if let field = timeField(short, of: record, among: [.date, .datetime], at: reader.position(of: "field"))
        {
            start = .field(field)
        } else {
            return nil
        }
        if given[0] == "every_days" {
            return reader.integer("every_days", in: 1...3_660).map { .everyDays($0, field: start) }
        }
        return reader.integer("within_hours", in: 1...8_760).map { .withinHours($0, field: start) }
    }

    private func timeField(
        _ short: String, of record: RecordDefinition, among types: [FieldType], at position: Position
    ) -> FieldName? {
        if let field = record.field(named: short), types.contains(field.type) { return field.name }
        let candidates =
            record.fields.filter { types.contains($0.type) }.map(\.name.field)
            + (types.contains(.datetime) ? Duty.BuiltInTime.allCases.map(\.rawValue) : [])
        let kind = types.map(\.rawValue).joined(separator: " or ")
        log.add(
            position, "record \(quoted(record.name)) has no field \(quoted(short)) of type \(kind)",
            hint: Suggestion.hint(for: short, among: candidates))
        return nil
    }

    /// A consent field of the duty's own record or of the customer's.
    private func consent(_ reader: MembersReader, _ record: RecordDefinition) -> FieldName? {
        guard let short = reader.text("needs_consent") else { return nil }
        let customer = records.first { $0.name == "customer" }
        for candidate in [record, customer].compactMap({ $0 }) {
            if let field = candidate.field(named: short), field.type == .consent { return field.name }
        }
        let candidates = (record.fields + (customer?.fields ?? [])).filter { $0.type == .consent }.map(\.name.field)
        log.add(
            reader.position(of: "needs_consent"), "there is no consent \(quoted(short))",
            hint: Suggestion.hint(for: short, among: candidates))
        return nil
    }
}
