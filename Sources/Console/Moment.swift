private import Glibc

/// Times as people and scripts read and write them. A time is milliseconds since 1970-01-01T00:00:00Z.
public enum Moment {
    /// ISO 8601 in UTC, e.g. `2026-11-21T20:48:11Z`; with milliseconds where they are not zero.
    public static func iso(_ milliseconds: Int64) -> String {
        let (seconds, thousandths) = milliseconds.quotientAndRemainder(floor: 1_000)
        let (days, second) = seconds.quotientAndRemainder(floor: 86_400)
        let day = CivilDay(daysSince1970: days)
        let fraction = thousandths == 0 ? "" : "." + digits(thousandths, 3)
        return
            "\(day)T\(digits(second / 3_600, 2)):\(digits(second / 60 % 60, 2)):\(digits(second % 60, 2))\(fraction)Z"
    }

    /// The wall clock of this place, e.g. `2026-11-21 20:48`.
    public static func local(_ milliseconds: Int64, seconds showsSeconds: Bool = false) -> String {
        let seconds = milliseconds.quotientAndRemainder(floor: 1_000).quotient
        let (days, second) = (seconds + utcOffsetSeconds(at: seconds)).quotientAndRemainder(floor: 86_400)
        let clock = "\(digits(second / 3_600, 2)):\(digits(second / 60 % 60, 2))"
        return "\(CivilDay(daysSince1970: days)) " + clock + (showsSeconds ? ":" + digits(second % 60, 2) : "")
    }

    /// A length of time in its two largest units, e.g. `45 s`, `3 min`, `2 h 5 min`, `4 d`.
    public static func span(seconds: Int64) -> String {
        let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400)
        if minutes == 0 { return "\(max(0, seconds)) s" }
        if hours == 0 {
            return minutes < 10 && seconds % 60 != 0 ? "\(minutes) min \(seconds % 60) s" : "\(minutes) min"
        }
        if days == 0 { return minutes % 60 == 0 ? "\(hours) h" : "\(hours) h \(minutes % 60) min" }
        return "\(days) d"
    }

    /// The day it is here.
    public static func today(_ milliseconds: Int64) -> CivilDay {
        let seconds = milliseconds.quotientAndRemainder(floor: 1_000).quotient
        return CivilDay(
            daysSince1970: (seconds + utcOffsetSeconds(at: seconds)).quotientAndRemainder(floor: 86_400).quotient)
    }

    /// Reads `2026-11-21`, which is its first moment here, or `2026-11-21T20:48[:11[.123]]` with `Z`, `+08:00` or, for the
    /// time of this place, nothing behind. Nil for anything else.
    public static func parse(_ text: String) -> Int64? {
        let parts = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        guard let day = CivilDay(String(parts[0])) else { return nil }
        guard parts.count == 2 else { return local(day, 0) }
        var rest = String(parts[1])
        var offset: Int64?
        if rest.hasSuffix("Z") {
            rest.removeLast()
            offset = 0
        } else if let sign = rest.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            guard let minutes = clock(String(rest[rest.index(after: sign)...])), minutes % 60 == 0 else { return nil }
            offset = rest[sign] == "+" ? minutes : -minutes
            rest = String(rest[..<sign])
        }
        var thousandths: Int64 = 0
        if let point = rest.firstIndex(of: ".") {
            let digits = rest[rest.index(after: point)...]
            guard digits.utf8.count == 3, rest[..<point].utf8.count == 8, let number = number(digits) else {
                return nil
            }
            thousandths = number
            rest = String(rest[..<point])
        }
        guard let second = clock(rest) else { return nil }
        guard let offset else { return local(day, second) + thousandths }
        return (day.daysSince1970 * 86_400 + second - offset) * 1_000 + thousandths
    }

    /// Seconds of `HH:MM` or `HH:MM:SS`.
    private static func clock(_ text: String) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy({ $0.utf8.count == 2 }) else { return nil }
        let numbers = parts.compactMap { number($0) }
        guard numbers.count == parts.count, numbers[0] < 24, numbers[1] < 60, numbers.count == 2 || numbers[2] < 60
        else { return nil }
        return numbers[0] * 3_600 + numbers[1] * 60 + (numbers.count == 3 ? numbers[2] : 0)
    }

    private static func local(_ day: CivilDay, _ second: Int64) -> Int64 {
        let asIfUTC = day.daysSince1970 * 86_400 + second
        // The offset is that of the moment looked for; the first guess may lie on the other side of a change of it.
        let guess = asIfUTC - utcOffsetSeconds(at: asIfUTC)
        return (asIfUTC - utcOffsetSeconds(at: guess)) * 1_000
    }

    /// How far the clocks of this place are ahead of UTC at a moment (seconds since 1970), in seconds.
    public static func utcOffsetSeconds(at seconds: Int64) -> Int64 {
        var time = time_t(seconds)
        var parts = unsafe tm()
        tzset()
        guard unsafe localtime_r(&time, &parts) != nil else { return 0 }
        return unsafe Int64(parts.tm_gmtoff)
    }

    static func number(_ text: Substring) -> Int64? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
    }

    static func digits(_ number: Int64, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
    }
}

/// A day of the Gregorian calendar, written `2026-11-21`.
public struct CivilDay: Hashable, Sendable, CustomStringConvertible {
    public let year: Int64
    /// 1 to 12.
    public let month: Int64
    /// 1 to 31.
    public let day: Int64

    /// Nil unless the text is four, two and two digits that name a day.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2], let year = Moment.number(parts[0]),
            let month = Moment.number(parts[1]), let day = Moment.number(parts[2])
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        // A day that is not in the calendar comes back as another one.
        guard (1...12).contains(month), CivilDay(daysSince1970: daysSince1970) == self else { return nil }
    }

    /// From days since 1970-01-01; by shifting the year to begin in March, so that the leap day comes last.
    public init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let (era, dayOfEra) = shifted.quotientAndRemainder(floor: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    public var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shiftedYear.quotientAndRemainder(floor: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// So many days later.
    public func adding(days: Int64) -> CivilDay { CivilDay(daysSince1970: daysSince1970 + days) }

    public var description: String {
        "\(Moment.digits(year, 4))-\(Moment.digits(month, 2))-\(Moment.digits(day, 2))"
    }
}

extension Int64 {
    /// Division that rounds down, so that the remainder is not negative.
    fileprivate func quotientAndRemainder(floor divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
