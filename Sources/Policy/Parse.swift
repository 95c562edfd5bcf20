extension PolicyDocument {
    /// Reads a policy. Every mistake found is reported, not only the first.
    /// - Parameter file: the name problems are reported under.
    public static func parse(_ bytes: [UInt8], file: String) -> Result<PolicyDocument, PolicyProblems> {
        .failure(PolicyProblems([PolicyProblem(file: file, line: 1, column: 1, problem: "not read yet", hint: "")]))
    }
}

/// The mistakes in one policy file, in the order of the file; never empty.
public struct PolicyProblems: Error, Hashable, Sendable {
    public let problems: [PolicyProblem]

    init(_ problems: [PolicyProblem]) { self.problems = problems }
}
