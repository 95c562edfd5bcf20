/// Months of the log, in UTC: which keys seal an entry.
public enum LogMonth {
    /// yyyymm of a time in milliseconds since 1970, not negative.
    public static func of(_ milliseconds: Int64) -> UInt32 {
        precondition(milliseconds >= 0, "the log begins after 1970")
        // Days to a civil date: eras of 400 years that begin on 1 March (Hinnant, "chrono-compatible date algorithms").
        let days = milliseconds / 86_400_000 + 719_468
        let era = days / 146_097
        let dayOfEra = days % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return UInt32(year * 100 + month)
    }
}
