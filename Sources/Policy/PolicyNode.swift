/// A place in the file, both counted from 1, columns in Unicode scalars.
struct Position: Hashable, Comparable {
    let line: Int
    let column: Int

    static let start = Position(line: 1, column: 1)

    static func < (lhs: Position, rhs: Position) -> Bool { (lhs.line, lhs.column) < (rhs.line, rhs.column) }
}

/// YAML reduced to what a policy needs: texts, lists and members, each with its place. Anchors, aliases, tags, merge
/// keys, repeated members and keys that are not texts were refused on the way here.
struct PolicyNode {
    enum Kind {
        /// `isPlain`: written without quotes, so that it may stand for a number, a truth value or nothing.
        case text(String, isPlain: Bool)
        case list([PolicyNode])
        case members([(name: PolicyNode, value: PolicyNode)])
    }

    let kind: Kind
    let position: Position

    /// What the node is, for messages.
    var noun: String {
        switch kind {
        case .text: isNothing ? "nothing" : "a single value"
        case .list: "a list"
        case .members: "members"
        }
    }

    /// Written as nothing: an empty value, `~` or `null`.
    var isNothing: Bool {
        guard case .text(let text, isPlain: true) = kind else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// The text of a text that is not nothing.
    var text: String? {
        guard case .text(let text, _) = kind, !isNothing else { return nil }
        return text
    }

    /// A plain text, which alone may mean a number or a truth value.
    var plainText: String? {
        guard case .text(let text, isPlain: true) = kind else { return nil }
        return text
    }
}
