import AccessLog
import Console
import VaultModel

/// A month of the calendar of this place, as `--month` names it.
struct ReportMonth: Equatable {
    private let first: CivilDay

    /// From `2026-11`.
    init(_ text: String) throws(Failure) {
        guard text.utf8.count == 7, let day = CivilDay(text + "-01") else {
            throw .usage("--month is not a month", hint: "2026-11", why: "month")
        }
        first = day
    }

    /// The month of a moment, in milliseconds since 1970.
    init(of milliseconds: Int64) {
        let today = Moment.today(milliseconds)
        first = today.adding(days: 1 - today.day)
    }

    /// Refuses a month that has not begun at `now`, milliseconds since 1970.
    func period(now: Int64) throws(Failure) -> ReportPeriod {
        let later = first.adding(days: 32)
        let next = later.adding(days: 1 - later.day)
        guard let since = Moment.parse(first.description), let until = Moment.parse(next.description),
            let period = ReportPeriod(since: since, until: until, utcOffsetSeconds: Moment.utcOffsetSeconds)
        else { throw .usage("--month lies outside the calendar", hint: "2026-11", why: "month") }
        guard since <= now else {
            throw .usage("this month has not begun", hint: "name an earlier one: --month 2026-11", why: "month")
        }
        return period
    }

    var text: String { String(first.description.prefix(7)) }
}
