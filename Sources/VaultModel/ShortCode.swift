/// Short texts of few characters: labels, member numbers, references.
enum ShortCode {
    /// A word of an `enum`, e.g. `walk-in`.
    static func label(_ raw: String) throws(FieldValueError) -> String {
        let text = PlainText.trimmed(PlainText.halfWidth(raw))
        guard Label.isValid(text) else { throw .enumerationForm }
        return text
    }

    /// Upper case letters, digits and inner hyphens, at most 32.
    static func memberNumber(_ raw: String) throws(FieldValueError) -> String {
        let text = PlainText.compact(raw, without: [" "]).upperASCII
        guard (1...32).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0.isASCIIDigit || $0.isASCIIUpper || $0 == UInt8(ascii: "-") }),
            text.utf8.first != UInt8(ascii: "-"), text.utf8.last != UInt8(ascii: "-")
        else { throw .memberNumberForm }
        return text
    }

    /// A reference as the other side wrote it, case kept.
    static func reference(_ raw: String) throws(FieldValueError) -> String {
        let text = PlainText.trimmed(PlainText.halfWidth(raw))
        guard (1...62).contains(text.utf8.count),
            text.utf8.allSatisfy({
                $0.isASCIIDigit || $0.isASCIIUpper || $0.isASCIILower || "-_./#".utf8.contains($0)
            })
        else { throw .codeForm }
        return text
    }
}
