@testable import Console
import Testing

struct UsageErrorTests {
    private static let groups: Set<String> = ["customer", "staff"]

    @Test(
        "A value given in the wrong place is not repeated",
        arguments: [
            (["find", "13812345678"], "Unexpected argument '13812345678'"),
            (["find", "alice"], "Unexpected argument 'alice'"),
            (["customer", "show", "C-1", "--n=张小明"], "The value '张小明' is invalid for '--n <n>'"),
            (
                ["customer", "add", "--field", "a=b", "x@example.com", "y"],
                "2 unexpected arguments: 'x@example.com', 'y'"
            ),
            (["find", "-张小明"], "Unknown option '-张小明'"),
        ])
    func hidden(arguments: [String], message: String) {
        let failure = UsageError.failure(message, arguments: arguments, groups: Self.groups)
        for argument in arguments where !["find", "customer", "show", "add", "--field"].contains(argument) {
            let value = argument.split(separator: "=").last.map(String.init) ?? argument
            #expect(!failure.message.contains("'" + value + "'"))
        }
        #expect(failure.message.contains("…"))
        #expect(failure.exitCode == 2)
    }

    @Test("Commands and options are repeated, so that a slip can be seen")
    func shown() {
        let failure = UsageError.failure(
            "Unknown option '--purpos'. Did you mean '--purpose'?\nUsage: …", arguments: ["find", "--purpos", "order"],
            groups: Self.groups)
        #expect(failure.message == "unknown option '--purpos'. Did you mean '--purpose'?")
        #expect(failure.hint == "see coffer find --help")
        #expect(UsageError.verbs(["staff", "invit", "x"], Self.groups) == ["staff", "invit"])
        #expect(UsageError.verbs(["find", "alice"], Self.groups) == ["find"])
        #expect(UsageError.verbs(["--json"], Self.groups).isEmpty)
    }

    @Test("The voice is the same as everywhere: lower case, no full stop")
    func voice() {
        let failure = UsageError.failure(
            "Missing expected argument '--purpose <purpose>'.", arguments: ["find"], groups: [])
        #expect(failure.message == "missing expected argument '--purpose <purpose>'")
    }

    @Test("A command that does not exist is not recommended for its help")
    func unknownCommand() {
        let failure = UsageError.failure(
            "Unexpected argument 'frobnicate'", arguments: ["customer", "frobnicate"], groups: Self.groups)
        #expect(failure.hint == "see coffer customer --help")
    }
}
