/// Why a command did not do what was asked: what scripts are told, what the person is told, and the exit code.
///
/// No text in it may hold a value of a customer, a passphrase or an argument that could be one.
public struct Failure: Error, Hashable, Sendable {
    /// The kind of refusal: one of the broker's error codes, or `usage`.
    public let code: String
    /// The reason as a stable word, e.g. `approval-required`.
    public let why: String
    /// One line for the person: lower case, no full stop.
    public let message: String
    /// What to do about it; empty when there is nothing to say.
    public let hint: String
    /// The approval request to repeat the command with, where one was opened.
    public let request: String?
    /// What the process exits with.
    public let exitCode: Int32

    public init(
        code: String, why: String, message: String, hint: String = "", request: String? = nil, exitCode: Int32
    ) {
        self.code = code
        self.why = why
        self.message = message
        self.hint = hint
        self.request = request
        self.exitCode = exitCode
    }

    /// Wrong arguments or a malformed file: exit code 2.
    public static func usage(_ message: String, hint: String = "", why: String = "usage") -> Failure {
        Failure(code: "usage", why: why, message: message, hint: hint, exitCode: 2)
    }
}
