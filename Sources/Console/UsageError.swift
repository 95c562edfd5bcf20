/// Turns what the argument parser says about wrong arguments into a refusal that repeats none of them: a phone number
/// given without its option would otherwise stand in the error, and from there in a script's log.
public enum UsageError {
    /// - Parameters:
    ///   - message: the parser's words.
    ///   - arguments: those of the process, without its name.
    ///   - groups: commands whose first argument is the name of another command.
    public static func failure(_ message: String, arguments: [String], groups: Set<String>) -> Failure {
        let lines = message.split(whereSeparator: \.isNewline).map(String.init)
        var text = redacted(lines.first ?? "the arguments are not understood", arguments, groups)
        if let first = text.first {
            let isWord = text.dropFirst().first?.isLowercase ?? false
            if isWord { text = first.lowercased() + text.dropFirst() }
        }
        while text.hasSuffix(".") { text.removeLast() }
        // A command that the parser stumbled over has no help.
        let command = verbs(arguments, groups).filter { !text.contains("'\($0)'") }.joined(separator: " ")
        return .usage(text, hint: "see coffer\(command.isEmpty ? "" : " " + command) --help")
    }

    /// Replaces each argument that is neither a command nor an option's name by `…`.
    static func redacted(_ message: String, _ arguments: [String], _ groups: Set<String>) -> String {
        let verbs = verbs(arguments, groups)
        var values = Set(arguments.dropFirst(verbs.count).compactMap(value))
        values.remove("")
        var text = message
        // Longer ones first: a value may be a part of another.
        for value in values.sorted(by: { $0.utf8.count > $1.utf8.count }) {
            text = text.replacing("'\(value)'", with: "'…'")
            // A short value may be a part of an ordinary word; the parser puts every argument between quotes anyway.
            if value.utf8.count >= 4 { text = text.replacing(value, with: "…") }
        }
        return text
    }

    /// The commands at the front.
    static func verbs(_ arguments: [String], _ groups: Set<String>) -> [String] {
        guard let first = arguments.first, isWord(first) else { return [] }
        guard groups.contains(first), arguments.count > 1, isWord(arguments[1]) else { return [first] }
        return [first, arguments[1]]
    }

    private static func isWord(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 16 && text.first != "-"
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-") }
    }

    /// What of an argument may be a value: all of it, what stands behind `=`, or nothing of an option's name.
    private static func value(_ argument: String) -> String? {
        guard argument.hasPrefix("-") else { return argument }
        if let equals = argument.firstIndex(of: "=") { return String(argument[argument.index(after: equals)...]) }
        return isWord(String(argument.drop { $0 == "-" })) ? nil : argument
    }
}
