import Foundation

/// The import statements of a Swift file.
struct ImportStatement: Equatable {
    let module: String
    let spi: String?
    let line: Int

    static func all(in source: SwiftLines) -> [ImportStatement] {
        var found: [ImportStatement] = []
        for (index, line) in source.lines.enumerated() {
            for statement in line.code.split(separator: ";") {
                var words = statement.split { $0 == " " || $0 == "\t" }.map(String.init)[...]
                var spi: String?
                while let word = words.first, word.hasPrefix("@") || access.contains(word) {
                    if word.hasPrefix("@_spi(") { spi = String(word.dropFirst(6).prefix { $0 != ")" }) }
                    words.removeFirst()
                }
                guard words.first == "import" else { continue }
                words.removeFirst()
                if let kind = words.first, kinds.contains(kind) { words.removeFirst() }
                guard let path = words.first else { continue }
                let module = path.prefix { $0 != "." }
                found.append(ImportStatement(module: String(module), spi: spi, line: index + 1))
            }
        }
        return found
    }

    private static let access: Set = ["public", "package", "internal", "fileprivate", "private"]
    private static let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
}

/// What the scanners look for, put together here, so that their own sources hold none of it.
enum Words {
    static let unchecked = "@unchecked" + " Sendable"
    static let nonisolated = "nonisolated" + "(unsafe)"
    static let force = "try" + "!"
    static let emptyTests = [
        "#expect" + "(true)", "#expect" + "(Bool(true))", "#require" + "(true)", ".disabled" + "(",
    ]
}

/// Words that need a reason beside them, or may not stand at all.
enum SourceScanner {
    /// Each needs a comment on its own line, the one before or the one behind.
    static let needReason = [Words.unchecked, Words.nonisolated, Words.force]

    static func withoutReason(_ source: SwiftLines, path: String) -> [Finding] {
        let lines = source.lines
        var found: [Finding] = []
        let needReason = needReason.filter { source.mention($0) }
        for (index, line) in lines.enumerated() {
            for word in needReason where contains(line.code, word) {
                let near = lines[max(0, index - 1)...min(lines.count - 1, index + 1)]
                let hasReason = near.contains { isReason($0.comment) }
                if !hasReason { found.append(Finding(path: path, line: index + 1, what: "\(word) without a reason")) }
            }
        }
        return found
    }

    /// More than one word that is not a mark of the tools.
    private static func isReason(_ comment: String) -> Bool {
        let words = comment.split { !$0.isLetter && !$0.isNumber }
        return words.count >= 3 && !comment.contains("MARK:")
    }

    /// Calls that write to standard output behind the back of the program.
    static func prints(_ source: SwiftLines, path: String) -> [Finding] {
        find(["print(", "debugPrint(", "dump("], in: source, path: path)
    }

    /// Never: SQLite would empty a vault.
    static func erasures(_ source: SwiftLines, path: String) -> [Finding] {
        find(["eraseDatabaseOnSchemaChange"], in: source, path: path)
    }

    /// Tests that cannot fail, or do not run.
    static func emptyExpectations(_ source: SwiftLines, path: String) -> [Finding] {
        find(Words.emptyTests, in: source, path: path)
    }

    private static func find(_ words: [String], in source: SwiftLines, path: String) -> [Finding] {
        let words = words.filter { source.mention($0) }
        guard !words.isEmpty else { return [] }
        return source.lines.enumerated().flatMap { index, line in
            words.filter { contains(line.code, $0) }.map { Finding(path: path, line: index + 1, what: $0) }
        }
    }

    /// Whether the word stands there: `print(` by itself, not as a part of `fingerprint(` or `paper.print(`.
    private static func contains(_ code: String, _ word: String) -> Bool {
        guard word.hasSuffix("("), word.first?.isLetter == true else { return code.contains(word) }
        return code.ranges(of: word).contains { range in
            guard let before = code[..<range.lowerBound].last else { return true }
            return !before.isLetter && !before.isNumber && !"_.`".contains(before)
        }
    }
}

/// What may stand in no file of the repository.
enum TextScanner {
    static func secrets(_ text: String, path: String) -> [Finding] {
        var found = scan(text, path, "-----BEGIN ([A-Z]+ )*PRIVATE KEY-----", "a private key")
        // Its beginning alone: whoever looks for secrets from outside cannot tell a mention from a key.
        found += scan(text, path, "AGE-SECRET-KEY-[1]", "an age identity")
        if path.hasPrefix("keys/") { found += scan(text, path, "\\b[0-9a-fA-F]{64}\\b", "what may be a seed") }
        if [".identity", "/identity", ".pem", ".key"].contains(where: { path.hasSuffix($0) }) {
            found.append(Finding(path: path, line: 1, what: "an identity or key file"))
        }
        return found
    }

    /// Paths of the machine it was written on, which exist on no other.
    static func machinePaths(_ text: String, path: String) -> [Finding] {
        let pattern = "(?:^|[\\s\"'`=(:,<])/(?:work|root|home|Users)/[A-Za-z0-9._-]+"
        return scan(text, path, pattern, "a path of one machine")
    }

    /// Numbers of issues and the like: they mean nothing to who reads the repository.
    static func trackerNumbers(_ text: String, path: String) -> [Finding] {
        let words = "\\b(?i:issues?|tickets?|pull requests?|PR|GH)[ -]?#?[0-9]+\\b"
        let hashes = "\\b(?i:fix(?:es|ed)?|clos(?:es|ed)|see) #[0-9]+|\\(#[0-9]+\\)"
        return scan(text, path, words + "|" + hashes, "a number of a tracker")
    }

    private static func scan(_ text: String, _ path: String, _ pattern: String, _ what: String) -> [Finding] {
        guard let regex = try? NSRegularExpression(pattern: pattern, options: .anchorsMatchLines) else {
            return [Finding(path: path, line: 0, what: "the pattern for \(what) is malformed")]
        }
        let whole = NSRange(text.startIndex..., in: text)
        return regex.matches(in: text, range: whole).compactMap { match in
            guard let range = Range(match.range, in: text) else { return nil }
            let line = text[..<range.upperBound].utf8.count { $0 == UInt8(ascii: "\n") } + 1
            return Finding(path: path, line: line, what: what)
        }
    }
}
