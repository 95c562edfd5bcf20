import Authority
import Testing

@Suite("Days")
struct CalendarDayTests {
    @Test(
        "a day is counted from 1970",
        arguments: [
            ("1970-01-01", 0), ("1970-12-31", 364), ("1972-02-29", 789), ("1972-03-01", 790), ("2000-02-29", 11_016),
            ("2000-03-01", 11_017), ("2026-05-01", 20_574), ("2038-01-19", 24_855), ("2100-03-01", 47_541),
            ("9999-12-31", 2_932_896),
        ])
    func number(text: String, days: Int64) throws {
        let day = try #require(CalendarDay(text))
        #expect(day.beginsSeconds == days * 86_400 - 50_400)
        #expect(day.endsSeconds == (days + 1) * 86_400 + 43_200)
        #expect(day.text == text && "\(day)" == text)
    }

    @Test(
        "a day that does not exist or is written otherwise is refused",
        arguments: [
            "", "2026-1-1", "2026-00-01", "2026-13-01", "2026-01-00", "2026-01-32", "2026-04-31", "2026-02-29",
            "2100-02-29", "1969-12-31", "2026/01/01", "20260101", "2026-01-01T", "2026-01-1 ", "-026-01-01",
            "２026-01", "２０２６-01-01", "10000-01-01", "+026-01-01",
        ])
    func refused(text: String) { #expect(CalendarDay(text) == nil) }

    @Test("successive days are a day apart through four centuries")
    func successive() {
        var previous: CalendarDay?
        var count = 0
        for year in 1970...2370 {
            for month in 1...12 {
                for dayOfMonth in 1...31 {
                    let parts = [(year, 4), (month, 2), (dayOfMonth, 2)].map { number, width in
                        String(repeating: "0", count: width - String(number).count) + String(number)
                    }
                    guard let day = CalendarDay(parts.joined(separator: "-")) else { continue }
                    if let previous {
                        #expect(day.beginsSeconds - previous.beginsSeconds == 86_400 && previous < day)
                    }
                    previous = day
                    count += 1
                }
            }
        }
        #expect(count == 401 * 365 + 97)
    }
}
