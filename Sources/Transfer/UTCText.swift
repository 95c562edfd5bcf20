/// Moments as Object Lock writes them: ISO 8601 in UTC, in the Gregorian calendar, from the year 1970 to 9999.
enum UTCText {
    /// `YYYY-MM-DDThh:mm:ssZ`; what lies outside of the years is moved to their edge.
    static func text(ofSeconds seconds: Int64) -> String {
        let seconds = Int(min(max(seconds, 0), 253_402_300_799))
        let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let (year, month, day) = date(ofDay: days)
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(padded(month))-\(padded(day))T"
            + "\(padded(rest / 3_600)):\(padded(rest / 60 % 60)):\(padded(rest % 60))Z"
    }

    /// The same backwards; fractions of a second are dropped. Nil for anything else.
    static func seconds(ofText text: String?) -> Int64? {
        guard let match = text?.wholeMatch(of: /(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?Z/),
            let year = Int(match.1), let month = Int(match.2), let day = Int(match.3), let hour = Int(match.4),
            let minute = Int(match.5), let second = Int(match.6), (1_970...9_999).contains(year),
            (1...12).contains(month), hour < 24, minute < 60, second < 60
        else { return nil }
        let number = self.day(year, month, day)
        // The 31st of a short month is no date.
        guard date(ofDay: number) == (year, month, day) else { return nil }
        return Int64(number * 86_400 + hour * 3_600 + minute * 60 + second)
    }

    // Days are counted in years that begin in March, so that a leap day is the last of its year: the well-known
    // arithmetic of eras of 400 years.

    private static func day(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let years = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = years.quotientAndRemainder(dividingBy: 400)
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(ofDay day: Int) -> (Int, Int, Int) {
        let (era, dayOfEra) = (day + 719_468).quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}
