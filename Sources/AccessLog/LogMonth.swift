internal import VaultModel

/// Months of the log, in UTC: which keys seal an entry.
public enum LogMonth {
    /// yyyymm of a time in milliseconds since 1970, not negative.
    public static func of(_ milliseconds: Int64) -> UInt32 {
        precondition(milliseconds >= 0, "the log begins after 1970")
        return CivilDay(milliseconds: milliseconds).yearAndMonth
    }
}
