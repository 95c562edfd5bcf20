internal import VaultModel

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
        guard let day = CivilDay(text), day.year >= 1970 else { return nil }
        self.text = text
        number = day.daysSince1970
    }

    /// The earliest moment that is this day somewhere, in seconds since 1970.
    public var beginsSeconds: Int64 { number * 86_400 - 14 * 3600 }

    /// The first moment that is this day nowhere any more, in seconds since 1970.
    public var endsSeconds: Int64 { (number + 1) * 86_400 + 12 * 3600 }

    public var description: String { text }

    public static func < (lhs: CalendarDay, rhs: CalendarDay) -> Bool { lhs.number < rhs.number }
}
