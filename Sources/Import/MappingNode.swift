private import Yams

/// Where something stands in a mapping file, counted from 1.
struct MappingPlace {
    let line: Int
    let column: Int
}

/// The problems found so far.
struct MappingProblems {
    private(set) var list: [MappingProblem] = []

    var inOrder: [MappingProblem] { list.sorted { ($0.line, $0.column) < ($1.line, $1.column) } }

    mutating func add(_ place: MappingPlace, _ problem: String, _ hint: String) {
        list.append(MappingProblem(line: place.line, column: place.column, problem: problem, hint: hint))
    }
}

/// A YAML value of the three plain kinds, with its place. Anchors, aliases, tags and merges never get this far.
struct MappingNode {
    enum Content {
        case text(String)
        case list([MappingNode])
        case members([(key: MappingNode, value: MappingNode)])
    }

    let place: MappingPlace
    let content: Content

    /// The text of a plain value, nil for a list or a mapping.
    var text: String? {
        guard case .text(let text) = content else { return nil }
        return text
    }

    /// The members of a mapping, each of them known and none twice; nil, with a problem noted, for anything else.
    func members(_ known: [String], _ problems: inout MappingProblems) -> MappingMembers? {
        guard case .members(let pairs) = content else {
            problems.add(place, "not a mapping", "write members: \(known.joined(separator: ", "))")
            return nil
        }
        var members = MappingMembers(place: place)
        for (key, value) in pairs {
            guard let name = key.text, known.contains(name) else {
                problems.add(key.place, "unknown member", "known here: \(known.joined(separator: ", "))")
                continue
            }
            members.values[name] = value
        }
        return members
    }

    /// The elements of a list of texts that are not empty; nil, with a problem noted, for anything else.
    func texts(_ problems: inout MappingProblems) -> [String]? {
        guard case .list(let nodes) = content, !nodes.isEmpty else {
            problems.add(place, "not a list", "write one or more values in brackets: [a, b]")
            return nil
        }
        var texts: [String] = []
        for node in nodes {
            guard let text = node.text, !text.isEmpty else {
                problems.add(node.place, "not a text", "write a plain or quoted value")
                return nil
            }
            texts.append(text)
        }
        return texts
    }
}

/// The members of one mapping, fetched by name.
struct MappingMembers {
    let place: MappingPlace
    var values: [String: MappingNode] = [:]

    func place(of name: String) -> MappingPlace { values[name]?.place ?? place }

    /// A required text.
    func text(_ name: String, _ problems: inout MappingProblems) -> String? {
        guard let node = values[name] else {
            problems.add(place, "\(name) is missing", "add \(name): …")
            return nil
        }
        guard let text = node.text, !text.isEmpty else {
            problems.add(node.place, "\(name) is not a text", "write a plain or quoted value")
            return nil
        }
        return text
    }

    /// A required list.
    func sequence(_ name: String, _ problems: inout MappingProblems) -> [MappingNode]? {
        guard let node = values[name] else {
            problems.add(place, "\(name) is missing", "add \(name): and a list below it")
            return nil
        }
        guard case .list(let nodes) = node.content else {
            problems.add(node.place, "\(name) is not a list", "write one line \"- {…}\" for each column")
            return nil
        }
        return nodes
    }

    /// A flag that need not be there.
    func flag(_ name: String, _ problems: inout MappingProblems) -> Bool {
        guard let node = values[name] else { return false }
        switch node.text {
        case "true": return true
        case "false": return false
        default:
            problems.add(node.place, "\(name) is neither true nor false", "write \(name): true, or leave it out")
            return false
        }
    }
}

extension MappingNode {
    /// The document's root; nil, with a problem noted, when it is not plain YAML.
    static func root(_ bytes: [UInt8], _ problems: inout MappingProblems) -> MappingNode? {
        let start = MappingPlace(line: 1, column: 1)
        guard bytes.count <= ImportLimits.mappingBytes, let text = String(validating: bytes, as: UTF8.self) else {
            problems.add(
                start, "not UTF-8 of at most \(ImportLimits.mappingBytes / 1_024) KiB", "is this a mapping file?")
            return nil
        }
        do {
            let parser = try Parser(yaml: text, encoding: .utf8)
            guard let root = try parser.singleRoot() else {
                problems.add(start, "the file is empty", "begin with version: 1")
                return nil
            }
            // Nodes hold their anchors weakly; the parser keeps them alive, and an anchor must be seen to be refused.
            return withExtendedLifetime(parser) { plain(root, start, &problems) }
        } catch {
            let (place, problem) = Self.describe(error)
            problems.add(place, problem, "see the YAML syntax of the maps that ship with Coffer")
            return nil
        }
    }

    private static func plain(
        _ node: Node, _ parent: MappingPlace, _ problems: inout MappingProblems
    ) -> MappingNode? {
        let place = node.mark.map { MappingPlace(line: $0.line, column: $0.column) } ?? parent
        guard node.anchor == nil else {
            problems.add(place, "anchors and aliases are not allowed", "write the value out")
            return nil
        }
        switch node {
        case .alias:
            problems.add(place, "anchors and aliases are not allowed", "write the value out")
            return nil
        case .scalar(let scalar):
            return MappingNode(place: place, content: .text(scalar.string))
        case .sequence(let sequence):
            var nodes: [MappingNode] = []
            for element in sequence {
                guard let element = plain(element, place, &problems) else { return nil }
                nodes.append(element)
            }
            return MappingNode(place: place, content: .list(nodes))
        case .mapping(let mapping):
            var pairs: [(key: MappingNode, value: MappingNode)] = []
            for (key, value) in mapping {
                guard let key = plain(key, place, &problems), let value = plain(value, place, &problems) else {
                    return nil
                }
                pairs.append((key, value))
            }
            return MappingNode(place: place, content: .members(pairs))
        }
    }

    /// Yams puts the text of the file into its descriptions; only its words and the place are repeated here.
    private static func describe(_ error: any Error) -> (MappingPlace, String) {
        let start = MappingPlace(line: 1, column: 1)
        func at(_ mark: Mark) -> MappingPlace { MappingPlace(line: max(mark.line, 1), column: max(mark.column, 1)) }
        return switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            (at(mark), problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            (at(context.mark), "repeated member: \(duplicates.joined(separator: ", "))")
        case .reader(let problem, _, _, _): (start, problem)
        default: (start, "not YAML")
        }
    }
}
