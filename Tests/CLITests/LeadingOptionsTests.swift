import Console
import Testing

struct LeadingOptionsTests {
    @Test(
        "Common options may stand before the command",
        arguments: [
            (["--json", "status"], ["status", "--json"]),
            (["--dir", "/v", "--json", "staff", "list", "-x"], ["staff", "list", "--dir", "/v", "--json", "-x"]),
            (["--dir=/v", "find", "--phone", "1"], ["find", "--dir=/v", "--phone", "1"]),
            (["status", "--json"], ["status", "--json"]),
            (["--version"], ["--version"]),
            (["--json", "--version"], ["--json", "--version"]),
            (["--json"], ["--json"]),
            (["--dir"], ["--dir"]),
            (["--help", "status", "--json"], ["--help", "status", "--json"]),
            (["--json", "find", "alice"], ["find", "--json", "alice"]),
            ([], []),
        ])
    func moved(given: [String], expected: [String]) {
        #expect(
            LeadingOptions.moved(given, flags: ["--json"], valued: ["--dir"], groups: ["staff"]) == expected)
    }
}
