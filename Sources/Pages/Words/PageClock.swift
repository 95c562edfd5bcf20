import Console
import VaultModel

/// The clock of the place a page is for. Passed in, so that a page depends on nothing but its values.
public struct PageClock: Sendable {
    private let utcOffsetSeconds: @Sendable (Int64) -> Int64

    /// - Parameter utcOffsetSeconds: how far the clocks of the place are ahead of UTC at a moment (seconds since 1970).
    public init(utcOffsetSeconds: @escaping @Sendable (Int64) -> Int64) { self.utcOffsetSeconds = utcOffsetSeconds }

    /// The clock of this device.
    public static let here = PageClock(utcOffsetSeconds: Moment.utcOffsetSeconds)

    /// `2026-11-21 20:48`, from milliseconds since 1970.
    func text(_ milliseconds: Int64) -> String {
        // A moment as if its local time were UTC, cut to the minute.
        let local = milliseconds + utcOffsetSeconds(milliseconds / 1_000) * 1_000
        return String(Moment.iso(max(0, local)).prefix(16)).replacing("T", with: " ")
    }

    func day(_ milliseconds: Int64) -> CivilDay {
        CivilDay(daysSince1970: (milliseconds / 1_000 + utcOffsetSeconds(milliseconds / 1_000)) / 86_400)
    }

    /// `+08:00`.
    func zone(at milliseconds: Int64) -> String {
        let offset = utcOffsetSeconds(milliseconds / 1_000)
        let minutes = abs(offset) / 60
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return (offset < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60)
    }
}
