import AccessLog

/// What of a vault an archive holds. The order is that of a run: a key that a record needs is younger than the record's
/// archive, an entry that speaks of either younger than both.
public enum ArchivePart: String, CaseIterable, Hashable, Sendable {
    /// `vault.db`: records, sealed field by field. Its keys are elsewhere.
    case vault
    /// Customers' and months' keys, tombstones, and what else opens a vault; sealed to the recovery cards alone.
    case keyring
    /// `log.db`: the access log.
    case log
}

/// How long an archive is kept: fixed when it is made, and signed, so that no flood of later archives pushes it out.
public enum RetentionClass: String, CaseIterable, Hashable, Sendable {
    case daily, weekly, monthly, keyring

    /// Days.
    public var days: Int64 {
        switch self {
        case .daily: 35
        case .weekly: 63
        case .monthly: 396
        case .keyring: 30
        }
    }

    /// How many days less than that changes may be kept, where the full archive that they need goes earlier. Without any, a
    /// full archive of the same class could never be built upon; the first set of a month is always a full one.
    public var slackDays: Int64 { self == .daily || self == .weekly ? 7 : 0 }

    /// How many of the newest are kept beyond their days.
    public var leastKept: Int { self == .keyring ? 3 : 0 }

    /// The class of a data set: the first of a month is monthly, the first of a week (from Monday, in UTC) weekly, others
    /// are daily. Times are milliseconds since 1970; `last` is that of the set before, if there was one.
    public static func ofSet(at milliseconds: Int64, after last: Int64?) -> RetentionClass {
        guard let last, LogMonth.of(last) == LogMonth.of(milliseconds) else { return .monthly }
        return week(last) == week(milliseconds) ? .daily : .weekly
    }

    /// When an archive of this class that was made at `milliseconds` may go.
    public func end(from milliseconds: Int64) -> Int64 { milliseconds + days * 86_400_000 }

    /// Weeks since Monday, 29 December 1969.
    private static func week(_ milliseconds: Int64) -> Int64 { (milliseconds / 86_400_000 + 3) / 7 }
}
