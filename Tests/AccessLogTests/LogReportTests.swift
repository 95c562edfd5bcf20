import AccessLog
import Authority
import Testing
import VaultModel

/// The figures of a month.
struct LogReportTests {
    private let day = SampleLog.day

    private func number() -> String { CustomerNumber.random().text }

    private func deny(_ log: SampleLog, _ reason: Reason, by signer: Signer? = nil) {
        log.append(SampleRequest(customers: []), by: signer ?? log.clerk) { draft in
            draft.decision = .deny
            draft.why = reason
            draft.released = 0
        }
    }

    @Test func `reads, look-ups, changes and refusals are counted by day, hour, person and purpose`() throws {
        let log = SampleLog.ready()
        let shared = number()
        log.append(SampleRequest(customers: [shared]), by: log.clerk)
        log.append(SampleRequest(customers: [shared]), by: log.clerk)
        log.append(SampleRequest(customers: [number()]), by: log.clerk)
        log.time += day
        log.append(
            SampleRequest(act: .find, form: .masked, purpose: "care", customers: [shared]), by: log.clerk, kind: .lookup
        )
        log.append(SampleRequest(act: .write, customers: [shared]), by: log.clerk, kind: .write) { $0.released = 0 }
        deny(log, .field)
        deny(log, .field)
        deny(log, .purpose)
        let report = try log.report()

        #expect(report.total.reads == 3 && report.total.lookups == 1 && report.total.changes == 1)
        #expect(report.total.refused == 3 && report.total.records == 4)
        #expect(report.customers == 2)
        #expect(report.days.map(\.reads) == [3, 0] + Array(repeating: 0, count: 28))
        #expect(report.days[1].lookups == 1 && report.days[1].refused == 3)
        let hour = Int(log.time % day / 3_600_000)
        #expect(report.hours.reduce(0) { $0 + $1.reads } == 3 && report.hours[hour].lookups == 1)

        let clerk = try #require(report.people.first)
        #expect(clerk.actor.person == log.clerk.person.text && clerk.actor.role == "clerk")
        #expect(clerk.counts.reads == 3 && clerk.customers == 2 && clerk.activeDays == 2)
        #expect(report.purposes.map(\.name).prefix(2) == ["order", "care"])
        #expect(report.denials.map(\.reason) == [.field, .purpose] && report.denials[0].count == 2)
        #expect(report.denials[0].persons == 1)
        #expect(report.remarks[.denied]?.count == 3 && report.remarkable == 3)
        #expect(report.coverage.indices == 0...UInt64(log.entries.count - 1))
        #expect(report.coverage.purged == 0 && report.coverage.withheld == 0)
    }

    @Test func `days and hours are those of the place`() throws {
        let log = SampleLog.ready()
        let noon = SampleLog.monthStart + 5 * day + 17 * 3_600_000
        log.time = noon
        log.append(SampleRequest(customers: [number()]), by: log.clerk)
        // Eight hours ahead it is one o'clock of the next day.
        let since = SampleLog.monthStart - 8 * 3_600_000
        let report = try log.report(since: since, until: since + 30 * day, utcOffset: 8 * 3_600)
        #expect(report.days.firstIndex { $0.reads == 1 } == 6)
        #expect(report.hours.firstIndex { $0.reads == 1 } == 1)
        #expect(report.days.count == 30)
    }

    @Test func `two keys of one person in one role are one row`() throws {
        let log = SampleLog.ready()
        let role = try #require(RoleName("clerk"))
        let second = Signer(9)
        log.register(
            EnrolBlock(
                header: log.header(log.authority), person: log.clerk.person, kid: second.kid, role: role, nda: nil,
                training: nil, uid: nil), by: log.authority, kind: .enrol)
        let shared = number()
        for signer in [log.clerk, second] { log.append(SampleRequest(customers: [shared]), by: signer) }
        let clerks = try log.report().people.filter { $0.actor.role == "clerk" }
        #expect(clerks.count == 1)
        #expect(clerks.first?.counts.reads == 2 && clerks.first?.customers == 1)
    }

    @Test func `what lies outside the month does not count`() throws {
        let log = SampleLog.ready()
        log.append(SampleRequest(customers: [number()]), by: log.clerk)
        log.time += 40 * day
        log.append(SampleRequest(customers: [number()]), by: log.clerk)
        deny(log, .field)
        let report = try log.report()
        #expect(report.total.reads == 1 && report.total.refused == 0)
        #expect(report.coverage.indices?.upperBound == UInt64(log.entries.count - 3))
    }

    @Test func `an emergency is reviewed in time, late, not yet, or not at all`() throws {
        typealias State = LogReport.Emergency.State
        func report(reviewAfter hours: Int64?, made: Int64) throws -> LogReport {
            let log = SampleLog.ready()
            let id = "r_" + String(repeating: "7", count: 26)
            log.append(SampleRequest(customers: [number()]), by: log.clerk, kind: .breakglass) { $0.xid = id }
            let claimed = log.time
            if let hours {
                log.time += hours * 3_600_000
                log.append(
                    SampleRequest(act: .approve, fields: [], form: nil, purpose: "", ref: id), by: log.officer,
                    kind: .approve, role: "compliance-officer"
                ) { $0.xid = id }
            }
            return try log.report(made: claimed + made * 3_600_000)
        }
        let cases: [(Int64?, Int64, State, UInt64)] = [
            (2, 3, .reviewed, 0), (25, 30, .late, 1), (nil, 23, .open, 1), (nil, 25, .overdue, 1),
        ]
        for (review, made, state, remarks) in cases {
            let report = try report(reviewAfter: review, made: made)
            #expect(report.emergencies.map(\.state) == [state])
            #expect((report.remarks[.emergency]?.count ?? 0) == remarks, "\(state)")
        }
    }

    @Test func `a review after the end of the month is a review`() throws {
        let log = SampleLog.ready()
        let id = "r_" + String(repeating: "7", count: 26)
        log.time = SampleLog.monthStart + 30 * day - 3_600_000
        log.append(SampleRequest(customers: [number()]), by: log.clerk, kind: .breakglass) { $0.xid = id }
        log.time += 3 * 3_600_000
        log.append(
            SampleRequest(act: .approve, fields: [], form: nil, purpose: "", ref: id), by: log.officer, kind: .approve,
            role: "compliance-officer"
        ) { $0.xid = id }
        let report = try log.report()
        #expect(report.emergencies.map(\.state) == [.reviewed] && report.approvals.given == 0)
    }

    @Test func `the broker's own remarks are listed, and are nobody's refusals`() throws {
        let log = SampleLog.ready()
        for (kind, decision) in [
            (EntryKind.alert, EntryDecision.allow), (.clockAlarm, .allow), (.aborted, .deny), (.unauthSummary, .deny),
            (.share, .deny),
        ] {
            var draft = EntryDraft(kind: kind, decision: decision, why: decision == .allow ? .granted : .notEnrolled)
            if kind == .unauthSummary { draft.subject.scanned = 17 }
            log.append(draft)
        }
        let report = try log.report()
        for remark in [LogReport.Remark.alert, .clock, .aborted, .strangers, .cards] {
            #expect(report.remarks[remark]?.count == 1, "\(remark)")
        }
        #expect(report.remarks[.strangers]?.newest.first?.count == 17)
        #expect(report.total.refused == 0 && report.remarks[.denied] == nil && report.remarkable == 5)
    }

    @Test func `archives and drills are told from their entries alone`() throws {
        let log = SampleLog.ready()
        let sets = (0..<3).map { _ in "b_" + Crockford.randomLower(26) }
        func run(_ set: String, arrived: Bool) {
            log.append(SampleRequest(act: .backupRun, fields: [], form: nil, purpose: ""), by: log.clerk, kind: .backup)
            {
                $0.xid = set
                if arrived { $0.object = String(repeating: "a", count: 64) }
            }
        }
        func drill(_ tier: DrillNote.Tier, _ passed: Bool, _ set: String) throws {
            let note = try #require(DrillNote(tier: tier, passed: passed, took: 4_200, age: 60, set: set))
            log.append(
                SampleRequest(act: .backupRun, fields: [], form: nil, purpose: "", object: note.object), by: log.clerk,
                kind: .backup
            ) { $0.xid = note.text }
        }
        for set in sets { run(set, arrived: false) }
        // One goes on after an interruption, one arrives twice because a target was away.
        run(sets[0], arrived: false)
        run(sets[0], arrived: true)
        run(sets[1], arrived: true)
        run(sets[1], arrived: true)
        try drill(.cards, true, sets[1])
        try drill(.structure, false, "")
        log.append(
            SampleRequest(act: .backupPrune, fields: [], form: nil, purpose: ""), by: log.clerk, kind: .backup)
        let report = try log.report()
        let archives = report.archives
        #expect(archives.made == 3 && archives.carried == 2 && archives.removed == 1)
        #expect(archives.newest.map(\.set) == [sets[0], sets[1]])
        #expect(archives.drills == 2 && archives.failed == 1)
        #expect(archives.newestDrills.map(\.note.tier) == [.cards, .structure])
        #expect(archives.newestDrills.map(\.note.took) == [4_200, 4_200])
        #expect(report.remarks[.drill]?.count == 1 && report.remarkable == 1)
        // Another month has none of it.
        let until = SampleLog.monthStart
        #expect(try log.report(since: until - 30 * day, until: until).archives == LogReport.Archives())
    }

    @Test func `a long list keeps its newest entries and counts all`() throws {
        let log = SampleLog.ready()
        for _ in 0..<(3 * ReportBuilder.listed + 7) { deny(log, .rate) }
        let denied = try #require(try log.report().remarks[.denied])
        #expect(denied.count == UInt64(3 * ReportBuilder.listed + 7))
        #expect(denied.newest.count == ReportBuilder.listed)
        #expect(denied.newest.last?.index == UInt64(log.entries.count - 1))
        #expect(denied.newest.map(\.index) == denied.newest.map(\.index).sorted())
    }

    @Test func `gaps between the first and the last entry are told, and what lies behind is not`() throws {
        let log = SampleLog.ready()
        log.read(6)
        var shown = log.entries.map(\.exported)
        let count = shown.count
        shown[count - 4].core = .purged
        shown[count - 4].subject = .purged
        shown[count - 3].core = .withheld
        shown[count - 1].core = .withheld
        shown[count - 2].subject = .purged
        let report = try log.report(shown)
        #expect(report.coverage.purged == 1 && report.coverage.withheld == 1)
        #expect(report.coverage.indices?.upperBound == UInt64(count - 2) && report.coverage.withoutSubject == 1)
        #expect(report.coverage.skippedNumbers == 2, "two requests of the clerk are not shown")
        #expect(report.total.reads == 3)
    }

    @Test func `rights are overdue by the policy's days, and no more once they are revoked`() throws {
        let log = SampleLog.ready()
        let later = log.time + 95 * day
        var overdue = try log.report(made: later).overdue
        #expect(Set(overdue.map(\.actor.role)) == ["clerk", "compliance-officer"])
        #expect(overdue.allSatisfy { !$0.hasEnded })
        #expect(try log.report(made: log.time + 130 * day).overdue.allSatisfy(\.hasEnded))
        #expect(try log.report(made: log.time + 20 * day).overdue.isEmpty)
        #expect(try log.report(made: log.time + 20 * day, reviewDays: 10).overdue.count == 2)
        log.revoke(log.clerk)
        overdue = try log.report(made: later).overdue
        #expect(overdue.map(\.actor.role) == ["compliance-officer"])
        log.grant(log.officer, role: "compliance-officer")
        log.time += 90 * day
        log.grant(log.officer, role: "compliance-officer")
        #expect(try log.report(made: later).overdue.isEmpty, "renewed")
    }

    @Test func `erasures are counted by what became of them, and one that was announced twice is one`() throws {
        let log = SampleLog.ready()
        func own(_ kind: EntryKind, _ xid: String) {
            var draft = EntryDraft(kind: kind, decision: .allow, why: .granted, policy: log.policy, xid: xid)
            draft.subject.customers = [number()]
            log.append(draft)
        }
        let ids = ["e_00000000000000000000000001", "e_00000000000000000000000002"]
        for id in ids { own(.eraseRequest, id) }
        own(.eraseUndo, ids[0])
        for kind in [EntryKind.erase, .erase, .eraseDone, .eraseDone] { own(kind, ids[1]) }
        let report = try log.report()
        #expect(report.erasureCounts.asked == 2 && report.erasureCounts.undone == 1 && report.erasureCounts.done == 1)
        #expect(report.erasures.count == 7 && report.erasures.newest.last?.kind == .eraseDone)
    }

    @Test func `a month without entries is a report with noughts`() throws {
        let log = SampleLog.ready()
        let report = try log.report(since: SampleLog.monthStart - 90 * day, until: SampleLog.monthStart - 60 * day)
        #expect(report.coverage.indices == nil && report.total.isEmpty && report.people.isEmpty)
        #expect(report.days.count == 30 && report.remarkable == 0)
    }

    @Test func `a period is no longer than a leap year`() {
        func period(_ days: Int64) -> ReportPeriod? {
            ReportPeriod(since: 0, until: days * day, utcOffsetSeconds: { _ in 0 })
        }
        #expect(period(366)?.dayCount == 366)
        #expect(period(367) == nil && period(0) == nil)
    }
}
