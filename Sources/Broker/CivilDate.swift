/// A day of the Gregorian calendar in UTC, from a count of milliseconds. Source of the arithmetic: Howard Hinnant,
/// “chrono-compatible low-level date algorithms”, `civil_from_days`.
struct CivilDate: Equatable, Sendable {
    let year: Int
    /// Year and month as one number, e.g. 202611.
    let month: UInt32
    let day: Int
    private let monthOfYear: Int

    /// - Parameter milliseconds: since 1970-01-01T00:00:00Z, not negative.
    init(milliseconds: Int64) {
        let shifted = Int(milliseconds / 86_400_000) + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        monthOfYear = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (monthOfYear <= 2 ? 1 : 0)
        month = UInt32(year * 100 + monthOfYear)
    }

    /// `2026-11-21`
    var text: String {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(monthOfYear, 2))-\(padded(day, 2))"
    }
}
