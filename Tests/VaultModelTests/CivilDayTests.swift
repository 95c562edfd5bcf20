import Testing
import VaultModel

struct CivilDayTests {
    /// Two cycles of the calendar, forwards by the rules of leap years alone.
    @Test func `eight hundred years of days have their names, and back`() {
        var expected = (year: Int64(1600), month: Int64(1), day: Int64(1))
        for number in Int64(-135_140)...157_053 {
            let day = CivilDay(daysSince1970: number)
            guard (day.year, day.month, day.day) == expected, day.daysSince1970 == number,
                CivilDay(day.description) == day
            else {
                Issue.record("\(number) is \(day), not \(expected)")
                return
            }
            let isLeap = expected.year % 4 == 0 && (expected.year % 100 != 0 || expected.year % 400 == 0)
            let days: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            expected.day += 1
            if expected.day > days[Int(expected.month) - 1] { (expected.month, expected.day) = (expected.month + 1, 1) }
            if expected.month > 12 { (expected.year, expected.month) = (expected.year + 1, 1) }
        }
        #expect(expected == (2400, 1, 1))
    }

    @Test(arguments: [
        "", "2026-02-29", "2026-00-10", "2026-13-01", "2026-01-00", "2026-1-01", "26-01-01", "2026-01-01 ",
        "2026/01/01",
        "+026-01-01", "2026-01-٠١", "２０２６-01-01", "2026-01-01-01",
    ])
    func `what is no day is not read`(text: String) { #expect(CivilDay(text) == nil) }

    @Test func `a day begins with its first millisecond in UTC`() {
        #expect(CivilDay(milliseconds: -1).description == "1969-12-31")
        #expect(CivilDay(milliseconds: 0).description == "1970-01-01")
        #expect(CivilDay(milliseconds: 1_795_046_399_999).description == "2026-11-18")
        #expect(CivilDay(milliseconds: 1_795_046_400_000).yearAndMonth == 202_611)
        #expect(CivilDay("2026-11-21")?.adding(days: 365).description == "2027-11-21")
    }

    @Test func `a fraction is written where it is asked for`() {
        #expect(UTCText.text(1_005, fraction: .milliseconds) == "1970-01-01T00:00:01.005Z")
        #expect(UTCText.text(1_000, fraction: .milliseconds) == "1970-01-01T00:00:01.000Z")
        #expect(UTCText.text(1_000, fraction: .millisecondsUnlessZero) == "1970-01-01T00:00:01Z")
        #expect(UTCText.text(1_005, fraction: .millisecondsUnlessZero) == "1970-01-01T00:00:01.005Z")
        #expect(UTCText.text(-1, fraction: .milliseconds) == "1969-12-31T23:59:59.999Z")
        #expect(UTCText.text(1_999) == "1970-01-01T00:00:01Z")
    }

    @Test(arguments: [
        (0 as Int64, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
        (951_868_799, "2000-02-29T23:59:59Z"), (1_893_553_445, "2030-01-02T03:04:05Z"),
        (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ])
    func `moments are written and read`(seconds: Int64, text: String) {
        #expect(UTCText.text(seconds * 1_000) == text)
        #expect(UTCText.seconds(text) == seconds)
        #expect(UTCText.seconds(text.dropLast() + ".123Z") == seconds)
    }

    @Test(arguments: ["", "2030-02-30T00:00:00Z", "2030-13-01T00:00:00Z", "2030-01-01T24:00:00Z", "2030-01-01", "x"])
    func `what is no moment is not read`(text: String) { #expect(UTCText.seconds(text) == nil) }
}
