/// Reads the members of one node strictly: unknown members are reported at once, each value is asked for by type, and
/// every mistake is reported where it stands. A reader always answers; what could not be read is nil.
struct MembersReader {
    /// Where to report a member that is missing.
    let position: Position
    private let log: ProblemLog
    private let what: String
    private let values: [String: PolicyNode]
    /// Members that look as if they were there under a wrong name, or all of them when the node has no members: their
    /// absence was reported already.
    private let excused: Set<String>

    /// - Parameters:
    ///   - what: what the members describe, for messages: `role "courier"`.
    ///   - names: the members that may appear.
    init(_ node: PolicyNode, _ what: String, names: [String], log: ProblemLog) {
        position = node.position
        self.log = log
        self.what = what
        var values: [String: PolicyNode] = [:]
        var excused: Set<String> = []
        if case .members = node.kind {} else { excused = Set(names) }
        for (name, value) in Self.members(of: node, what, log: log) {
            guard let text = name.text else { continue }
            if names.contains(text) {
                values[text] = value
            } else {
                log.add(
                    name.position, "\(what) has no member \(quoted(text))",
                    hint: Suggestion.hint(for: text, among: names))
                if let meant = Suggestion.nearest(to: text, among: names) { excused.insert(meant) }
            }
        }
        self.values = values
        self.excused = excused
    }

    /// The members of a node whose names are free; empty, and reported, when it has none to have.
    static func members(
        of node: PolicyNode, _ what: String, log: ProblemLog
    ) -> [(name: PolicyNode, value: PolicyNode)] {
        if case .members(let members) = node.kind { return members }
        log.add(node.position, "\(what) needs members, not \(node.noun)", hint: "write them as name: value")
        return []
    }

    func has(_ name: String) -> Bool { values[name] != nil }

    /// Whether any of these members is missing for a reason already reported.
    func isExcused(_ names: [String]) -> Bool { !excused.isDisjoint(with: names) }

    func node(_ name: String) -> PolicyNode? { values[name] }

    func position(of name: String) -> Position { values[name]?.position ?? position }

    /// The node of a member that must be there.
    func required(_ name: String, hint: String = "") -> PolicyNode? {
        if let value = values[name] { return value }
        if !excused.contains(name) {
            log.add(position, "\(what) lacks \(quoted(name))", hint: hint)
        }
        return nil
    }

    func text(_ name: String) -> String? {
        guard let node = values[name] else { return nil }
        guard let text = node.text else {
            log.add(node.position, "\(quoted(name)) needs one word, not \(node.noun)", hint: "")
            return nil
        }
        return text
    }

    /// One of a few words.
    func word<T: RawRepresentable>(_ name: String, among words: [T]) -> T? where T.RawValue == String {
        guard let text = text(name) else { return nil }
        if let word = words.first(where: { $0.rawValue == text }) { return word }
        log.add(
            position(of: name), "\(quoted(name)) cannot be \(quoted(text))",
            hint: Suggestion.hint(for: text, among: words.map(\.rawValue)))
        return nil
    }

    /// A whole number, written in digits without leading zeros.
    func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let node = values[name] else { return nil }
        guard let text = node.plainText, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text),
            String(number) == text
        else {
            log.add(node.position, "\(quoted(name)) needs a whole number", hint: "digits only, without quotes")
            return nil
        }
        guard range.contains(number) else {
            log.add(
                node.position, "\(quoted(name)) cannot be \(number)",
                hint: "from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// `true` or `false`; YAML's other spellings are refused, because `no` is also Norway.
    func boolean(_ name: String) -> Bool? {
        guard let node = values[name] else { return nil }
        switch node.plainText {
        case "true": return true
        case "false": return false
        default:
            log.add(node.position, "\(quoted(name)) needs true or false", hint: "write true or false, without quotes")
            return nil
        }
    }

    /// A list of words, none twice, each with its place. Reported when empty.
    func words(_ name: String) -> [(text: String, position: Position)]? {
        guard let node = values[name] else { return nil }
        guard case .list(let nodes) = node.kind else {
            log.add(node.position, "\(quoted(name)) needs a list, not \(node.noun)", hint: "write [one, two]")
            return nil
        }
        if nodes.isEmpty { log.add(node.position, "\(quoted(name)) is an empty list", hint: "leave the member out") }
        var words: [(text: String, position: Position)] = []
        for item in nodes {
            guard let text = item.text else {
                log.add(item.position, "\(quoted(name)) lists words, not \(item.noun)", hint: "")
                continue
            }
            if words.contains(where: { $0.text == text }) {
                log.add(item.position, "\(quoted(text)) is listed twice", hint: "keep one of them")
            } else {
                words.append((text, item.position))
            }
        }
        return words
    }

    /// A list of nodes that each have members.
    func list(_ name: String) -> [PolicyNode] {
        guard let node = values[name] else { return [] }
        guard case .list(let nodes) = node.kind else {
            log.add(node.position, "\(quoted(name)) needs a list, not \(node.noun)", hint: "write - before each item")
            return []
        }
        return nodes
    }
}
