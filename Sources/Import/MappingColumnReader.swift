private import VaultModel

/// Reads one element of `columns` in a mapping file.
enum MappingColumnReader {
    private static let members = [
        "header", "aliases", "field", "ignore", "optional", "dates", "datetimes", "values", "split",
    ]

    static func read(_ node: MappingNode, _ problems: inout MappingProblems) -> MappingFile.Column? {
        guard let members = node.members(members, &problems) else { return nil }
        let header = members.text("header", &problems)
        let aliases = members.values["aliases"].map { $0.texts(&problems) ?? [] } ?? []
        let isOptional = members.flag("optional", &problems)
        guard let header, let use = use(members, &problems) else { return nil }
        return MappingFile.Column(header: header, aliases: aliases, isOptional: isOptional, use: use)
    }

    private static func use(_ members: MappingMembers, _ problems: inout MappingProblems) -> MappingFile.Use? {
        if members.flag("ignore", &problems) {
            for name in ["field", "dates", "datetimes", "values", "split"] where members.values[name] != nil {
                problems.add(members.place(of: name), "\(name) of an ignored column", "remove it, or remove ignore")
            }
            return .ignore
        }
        guard let field = members.values["field"] else {
            problems.add(members.place, "field is missing", "add field: …, or ignore: true")
            return nil
        }
        guard let name = field.text, isField(name) else {
            problems.add(field.place, "not a field's name", MappingFile.memberHint + ": field or record.field")
            return nil
        }
        guard let transform = transform(members, &problems), let separators = separators(members, &problems) else {
            return nil
        }
        return .field(name, transform, separators: separators)
    }

    private static func isField(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count <= 2 && parts.allSatisfy { Label.isMember(String($0)) }
    }

    private static func transform(
        _ members: MappingMembers, _ problems: inout MappingProblems
    ) -> MappingFile.Transform? {
        let present = ["dates", "datetimes", "values"].filter { members.values[$0] != nil }
        if present.count > 1 {
            problems.add(members.place(of: present[1]), "two ways to read the same cell", "keep one of them")
            return nil
        }
        if let node = members.values["dates"] {
            return formats(node, time: false, &problems).map { .date($0) }
        }
        if let node = members.values["datetimes"] {
            return formats(node, time: true, &problems).map { .dateTime($0) }
        }
        if let node = members.values["values"] { return values(node, &problems).map { .values($0) } }
        return .text
    }

    private static func formats(
        _ node: MappingNode, time: Bool, _ problems: inout MappingProblems
    ) -> [String]? {
        guard let formats = node.texts(&problems) else { return nil }
        for format in formats {
            if let problem = DateFormat.problem(in: format, time: time) {
                problems.add(node.place, "the date format \"\(format)\" \(problem)", DateFormat.hint(time: time))
                return nil
            }
        }
        return formats
    }

    private static func values(_ node: MappingNode, _ problems: inout MappingProblems) -> [String: String]? {
        guard case .members(let pairs) = node.content, !pairs.isEmpty else {
            problems.add(node.place, "values is not a mapping", "write {text in the file: value, …}")
            return nil
        }
        var values: [String: String] = [:]
        for (key, value) in pairs {
            guard let key = key.text, let value = value.text, !key.isEmpty, !value.isEmpty else {
                problems.add(node.place, "values has something that is not a text", "write {text in the file: value}")
                return nil
            }
            values[key] = value
        }
        return values
    }

    private static func separators(
        _ members: MappingMembers, _ problems: inout MappingProblems
    ) -> [Character]? {
        guard let node = members.values["split"] else { return [] }
        guard let texts = node.texts(&problems) else { return nil }
        for text in texts where text.count != 1 || text.allSatisfy({ $0.isLetter || $0.isNumber }) {
            problems.add(node.place, "a separator is one sign, no letter and no digit", "e.g. split: [\";\", \"/\"]")
            return nil
        }
        return texts.flatMap { Array($0) }
    }
}
