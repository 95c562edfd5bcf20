private import Primitives
private import VaultModel

extension MappingFile {
    /// Reads a mapping file strictly: what it does not know it refuses, with line, column and a hint.
    ///
    /// - Parameter file: the name under which problems are reported.
    public static func parse(_ bytes: [UInt8], file: String) throws(MappingRefusal) -> MappingFile {
        var problems = MappingProblems()
        guard let root = MappingNode.root(bytes, &problems), let mapping = read(root, bytes, &problems),
            problems.list.isEmpty
        else { throw MappingRefusal(file: file, problems: problems.inOrder) }
        return mapping
    }

    private static func read(
        _ root: MappingNode, _ bytes: [UInt8], _ problems: inout MappingProblems
    ) -> MappingFile? {
        guard let members = root.members(["version", "record", "columns"], &problems) else { return nil }
        if let version = members.text("version", &problems), version != "1" {
            problems.add(members.place(of: "version"), "unknown version", "this program reads version: 1")
        }
        let record = members.text("record", &problems)
        if let record, !Label.isMember(record) {
            problems.add(members.place(of: "record"), "not a record's name", memberHint)
        }
        guard let list = members.sequence("columns", &problems) else { return nil }
        let columns = list.compactMap { MappingColumnReader.read($0, &problems) }
        check(columns, list, &problems)
        guard let record else { return nil }
        return MappingFile(record: record, columns: columns, sha256: SHA256.hash(bytes))
    }

    /// What no column can see alone: headers used twice, fields filled twice.
    private static func check(_ columns: [Column], _ nodes: [MappingNode], _ problems: inout MappingProblems) {
        guard columns.count == nodes.count else { return }
        if columns.isEmpty {
            problems.add(MappingPlace(line: 1, column: 1), "no columns", "list at least one column with a field")
        }
        var headers: Set<String> = []
        var single: Set<String> = []
        var many: Set<String> = []
        for (column, node) in zip(columns, nodes) {
            for name in column.names where !headers.insert(name).inserted {
                problems.add(node.place, "the header \"\(name)\" stands twice", "name each header and alias once")
            }
            guard case .field(let field, _, let separators) = column.use else { continue }
            if single.contains(field) || (many.contains(field) && separators.isEmpty) {
                problems.add(
                    node.place, "two columns fill the field \(field)",
                    "give each of them split: [..], which makes the field one of many values")
            }
            if separators.isEmpty { single.insert(field) } else { many.insert(field) }
        }
    }

    static let memberHint = "lower-case letters, digits and _, as the policy writes it"
}
