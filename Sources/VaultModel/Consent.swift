/// A consent given or refused, with the version of the notice that was shown.
public struct Consent: Hashable, Sendable {
    public let isGiven: Bool
    /// The version of the notice, `[A-Za-z0-9._-]{1,32}`; nil when it is not known, as in old customer lists.
    public let notice: String?

    /// Returns nil when `notice` is not of that form.
    public init?(isGiven: Bool, notice: String?) {
        if let notice, !Self.isNotice(notice) { return nil }
        self.isGiven = isGiven
        self.notice = notice
    }

    /// Reads `yes`, `no`, `是`, `否` and their like, with `:` and the version of the notice behind.
    public init(_ raw: String) throws(FieldValueError) {
        let text = PlainText.trimmed(PlainText.halfWidth(raw))
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch parts[0].lowercased() {
        case "yes", "y", "true", "1", "是", "有", "同意", "given": isGiven = true
        case "no", "n", "false", "0", "否", "无", "無", "不同意", "withdrawn": isGiven = false
        default: throw .consentForm
        }
        notice = parts.count == 2 ? parts[1] : nil
        if let notice, !Self.isNotice(notice) { throw .consentForm }
    }

    /// The stored form: `yes` or `no`, with `:` and the version of the notice if it is known.
    public var text: String { (isGiven ? "yes" : "no") + (notice.map { ":" + $0 } ?? "") }

    private static func isNotice(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0.isASCIIDigit || $0.isASCIIUpper || $0.isASCIILower || "._-".utf8.contains($0) }
    }
}
