/// Where the parts of a policy stand in its file. Read anew from the bytes when somebody asks: rules carry no places, so
/// that a policy that was only re-indented has the same rules.
struct PolicyLines {
    private let root: PolicyNode?

    init(_ policy: PolicyDocument) { root = PolicyYAML.tree(policy.bytes, log: ProblemLog(file: "policy")) }

    /// One step into the file.
    enum Step: Hashable {
        case member(String)
        /// Counted from 0.
        case element(Int)
    }

    /// The line of a part, counted from 1; nil when the file has no such part.
    func line(of path: [Step]) -> Int? {
        var node = root
        var position = node?.position
        for step in path {
            switch (step, node?.kind) {
            case (.member(let name), .members(let members)):
                let found = members.first { $0.name.text == name }
                (node, position) = (found?.value, found?.name.position)
            case (.element(let index), .list(let list)):
                node = list.indices.contains(index) ? list[index] : nil
                position = node?.position
            default: return nil
            }
        }
        return position?.line
    }

    /// `roles.clerk.read[2]`, elements counted from 1.
    static func text(_ path: [Step]) -> String {
        path.reduce(into: "") { text, step in
            switch step {
            case .member(let name): text += (text.isEmpty ? "" : ".") + name
            case .element(let index): text += "[\(index + 1)]"
            }
        }
    }
}
