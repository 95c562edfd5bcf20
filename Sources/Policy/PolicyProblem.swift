/// One mistake in a policy file: where it is, what is wrong and how to mend it.
public struct PolicyProblem: Error, Hashable, Sendable, CustomStringConvertible {
    public let file: String
    /// Counted from 1.
    public let line: Int
    /// Counted from 1, in characters.
    public let column: Int
    public let problem: String
    /// Empty when there is nothing to add.
    public let hint: String

    public init(file: String, line: Int, column: Int, problem: String, hint: String) {
        self.file = file
        self.line = line
        self.column = column
        self.problem = problem
        self.hint = hint
    }

    /// `FILE:LINE:COLUMN: PROBLEM; HINT`.
    public var description: String {
        "\(file):\(line):\(column): \(problem)" + (hint.isEmpty ? "" : "; \(hint)")
    }
}
