private import Glibc
public import VaultModel

/// Times as people and scripts read and write them. A time is milliseconds since 1970-01-01T00:00:00Z.
public enum Moment {
    /// ISO 8601 in UTC, e.g. `2026-11-21T20:48:11Z`; with milliseconds where they are not zero.
    public static func iso(_ milliseconds: Int64) -> String {
        UTCText.text(milliseconds, fraction: .millisecondsUnlessZero)
    }

    /// The wall clock of this place, e.g. `2026-11-21 20:48`.
    public static func local(_ milliseconds: Int64, seconds showsSeconds: Bool = false) -> String {
        let seconds = milliseconds.quotientAndRemainder(floor: 1_000).quotient
        let (days, second) = (seconds + utcOffsetSeconds(at: seconds)).quotientAndRemainder(floor: 86_400)
        let clock = "\(digits(second / 3_600)):\(digits(second / 60 % 60))"
        return "\(CivilDay(daysSince1970: days)) " + clock + (showsSeconds ? ":" + digits(second % 60) : "")
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
        guard let day = CivilDay(parts[0]) else { return nil }
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

    private static func number(_ text: Substring) -> Int64? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
    }

    private static func digits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
