/// Options that every command takes may also stand before the command: `coffer --json status`.
public enum LeadingOptions {
    /// The arguments with such options moved behind the command's words.
    ///
    /// - Parameters:
    ///   - flags: options without a value, e.g. `--json`.
    ///   - valued: options with one, given as `--dir x` or `--dir=x`.
    ///   - groups: commands whose first argument is the name of another command.
    public static func moved(
        _ arguments: [String], flags: Set<String>, valued: Set<String>, groups: Set<String>
    ) -> [String] {
        var rest = arguments[...]
        var leading: [String] = []
        while let first = rest.first {
            let name = first.firstIndex(of: "=").map { String(first[..<$0]) }
            if flags.contains(first) || name.map(valued.contains) == true {
                leading.append(first)
                rest = rest.dropFirst()
            } else if valued.contains(first), rest.count > 1 {
                leading += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        let verbs = UsageError.verbs(Array(rest), groups).count
        return rest.prefix(verbs) + leading + rest.dropFirst(verbs)
    }
}
