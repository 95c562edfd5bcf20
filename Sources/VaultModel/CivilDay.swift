/// A day of the Gregorian calendar, written `2026-11-21`. Source of the arithmetic: Howard Hinnant, “chrono-compatible
/// low-level date algorithms”.
public struct CivilDay: Hashable, Sendable, CustomStringConvertible {
    public let year: Int64
    /// 1 to 12.
    public let month: Int64
    /// 1 to 31.
    public let day: Int64

    /// Nil unless the text is four, two and two ASCII digits that name a day.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2], parts.allSatisfy({ $0.utf8.allSatisfy(\.isASCIIDigit) }),
            let year = Int64(parts[0]), let month = Int64(parts[1]), let day = Int64(parts[2])
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        // A day that is not in the calendar comes back as another one.
        guard (1...12).contains(month), CivilDay(daysSince1970: daysSince1970) == self else { return nil }
    }

    /// From days since 1970-01-01; by shifting the year to begin in March, so that the leap day comes last.
    public init(daysSince1970 days: Int64) {
        let (era, dayOfEra) = (days + 719_468).quotientAndRemainder(floor: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// The day in UTC at a moment, in milliseconds since 1970.
    public init(milliseconds: Int64) {
        self.init(daysSince1970: milliseconds.quotientAndRemainder(floor: 86_400_000).quotient)
    }

    public var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shiftedYear.quotientAndRemainder(floor: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Year and month as one number, e.g. 202611, of the years from 0.
    public var yearAndMonth: UInt32 { UInt32(year * 100 + month) }

    /// So many days later.
    public func adding(days: Int64) -> CivilDay { CivilDay(daysSince1970: daysSince1970 + days) }

    public var description: String {
        [(year, 4), (month, 2), (day, 2)].map { DecimalText.padded(Int($0), $1) }.joined(separator: "-")
    }
}

/// Moments in UTC as ISO 8601 writes them, e.g. `2026-11-21T20:48:11Z`.
public enum UTCText {
    public enum Fraction: Hashable, Sendable {
        case none, milliseconds, millisecondsUnlessZero
    }

    /// - Parameter milliseconds: since 1970-01-01T00:00:00Z.
    public static func text(_ milliseconds: Int64, fraction: Fraction = .none) -> String {
        let (days, rest) = milliseconds.quotientAndRemainder(floor: 86_400_000)
        let second = Int(rest / 1_000)
        let time = [second / 3_600, second / 60 % 60, second % 60].map { DecimalText.padded($0, 2) }
        let showsFraction = fraction == .milliseconds || (fraction == .millisecondsUnlessZero && rest % 1_000 != 0)
        return "\(CivilDay(daysSince1970: days))T" + time.joined(separator: ":")
            + (showsFraction ? "." + DecimalText.padded(Int(rest % 1_000), 3) : "") + "Z"
    }

    /// Seconds since 1970 of `YYYY-MM-DDThh:mm:ssZ`; fractions of a second are dropped. Nil for anything else.
    public static func seconds(_ text: String) -> Int64? {
        guard let match = text.wholeMatch(of: /(.{10})T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?Z/),
            let day = CivilDay(match.1), let hour = Int64(match.2), let minute = Int64(match.3),
            let second = Int64(match.4), hour < 24, minute < 60, second < 60
        else { return nil }
        return day.daysSince1970 * 86_400 + hour * 3_600 + minute * 60 + second
    }
}

extension Int64 {
    /// Division that rounds down, so that the remainder is not negative.
    public func quotientAndRemainder(floor divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
