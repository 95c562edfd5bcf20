import VaultModel

/// A policy as sentences, one for each thing it says: what `explain` quotes and `difference` compares.
extension PolicyDocument {
    /// Every sentence, in the order of the file.
    var statements: [String] {
        generalStatements + classes.map(Self.statement) + purposes.map { "purpose \($0)" }
            + records.flatMap(Self.statements) + roles.flatMap(statements) + duties.map(Self.statement)
    }

    private var generalStatements: [String] {
        [
            "trade \(trade)", "region \(region)", "rights fall due for review after \(reviewDays) days",
            "imports can be taken back for \(undoHours) hours",
            "an erasure can be taken back for \(erasure.undoHours) hours; beyond \(erasure.dailyLimit) a day it takes another "
                + "person's approval and waits \(erasure.queueHours) hours",
            "an approval without a second person waits \(soloWaitHours) hours",
            "log entries are kept \(logRetention.coreMonths) months, whom they name and their signatures "
                + "\(logRetention.detailMonths)",
        ]
    }

    private static func statement(_ entry: FieldClass) -> String {
        "class \(entry.name): " + (entry.isPersonal ? "personal" : "not personal")
            + ", shown \(entry.defaultForm.rawValue) by default"
            + (entry.fullApprovals > 0 ? ", full after \(count(entry.fullApprovals, "approval"))" : "")
    }

    private static func statements(_ record: RecordDefinition) -> [String] {
        let kept = record.retention.map { term in
            "kept \(term.count) \(term.unit.rawValue) after \(term.after.rawValue)"
        }
        return ["record \(record.name): \(kept ?? "kept until erased")"] + record.fields.map(statement)
    }

    static func statement(_ field: FieldDefinition) -> String {
        var parts = ["type \(field.type.rawValue)", "class \(field.fieldClass.name)", "mask \(field.mask.rawValue)"]
        if field.isRequired { parts.append("required") }
        if field.isMany { parts.append("many") }
        if let index = field.index { parts.append("index \(index.kind.rawValue) of \(index.bits) bits") }
        if !field.values.isEmpty { parts.append("values " + field.values.joined(separator: " ")) }
        return "field \(field.name): " + parts.joined(separator: ", ")
    }

    private func statements(_ role: RoleDefinition) -> [String] {
        let limits = role.limits
        var lines = [
            "role \(role.name)",
            "role \(role.name) opens at most \(limits.opensPer10Minutes) in 10 minutes and \(limits.opensPerDay) a day, "
                + "lists \(limits.listRows) rows",
        ]
        lines += role.lookups.map { "role \(role.name) looks up by \($0.rawValue)" }
        for rule in role.reads { lines += inFileOrder(rule.fields).map { Self.statement(role, rule, $0) } }
        for rule in role.writes { lines += inFileOrder(rule.fields).map { Self.statement(role, rule, $0) } }
        for rule in role.delegations { lines += inFileOrder(rule.fields).map { Self.statement(role, rule, $0) } }
        lines += role.proposals.map { "role \(role.name) proposes \($0)" }
        lines += role.templates.map { "role \(role.name) has \($0) sent" }
        if let group = role.minimumGroup {
            lines.append("role \(role.name) sees statistics of groups of \(group) or more")
        }
        for group in RightGroup.allCases {
            let verbs = role.verbs[group] ?? []
            if verbs.contains(RightGroup.granted) { lines.append("role \(role.name) may \(group.rawValue)") }
            lines += group.verbs.filter(verbs.contains).map { "role \(role.name) may \(group.rawValue): \($0)" }
        }
        return lines
    }

    static func statement(_ role: RoleDefinition, _ rule: ReadRule, _ field: FieldName) -> String {
        "role \(role.name) reads \(field) as \(rule.form.rawValue) for \(list(rule.purposes))"
            + (rule.approvals.map { " after \(count($0, "approval"))" } ?? "")
            + (rule.breakGlass.isEmpty
                ? "" : ", at once in an emergency, to be reviewed: " + rule.breakGlass.joined(separator: ", "))
    }

    static func statement(_ role: RoleDefinition, _ rule: WriteRule, _ field: FieldName) -> String {
        "role \(role.name) writes \(field)" + (rule.purposes.isEmpty ? "" : " for \(list(rule.purposes))")
    }

    static func statement(_ role: RoleDefinition, _ rule: DelegateRule, _ field: FieldName) -> String {
        "role \(role.name) lends \(field) as \(rule.form.rawValue) to \(rule.to) for \(list(rule.purposes)), "
            + "\(rule.minutes) minutes and \(rule.maximumUses) uses at most"
            + (rule.boundTo.map { ", bound to one \($0)" } ?? "")
    }

    static func statement(_ duty: Duty) -> String {
        let schedule =
            switch duty.schedule {
            case .everyDays(let days, let start): "every \(days) days after \(name(start))"
            case .withinHours(let hours, let start): "within \(hours) hours of \(name(start))"
            case .yearly(let field): "every year on \(field)"
            }
        return "duty \(duty.name): role \(duty.role), \(duty.record), \(schedule)"
            + (duty.purpose.map { ", for \($0)" } ?? "") + (duty.needsConsent.map { ", with \($0)" } ?? "")
    }

    private static func name(_ start: Duty.DutyField) -> String {
        switch start {
        case .builtIn(let time): time.rawValue
        case .field(let field): field.description
        }
    }

    private func inFileOrder(_ names: Set<FieldName>) -> [FieldName] {
        records.flatMap(\.fields).map(\.name).filter(names.contains)
    }

    private static func list(_ purposes: Set<Purpose>) -> String {
        purposes.sorted().map(\.text).joined(separator: ", ")
    }

    static func count(_ number: Int, _ noun: String) -> String {
        number == 0 ? "no \(noun)" : "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
