/// A day of the Gregorian calendar.
public struct CalendarDate: Hashable, Sendable, Comparable {
    public let year: Int
    public let month: Int
    public let day: Int

    /// Returns nil when there is no such day, or the year is not within 1850...2199.
    public init?(year: Int, month: Int, day: Int) {
        guard (1850...2199).contains(year), Self.exists(year: year, month: month, day: day) else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Reads `1990-05-17`, `1990/5/17`, `1990.5.17`, `1990年5月17日` or `19900517`: year first, always; any other
    /// order cannot be told from its mirror image.
    public init(_ raw: String) throws(FieldValueError) {
        let text = PlainText.trimmed(PlainText.halfWidth(raw))
        let parts = try Self.numbers(text)
        guard let date = CalendarDate(year: parts[0], month: parts[1], day: parts[2]) else { throw .dateNotInCalendar }
        self = date
    }

    /// `YYYY-MM-DD`.
    public var text: String {
        DecimalText.padded(year, 4) + "-" + DecimalText.padded(month, 2) + "-" + DecimalText.padded(day, 2)
    }

    public static func < (lhs: CalendarDate, rhs: CalendarDate) -> Bool {
        (lhs.year, lhs.month, lhs.day) < (rhs.year, rhs.month, rhs.day)
    }

    static func exists(year: Int, month: Int, day: Int) -> Bool {
        guard (1...12).contains(month), day >= 1 else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return day <= days[month - 1]
    }

    /// Year, month and day, in that order and nothing else.
    private static func numbers(_ text: String) throws(FieldValueError) -> [Int] {
        if text.utf8.count == 8, text.utf8.allSatisfy(\.isASCIIDigit) {
            let digits = text.utf8.map { Int($0 - 0x30) }
            return [
                digits[0..<4].reduce(0) { $0 * 10 + $1 }, digits[4] * 10 + digits[5], digits[6] * 10 + digits[7],
            ]
        }
        let unified = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            switch scalar {
            case "/", ".", "年", "月": "-"
            default: scalar
            }
        }
        var plain = String(String.UnicodeScalarView(unified))
        if text.contains("月"), plain.last == "日" || plain.last == "号" { plain.removeLast() }
        let parts = plain.split(separator: "-", omittingEmptySubsequences: false).map { PlainText.trimmed(String($0)) }
        guard parts.count == 3, parts[0].utf8.count == 4, (1...2).contains(parts[1].utf8.count),
            (1...2).contains(parts[2].utf8.count), parts.allSatisfy({ $0.utf8.allSatisfy(\.isASCIIDigit) })
        else { throw .dateForm }
        return parts.compactMap { Int($0) }
    }
}
