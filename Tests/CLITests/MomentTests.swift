import Console
import Testing
import VaultModel

struct MomentTests {
    @Test(
        "ISO 8601 times are those of the calendar",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (1_795_294_091_000, "2026-11-21T20:48:11Z"),
            (951_827_696_789, "2000-02-29T12:34:56.789Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (4_107_542_399_000, "2100-02-28T23:59:59Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00Z"),
        ] as [(Int64, String)])
    func iso(milliseconds: Int64, text: String) {
        #expect(Moment.iso(milliseconds) == text)
    }

    @Test(
        "A time written with its zone is read back",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01T08:00+08:00", 0), ("1969-12-31T19:30-04:30", 0),
            ("2026-11-21T20:48:11Z", 1_795_294_091_000),
        ] as [(String, Int64)])
    func read(text: String, milliseconds: Int64) {
        #expect(Moment.parse(text) == milliseconds)
    }

    @Test(
        "What is no time is refused",
        arguments: [
            "", "2026", "2026-13-01", "2026-02-29", "2026-1-1", "2026-11-21T", "2026-11-21T25:00Z", "2026-11-21T20:60Z",
            "2026-11-21T20:48:11.5Z", "2026-11-21T20:48+8", "2026-11-21 20:48", "２０２６-11-21", "-026-11-21",
            "2026-11-21T20:48ZZ",
        ])
    func refused(text: String) {
        #expect(Moment.parse(text) == nil)
    }

    @Test(
        "A local time is read back as the same local time",
        arguments: [
            "2026-01-15 10:30", "2026-07-15 23:59", "1999-12-31 00:00",
        ])
    func local(text: String) throws {
        let moment = try #require(Moment.parse(text.replacing(" ", with: "T")))
        #expect(Moment.local(moment) == text)
        #expect(Moment.local(moment, seconds: true) == text + ":00")
        #expect(Moment.today(moment).description == text.prefix(10))
        #expect(try #require(Moment.parse(String(text.prefix(10)))) <= moment)
    }

    @Test("Days are counted as the calendar does, for eight hundred years")
    func days() throws {
        var previous = CivilDay(daysSince1970: -146_097)
        for number in Int64(-146_096)...146_097 {
            let day = CivilDay(daysSince1970: number)
            #expect(day.daysSince1970 == number)
            let follows = (day.year, day.month, day.day) > (previous.year, previous.month, previous.day)
            if !follows || CivilDay(day.description) != day {
                Issue.record("day \(number) is \(day)")
                break
            }
            previous = day
        }
        #expect(CivilDay("2026-11-21")?.adding(days: 365).description == "2027-11-21")
        #expect(CivilDay("2024-02-29") != nil && CivilDay("2023-02-29") == nil && CivilDay("1900-02-29") == nil)
    }

    @Test(
        "Sizes are rounded the way people read them",
        arguments: [
            (0, "0 B"), (1_023, "1023 B"), (1_024, "1.0 KiB"), (1_536, "1.5 KiB"), (10_240, "10 KiB"),
            (5 << 30, "5.0 GiB"),
        ] as [(Int64, String)])
    func sizes(bytes: Int64, text: String) {
        #expect(ByteCount.text(bytes) == text)
    }
}
