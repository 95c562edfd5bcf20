import AccessLog
import Policy
import Testing
import VaultModel
import Wire

@testable import Turnstile

/// Times are milliseconds since 1970; these begin at a full minute, so that the edges of buckets are easy to see.
@Suite struct OpenLedgerTests {
    private let li = PersonID.random()
    private let wang = PersonID.random()
    private let limits = RoleLimits(opensPer10Minutes: 5, opensPerDay: 8, listRows: 20)
    private let start: Int64 = 1_795_286_760_000
    private let tenMinutes: Int64 = 600_000
    private let day: Int64 = 86_400_000

    /// Reserves and confirms; whether it fitted.
    private func open(_ ledger: inout OpenLedger, _ count: Int, _ person: PersonID? = nil, at time: Int64) -> Bool {
        guard let ticket = ledger.reserve(count, for: person ?? li, limits: limits, at: time) else { return false }
        ledger.confirm(ticket)
        return true
    }

    private func expect(
        _ fits: Bool, _ opened: Bool, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(opened == fits, comment, sourceLocation: sourceLocation)
    }

    private func ticket(_ ledger: inout OpenLedger, _ count: Int) throws -> OpenLedger.Ticket {
        let reserved = ledger.reserve(count, for: li, limits: limits, at: start)
        return try #require(reserved)
    }

    @Test func `the limit can be reached and not passed, and a refusal counts for nothing`() {
        var ledger = OpenLedger()
        expect(true, open(&ledger, 3, at: start))
        expect(false, open(&ledger, 3, at: start))
        expect(true, open(&ledger, 2, at: start))
        expect(false, open(&ledger, 1, at: start + 1))
        #expect(ledger.quota(of: li, limits: limits, at: start) == OpenQuota(left: 0, limit: 5, window: .tenMinutes))
    }

    @Test func `one person's opens are not another's`() {
        var ledger = OpenLedger()
        expect(true, open(&ledger, 5, at: start))
        expect(true, open(&ledger, 5, wang, at: start))
        expect(false, open(&ledger, 1, at: start))
    }

    @Test func `ten minutes slide, and end no sooner than they say`() {
        var ledger = OpenLedger()
        expect(true, open(&ledger, 3, at: start))
        expect(true, open(&ledger, 2, at: start + 60_000))
        // The second in which it was opened has passed whole.
        expect(false, open(&ledger, 1, at: start + tenMinutes + 999))
        expect(true, open(&ledger, 3, at: start + tenMinutes + 1_000))
        expect(false, open(&ledger, 1, at: start + tenMinutes + 1_000))
    }

    @Test func `a day slides by the minute`() {
        var ledger = OpenLedger()
        expect(true, open(&ledger, 5, at: start))
        let later = start + tenMinutes + 1_000
        expect(true, open(&ledger, 3, at: later))
        expect(false, open(&ledger, 1, at: later + tenMinutes + 1_000), "eight a day")
        expect(false, open(&ledger, 1, at: start + day + 59_999))
        expect(true, open(&ledger, 5, at: start + day + 60_000))
    }

    @Test func `requests of one batch cannot pass together, and what failed is given back`() throws {
        var ledger = OpenLedger()
        let first = try ticket(&ledger, 2)
        let second = try ticket(&ledger, 2)
        let refused = ledger.reserve(2, for: li, limits: limits, at: start)
        #expect(refused == nil)
        ledger.cancel(second)
        let third = try ticket(&ledger, 3)
        ledger.confirm(first)
        ledger.confirm(third)
        ledger.cancel(first)
        ledger.cancel(third)
        #expect(ledger.quota(of: li, limits: limits, at: start).left == 0, "confirmed stays confirmed")
        #expect(ledger.wait(of: li, limits: limits, at: start) == tenMinutes + 1_000)
    }

    @Test func `a cancelled reservation is taken from the window it was made in`() throws {
        var ledger = OpenLedger()
        let old = try ticket(&ledger, 4)
        expect(true, open(&ledger, 1, at: start + 30_000))
        ledger.cancel(old)
        #expect(ledger.quota(of: li, limits: limits, at: start + 30_000).left == 4)
        ledger.cancel(old)
        #expect(ledger.quota(of: li, limits: limits, at: start + 30_000).left == 4)
    }

    @Test func `the nearer limit is told, with a warning when a fifth is left`() {
        var ledger = OpenLedger()
        let wide = RoleLimits(opensPer10Minutes: 10, opensPerDay: 20, listRows: 1)
        #expect(ledger.quota(of: li, limits: wide, at: start) == OpenQuota(left: 10, limit: 10, window: .tenMinutes))
        ledger.restore(7, for: li, at: start)
        #expect(!ledger.quota(of: li, limits: wide, at: start).isLow)
        ledger.restore(1, for: li, at: start)
        #expect(ledger.quota(of: li, limits: wide, at: start).isLow)
        #expect(ledger.quota(of: li, limits: wide, at: start).left == 2)
        let later = start + tenMinutes + 1_000
        #expect(ledger.quota(of: li, limits: wide, at: later) == OpenQuota(left: 12, limit: 20, window: .day))
        #expect(ledger.wait(of: li, limits: wide, at: later) == nil)
    }

    @Test func `what an older process released counts, in whatever order it is read`() {
        var ledger = OpenLedger()
        for offset: Int64 in [5_000, 1_000, 3_000, 1_500] { ledger.restore(1, for: li, at: start + offset) }
        expect(true, open(&ledger, 1, at: start + 6_000))
        expect(false, open(&ledger, 1, at: start + 6_000))
        // The two of second 1 leave together, that of second 3 two seconds later.
        expect(true, open(&ledger, 2, at: start + tenMinutes + 2_000))
        expect(false, open(&ledger, 1, at: start + tenMinutes + 3_999))
        expect(true, open(&ledger, 1, at: start + tenMinutes + 4_000))
    }

    @Test func `an approved export and an emergency count and are not stopped`() {
        #expect(OpenLedger.counts(.export) && !OpenLedger.stops(.export))
        #expect(OpenLedger.counts(.breakglass) && !OpenLedger.stops(.breakglass))
        #expect(OpenLedger.counts(.read) && OpenLedger.stops(.read))
        #expect(OpenLedger.counts(.lookup) && OpenLedger.stops(.lookup))
        #expect(!OpenLedger.counts(.write) && !OpenLedger.stops(.write))
    }

    @Test(arguments: [
        (1, "a minute"), (60_000, "a minute"), (60_001, "2 minutes"), (600_000, "10 minutes"),
        (7_140_000, "119 minutes"), (7_140_001, "2 hours"), (86_460_000, "25 hours"),
    ])
    func `a wait is rounded up`(milliseconds: Int64, text: String) {
        #expect(Turnstile.text(ofWait: milliseconds) == text)
    }
}
