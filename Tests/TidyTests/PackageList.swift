import Foundation

/// `.ci/packages`: what a machine needs besides Swift, and the commands that come with it.
struct PackageList {
    private(set) var packages: [String] = []
    private(set) var commands: Set<String> = []

    init(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let package = line.split(separator: " ").first else { continue }
            packages.append(String(package))
            guard let open = line.firstIndex(of: "["), let close = line[open...].firstIndex(of: "]") else { continue }
            commands.formUnion(line[line.index(after: open)..<close].split(separator: " ").map(String.init))
        }
    }
}

/// Commands that a bare Debian does not have, found where tests and scripts call them.
enum CommandScanner {
    static let known = [
        "age", "age-keygen", "chromium", "curl", "expect", "gdb", "git", "go", "jq", "make", "openssl", "python3",
        "rsync", "socat",
        "sqlcipher",
        "sqlite3", "ssh-add", "ssh-agent", "ssh-keygen", "sshd", "strace", "tmux", "valgrind", "xxd",
    ]

    /// In Swift a command is a whole text, or the end of a path: `"go"`, `"/usr/bin/go"`.
    static func inSwift(_ text: String) -> Set<String> {
        found(text, before: "\"(?:/usr/s?bin/)?", behind: "\"")
    }

    /// In a script it begins a line, or stands behind a sign that begins a command.
    static func inShell(_ text: String) -> Set<String> {
        found(
            text, before: "(?:^[\\t @]*|[|&;(!]\\s*|\\b(?:then|do|else|env|sudo|exec|if|command -v) )", behind: "(?= )")
    }

    private static func found(_ text: String, before: String, behind: String) -> Set<String> {
        let names = known.map(NSRegularExpression.escapedPattern).joined(separator: "|")
        let pattern = before + "(" + names + ")" + behind
        guard let regex = try? NSRegularExpression(pattern: pattern, options: .anchorsMatchLines) else {
            return [pattern]
        }
        let matches = regex.matches(in: text, range: NSRange(text.startIndex..., in: text))
        return Set(matches.compactMap { Range($0.range(at: 1), in: text).map { String(text[$0]) } })
    }
}
