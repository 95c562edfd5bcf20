/// The stretch of time a report is about, and the clock that its days and hours are of.
public struct ReportPeriod: Sendable {
    /// Milliseconds since 1970, included.
    public let since: Int64
    /// Milliseconds since 1970, not included.
    public let until: Int64
    /// Seconds by which the clocks of the place are ahead of UTC at a moment (seconds since 1970).
    private let utcOffsetSeconds: @Sendable (Int64) -> Int64
    /// The first day and the number of days; the days are counted from 1970-01-01 by the clock of the place.
    public let firstDay: Int64
    public let dayCount: Int

    /// At most a leap year: the report has a counter for each day.
    public static let mostDays = 366

    /// Nil when nothing lies between the two, or more than `mostDays`.
    public init?(since: Int64, until: Int64, utcOffsetSeconds: @escaping @Sendable (Int64) -> Int64) {
        guard since >= 0, until > since else { return nil }
        self.since = since
        self.until = until
        self.utcOffsetSeconds = utcOffsetSeconds
        let (first, last) = (
            Self.local(since, utcOffsetSeconds) / 86_400, Self.local(until - 1, utcOffsetSeconds) / 86_400
        )
        guard last >= first, last - first < Int64(Self.mostDays) else { return nil }
        firstDay = first
        dayCount = Int(last - first) + 1
    }

    public func contains(_ milliseconds: Int64) -> Bool { milliseconds >= since && milliseconds < until }

    /// The day of a moment in the period, from 0, and the hour of the day.
    func place(of milliseconds: Int64) -> (day: Int, hour: Int) {
        let local = Self.local(milliseconds, utcOffsetSeconds)
        // A clock of the place that jumps may put the first moment on the day before.
        let day = min(max(0, local / 86_400 - firstDay), Int64(dayCount - 1))
        return (Int(day), Int(local % 86_400 / 3_600))
    }

    private static func local(_ milliseconds: Int64, _ offset: (Int64) -> Int64) -> Int64 {
        max(0, milliseconds / 1_000 + offset(milliseconds / 1_000))
    }
}
