import Yams

/// YAML to `PolicyNode`, the only importer of Yams.
///
/// Yams by itself accepts aliases and merge keys without a word, and gives no line for a wrong type; its composed
/// nodes carry line and column, so the tree is walked here, and anything beyond plain YAML is refused.
enum PolicyYAML {
    /// A policy file may have so many bytes; the shipped ones have under 20 KiB.
    static let maximumBytes = 256 * 1_024

    /// The tree of a file, or nil when it cannot be read at all; why is in `log`.
    static func tree(_ bytes: [UInt8], log: ProblemLog) -> PolicyNode? {
        guard bytes.count <= maximumBytes else {
            log.add(.start, "the file has \(bytes.count) bytes", hint: "a policy may have \(maximumBytes) at most")
            return nil
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            log.add(firstMalformedLine(bytes), "this line is not UTF-8", hint: "save the file as UTF-8")
            return nil
        }
        let lines = YAMLGuard.lines(of: text)
        guard YAMLGuard.check(lines, log: log) else { return nil }
        do {
            guard let root = try Yams.compose(yaml: text, .default, .default, .utf8) else {
                log.add(.start, "the file is empty", hint: "begin with version: 1; policies/ holds complete examples")
                return nil
            }
            return Walker(lines: lines, log: log).node(root)
        } catch {
            report(error, log: log)
            return nil
        }
    }

    private static func firstMalformedLine(_ bytes: [UInt8]) -> Position {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let index = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
        return Position(line: (index ?? 0) + 1, column: 1)
    }

    private static func report(_ error: any Error, log: ProblemLog) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            log.add(
                Position(line: mark.line, column: mark.column), "this is not YAML: \(problem)",
                hint: "check the indentation, the quotes and the brackets around here")
        case .duplicatedKeysInMapping(let names, let context):
            log.add(
                Position(line: context.mark.line, column: context.mark.column),
                "\(names.sorted().map(quoted).joined(separator: ", ")) appears twice among these members",
                hint: "keep one of them")
        case .reader(let problem, _, _, _):
            log.add(.start, "this is not YAML: \(problem)", hint: "an invisible control character may be in the file")
        default:
            log.add(.start, "this is not YAML", hint: "")
        }
    }

    /// Turns composed nodes into ours.
    private struct Walker {
        let lines: [[Unicode.Scalar]]
        let log: ProblemLog

        func node(_ node: Node) -> PolicyNode {
            let position = Position(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
            refuseProperties(at: position)
            switch node {
            case .scalar(let scalar):
                return PolicyNode(kind: .text(scalar.string, isPlain: scalar.style == .plain), position: position)
            case .sequence(let sequence):
                return PolicyNode(kind: .list(sequence.map { self.node($0) }), position: position)
            case .mapping(let mapping):
                return PolicyNode(kind: .members(members(mapping)), position: position)
            case .alias:
                log.add(position, "an alias", hint: YAMLGuard.aliasHint)
                return PolicyNode(kind: .text("", isPlain: true), position: position)
            }
        }

        private func members(_ mapping: Node.Mapping) -> [(name: PolicyNode, value: PolicyNode)] {
            var seen: Set<String> = []
            var members: [(name: PolicyNode, value: PolicyNode)] = []
            for (key, value) in mapping {
                let name = node(key)
                guard let text = name.text else {
                    log.add(name.position, "a member's name must be a word, not \(name.noun)", hint: "")
                    continue
                }
                if text == "<<" {
                    log.add(name.position, "a merge key", hint: YAMLGuard.aliasHint)
                } else if !seen.insert(text).inserted {
                    log.add(
                        name.position, "\(quoted(text)) appears twice among these members", hint: "keep one of them")
                } else {
                    members.append((name, node(value)))
                }
            }
            return members
        }

        /// The mark of a node with an anchor or a tag points at it, whatever Yams made of them.
        private func refuseProperties(at position: Position) {
            guard lines.indices.contains(position.line - 1),
                lines[position.line - 1].indices.contains(position.column - 1)
            else { return }
            YAMLGuard.refuse(lines[position.line - 1][position.column - 1], at: position, log: log)
        }
    }
}
