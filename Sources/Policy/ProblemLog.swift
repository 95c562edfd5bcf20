/// Collects the problems of one file. One parse, one thread: a class so that every reader of a part can add to it.
final class ProblemLog {
    private let file: String
    private var problems: [Position: [(problem: String, hint: String)]] = [:]
    private(set) var count = 0
    /// More would only repeat one mistake.
    static let maximum = 200

    init(file: String) { self.file = file }

    func add(_ position: Position, _ problem: String, hint: String) {
        guard count < Self.maximum,
            problems[position]?.contains(where: { $0.problem == problem }) != true
        else { return }
        problems[position, default: []].append((problem, hint))
        count += 1
    }

    /// In the order of the file.
    var sorted: [PolicyProblem] {
        problems.sorted { $0.key < $1.key }.flatMap { position, entries in
            entries.map {
                PolicyProblem(
                    file: file, line: position.line, column: position.column, problem: $0.problem, hint: $0.hint)
            }
        }
    }
}

/// A name in quotes, cut where it gets long.
func quoted(_ name: String) -> String {
    let shown = name.unicodeScalars.prefix(40)
    return "\"" + String(shown) + (shown.count < name.unicodeScalars.count ? "…" : "") + "\""
}
