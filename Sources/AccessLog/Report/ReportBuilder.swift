import Authority
import Policy
import Primitives
public import VaultModel

/// Makes a report from the entries of a log, one after the other.
///
/// What it keeps does not grow with the number of entries but with that of persons, purposes and days; and, of each
/// person, with the different customers she was shown: eight bytes each, because how wide somebody reads is what the
/// report is for. Lists keep their newest entries and count the rest.
public struct ReportBuilder: Sendable {
    /// What a list of the report holds at most.
    public static let listed = 100

    private let period: ReportPeriod
    private var vault = ""
    private var policy = ""
    private var tallies: [TallyKey: Tally] = [:]
    private var total = LogReport.Counts()
    private var customers: Set<UInt64> = []
    private var days: [LogReport.Counts]
    private var hours = Array(repeating: LogReport.Counts(), count: 24)
    private var purposes: [String: LogReport.Counts] = [:]
    private var denials: [Reason: (count: UInt64, kids: Set<KeyID>, last: Int64)] = [:]
    private var remarks: [LogReport.Remark: SightList] = [:]
    private var emergencies: [String: (sight: Sight, reviewed: Int64?)] = [:]
    private var approvals = LogReport.Approvals()
    private var customerExports = SightList()
    private var logExports = SightList()
    private var logReadings: UInt64 = 0
    private var sessions: Set<String> = []
    private var erasures = SightList()
    private var erasureCounts = LogReport.Erasures()
    private var erased: Set<String> = []
    private var archives = ArchiveSights()
    private var coverage = LogReport.Coverage()
    /// Entries not shown since the last one that was: they count once another of the period follows.
    private var pending: (purged: UInt64, withheld: UInt64) = (0, 0)
    private var counters: [KeyID: UInt64] = [:]
    /// Who is who: fetch the blocks it wants before the report is asked for.
    public var staff = LogStaff()
    public init(_ period: ReportPeriod) {
        self.period = period
        days = Array(repeating: LogReport.Counts(), count: period.dayCount)
    }

    /// SHA-256 of the policy that the newest entry names, in lower-case hexadecimal; empty when none does.
    public var newestPolicy: String { policy }

    // MARK: - Entries

    /// Takes the next entry, of the period or not.
    public mutating func add(_ entry: ScannedEntry) {
        guard let core = entry.core else {
            if coverage.indices != nil {
                if entry.coreState == .purged { pending.purged += 1 } else { pending.withheld += 1 }
            }
            return
        }
        vault = core.vault.description
        if !core.policy.isEmpty { policy = core.policy }
        staff.take(core)
        // A review may come after the period's end.
        if core.kind == .approve, core.decision == .allow, core.object.isEmpty {
            emergencies[core.xid]?.reviewed = core.time
        }
        guard period.contains(core.time) else { return }
        cover(entry, core)
        let sight = Sight(core, entry.subject)
        count(core, entry.subject)
        note(sight)
    }

    private mutating func cover(_ entry: ScannedEntry, _ core: EntryCore) {
        coverage.indices = (coverage.indices?.lowerBound ?? entry.index)...entry.index
        coverage.entries += 1
        coverage.purged += pending.purged
        coverage.withheld += pending.withheld
        pending = (0, 0)
        if entry.subject == nil { coverage.withoutSubject += 1 }
        if core.kind == .startup { coverage.starts += 1 }
        guard let kid = core.kid, core.counter > 0 else { return }
        if let last = counters[kid], core.counter > last + 1 { coverage.skippedNumbers += core.counter - last - 1 }
        counters[kid] = max(counters[kid] ?? 0, core.counter)
    }

    private mutating func count(_ core: EntryCore, _ subject: EntrySubject?) {
        let counts = LogReport.Counts(core)
        let (day, hour) = period.place(of: core.time)
        total.add(counts)
        days[day].add(counts)
        hours[hour].add(counts)
        if !counts.isEmpty { purposes[core.purpose, default: .init()].add(counts) }
        guard let kid = core.kid else { return }
        var tally = tallies[TallyKey(kid: kid, role: core.role)] ?? Tally()
        tally.counts.add(counts)
        tally.days.insert(day)
        tally.last = max(tally.last, core.time)
        if core.releasesFields {
            for code in (subject?.customers ?? []).compactMap(Self.code) {
                tally.customers.insert(code)
                customers.insert(code)
            }
        }
        tallies[TallyKey(kid: kid, role: core.role)] = tally
        guard core.decision == .deny else { return }
        var denial = denials[core.why] ?? (0, [], 0)
        denial.count += 1
        denial.kids.insert(kid)
        denial.last = max(denial.last, core.time)
        denials[core.why] = denial
    }

    private mutating func note(_ sight: Sight) {
        let core = sight.core
        switch core.kind {
        case .alert: remarks[.alert, default: .init()].add(sight)
        case .clockAlarm: remarks[.clock, default: .init()].add(sight)
        case .aborted: remarks[.aborted, default: .init()].add(sight)
        case .share: remarks[.cards, default: .init()].add(sight)
        case .unauthSummary: remarks[.strangers, default: .init()].add(sight)
        default: if core.decision == .deny { remarks[.denied, default: .init()].add(sight) }
        }
        if core.why == .approvalRequired { approvals.asked += 1 }
        guard core.decision == .allow else { return }
        switch core.kind {
        case .backup: note(archive: sight)
        case .breakglass: emergencies[core.xid.isEmpty ? String(core.seq) : core.xid] = (sight, nil)
        case .approve: if !core.object.isEmpty { approvals.given += 1 }
        case .eraseRequest, .eraseUndo, .erase, .eraseDone, .eraseArchives: note(erasure: sight)
        // The begin of an export names the statement about it, its end does not.
        case .export where core.act == .logExport: if !core.object.isEmpty { logExports.add(sight) }
        case .export: customerExports.add(sight)
        // Begin and end of following the log bear one id.
        case .list where core.act == .logTail:
            if core.xid.isEmpty || sessions.insert(core.xid).inserted { logReadings += 1 }
        case .read: if !core.xid.isEmpty { approvals.used += 1 }
        default: break
        }
    }

    private mutating func note(archive sight: Sight) {
        archives.add(sight)
        if DrillNote(sight.core.xid)?.passed == false { remarks[.drill, default: .init()].add(sight) }
    }

    /// What was announced again after a crash, or finished again after files were put back, counts once.
    private mutating func note(erasure sight: Sight) {
        switch sight.core.kind {
        case .eraseRequest: erasureCounts.asked += 1
        case .eraseUndo: erasureCounts.undone += 1
        case .eraseDone: if erased.insert(sight.core.xid).inserted { erasureCounts.done += 1 }
        default: break
        }
        erasures.add(sight)
    }

    /// A customer's number in eight bytes: `C-7K3M-9QXD` has eight characters that differ.
    private static func code(_ number: String) -> UInt64? {
        let bytes = number.utf8.dropFirst(2).filter { $0 != UInt8(ascii: "-") }
        return bytes.count == 8 ? bytes.reduce(0) { $0 << 8 | UInt64($1) } : nil
    }

    // MARK: - The report

    /// The report.
    ///
    /// - Parameters:
    ///   - made: milliseconds since 1970 for which the state of rights and reviews is told.
    ///   - reviewDays: after how many days the policy wants rights reviewed.
    ///   - checkpoint: what the log signed about itself.
    ///   - authority: the key that signs the vault's blocks.
    ///   - witnessed: the last cosignature of a witness; nil where there is none.
    public func report(
        made: Int64, reviewDays: Int, checkpoint: Checkpoint, authority: KeyID,
        witnessed: LogReport.Witnessed? = nil
    ) -> LogReport {
        var staff = staff
        staff.authority = authority
        let vault = LogOrigin(checkpoint.origin)?.vault.description ?? vault
        var report = LogReport(vault: vault, period: period, made: made, policy: policy)
        (report.total, report.days, report.hours) = (total, days, hours)
        report.customers = UInt64(customers.count)
        report.people = people(staff)
        report.purposes = purposes.map { LogReport.Named(name: $0.key, counts: $0.value) }
            .sorted { ($1.counts.weight, $0.name) < ($0.counts.weight, $1.name) }
        report.denials = denials.map { reason, denial in
            let actors = Set(denial.kids.map { staff.person(of: $0)?.text ?? $0.text })
            return .init(reason: reason, count: denial.count, persons: actors.count, last: denial.last)
        }.sorted { ($1.count, $0.reason.rawValue) < ($0.count, $1.reason.rawValue) }
        report.remarks = remarks.mapValues { $0.events(staff) }
        report.emergencies = claimed(at: made, staff).suffix(Self.listed)
        report.emergencyCount = UInt64(emergencies.count)
        let unreviewed = claimed(at: made, staff).filter { $0.state != .reviewed }
        if !unreviewed.isEmpty {
            report.remarks[.emergency] = .init(
                count: UInt64(unreviewed.count), newest: unreviewed.suffix(Self.listed).map(\.event))
        }
        report.approvals = approvals
        report.customerExports = customerExports.events(staff)
        report.logExports = logExports.events(staff)
        report.logReadings = logReadings
        report.erasures = erasures.events(staff)
        report.archives = archives.archives(staff)
        report.erasureCounts = erasureCounts
        report.overdue = staff.overdue(now: made / 1_000, days: reviewDays)
        report.coverage = coverage
        report.coverage.origin = checkpoint.origin
        report.coverage.size = checkpoint.size
        report.coverage.root = checkpoint.root
        report.witnessed = witnessed
        return report
    }

    /// Keys of one person in one role are one row.
    private func people(_ staff: LogStaff) -> [LogReport.Person] {
        var merged: [String: (kid: KeyID, role: String, tally: Tally)] = [:]
        for (key, tally) in tallies {
            let name = (staff.person(of: key.kid)?.text ?? key.kid.text) + " " + key.role
            guard var known = merged[name] else {
                merged[name] = (key.kid, key.role, tally)
                continue
            }
            if tally.last > known.tally.last { known.kid = key.kid }
            known.tally.merge(tally)
            merged[name] = known
        }
        return merged.values.map { kid, role, tally in
            LogReport.Person(
                actor: staff.actor(kid, role), counts: tally.counts, customers: UInt64(tally.customers.count),
                activeDays: tally.days.count, last: tally.last)
        }.sorted { ($1.counts.weight, $0.actor.order) < ($0.counts.weight, $1.actor.order) }
    }

    private func claimed(at made: Int64, _ staff: LogStaff) -> [LogReport.Emergency] {
        emergencies.values.sorted { $0.sight.core.seq < $1.sight.core.seq }.map { sight, reviewed in
            let limit = sight.core.time + BreakGlass.reviewSeconds * 1_000
            let state: LogReport.Emergency.State =
                if let reviewed { reviewed <= limit ? .reviewed : .late } else { made <= limit ? .open : .overdue }
            return .init(event: sight.event(staff), state: state, reviewed: reviewed)
        }
    }
}

private struct TallyKey: Hashable {
    let kid: KeyID
    let role: String
}

private struct Tally {
    var counts = LogReport.Counts()
    var customers: Set<UInt64> = []
    var days: Set<Int> = []
    var last: Int64 = 0

    mutating func merge(_ other: Tally) {
        counts.add(other.counts)
        customers.formUnion(other.customers)
        days.formUnion(other.days)
        last = max(last, other.last)
    }
}
