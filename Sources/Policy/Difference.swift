extension PolicyDocument {
    /// What changes when this policy replaces `old`: one sentence a line, `- ` for what no longer holds, `+ ` for what
    /// does now, in the order of the files, the losses first. Empty when both say the same, however they are written.
    public func difference(from old: PolicyDocument) -> [String] {
        let before = Set(old.statements)
        let after = Set(statements)
        return Self.unique(old.statements.filter { !after.contains($0) }).map { "- " + $0 }
            + Self.unique(statements.filter { !before.contains($0) }).map { "+ " + $0 }
    }

    private static func unique(_ lines: [String]) -> [String] {
        var seen: Set<String> = []
        return lines.filter { seen.insert($0).inserted }
    }
}
