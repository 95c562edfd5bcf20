/// A day of the Gregorian calendar as a person writes it, `2026-05-01`.
///
/// The vault does not know the time zone of the shop a day was written in. A day therefore lasts, here, from its first
/// minute anywhere (UTC+14) to its last minute anywhere (UTC-12): a rule that begins or ends on a day never bites
/// early.
public struct CalendarDay: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let text: String
    /// Days since 1970-01-01.
    private let number: Int64

    /// Returns nil unless `text` is an existing day of 1970...9999, written `YYYY-MM-DD`.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Self.decimal(bytes[0..<4]), let month = Self.decimal(bytes[5..<7]),
            let day = Self.decimal(bytes[8..<10]),
            year >= 1970, (1...12).contains(month), (1...Self.days(in: month, of: year)).contains(day)
        else { return nil }
        self.text = text
        number = Self.number(year: year, month: month, day: day)
    }

    /// The earliest moment that is this day somewhere, in seconds since 1970.
    public var beginsSeconds: Int64 { number * 86_400 - 14 * 3600 }

    /// The first moment that is this day nowhere any more, in seconds since 1970.
    public var endsSeconds: Int64 { (number + 1) * 86_400 + 12 * 3600 }

    public var description: String { text }

    public static func < (lhs: CalendarDay, rhs: CalendarDay) -> Bool { lhs.number < rhs.number }

    private static func decimal(_ digits: ArraySlice<UInt8>) -> Int64? {
        var number: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return number
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private static func isLeap(_ year: Int64) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }

    /// Counts whole years from 1970, then the months of the last one.
    private static func number(year: Int64, month: Int64, day: Int64) -> Int64 {
        func leapDays(before year: Int64) -> Int64 { (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400 }
        let ofYears = (year - 1970) * 365 + leapDays(before: year) - leapDays(before: 1970)
        let ofMonths = (1..<month).reduce(0) { $0 + days(in: $1, of: year) }
        return ofYears + ofMonths + day - 1
    }
}
