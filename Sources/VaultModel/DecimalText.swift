/// Numbers as text: exact, no floating point.
enum DecimalText {
    /// A whole number of at most 15 digits, without leading zeros; separators of thousands are dropped.
    static func whole(_ raw: String) throws(FieldValueError) -> String {
        let (isNegative, digits, fraction) = try parts(raw, error: .numberForm)
        guard fraction == nil else { throw .numberForm }
        return isNegative && digits != "0" ? "-" + digits : digits
    }

    /// An amount of money: two decimals always, no currency sign.
    static func amount(_ raw: String) throws(FieldValueError) -> String {
        var text = PlainText.compact(raw, without: [" "])
        for sign in ["¥", "￥", "$", "元", "RMB", "CNY", "HK$", "NT$"] {
            if text.hasPrefix(sign) { text.removeFirst(sign.count) }
            if text.hasSuffix(sign) { text.removeLast(sign.count) }
        }
        let (isNegative, digits, fraction) = try parts(text, error: .amountForm)
        let cents = fraction ?? ""
        guard cents.utf8.count <= 2 else { throw .amountForm }
        let padded = cents + String(repeating: "0", count: 2 - cents.utf8.count)
        let isZero = digits == "0" && padded == "00"
        return (isNegative && !isZero ? "-" : "") + digits + "." + padded
    }

    /// `number` in at least `count` digits.
    static func padded(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }

    private static func parts(
        _ raw: String, error: FieldValueError
    ) throws(FieldValueError) -> (isNegative: Bool, digits: String, fraction: String?) {
        var text = PlainText.compact(raw, without: [" "])
        let isNegative = text.hasPrefix("-") || text.hasPrefix("\u{2212}")
        if isNegative || text.hasPrefix("+") { text.removeFirst() }
        let halves = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard halves.count <= 2, halves.count == 1 || !halves[1].isEmpty else { throw error }
        let digits = try grouped(halves[0], error: error)
        if halves.count == 2, !halves[1].utf8.allSatisfy(\.isASCIIDigit) { throw error }
        return (isNegative, digits, halves.count == 2 ? halves[1] : nil)
    }

    /// The digits before the point. Commas only where thousands are parted: `1,23` may be a decimal comma.
    private static func grouped(_ text: String, error: FieldValueError) throws(FieldValueError) -> String {
        let groups = text.split(separator: ",", omittingEmptySubsequences: false)
        guard
            groups.count == 1
                || ((1...3).contains(groups[0].utf8.count) && groups.dropFirst().allSatisfy { $0.utf8.count == 3 })
        else { throw error }
        let digits = groups.joined()
        guard !digits.isEmpty, digits.utf8.count <= 15, digits.utf8.allSatisfy(\.isASCIIDigit) else { throw error }
        let significant = digits.utf8.drop { $0 == UInt8(ascii: "0") }
        return significant.isEmpty ? "0" : String(decoding: significant, as: UTF8.self)
    }
}
