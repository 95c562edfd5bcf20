import VaultModel

/// An entry that stands in a list of the report.
struct Sight: Sendable {
    let core: EntryCore
    let customers: Int
    let scanned: Int

    init(_ core: EntryCore, _ subject: EntrySubject?) {
        self.core = core
        customers = subject?.customers.count ?? 0
        scanned = subject?.scanned ?? 0
    }

    func event(_ staff: LogStaff) -> LogReport.Event {
        LogReport.Event(
            index: core.seq, time: core.time, kind: core.kind, act: core.act, decision: core.decision, reason: core.why,
            actor: core.kid.map { staff.actor($0, core.role) } ?? .nobody(core.role),
            purpose: core.purpose, fields: core.fields, customers: customers,
            count: core.kind == .unauthSummary ? scanned : 0)
    }
}

/// The newest entries of a kind, oldest first, and how many there were.
struct SightList: Sendable {
    private var count: UInt64 = 0
    private var newest: [Sight] = []

    mutating func add(_ sight: Sight) {
        count += 1
        newest.append(sight)
        // Now and then, so that a long list is not moved for each entry.
        if newest.count >= 2 * ReportBuilder.listed { newest.removeFirst(newest.count - ReportBuilder.listed) }
    }

    func events(_ staff: LogStaff) -> LogReport.Events {
        .init(count: count, newest: newest.suffix(ReportBuilder.listed).map { $0.event(staff) })
    }
}

extension LogStaff {
    func actor(_ kid: KeyID, _ role: String) -> LogReport.Actor {
        .init(person: person(of: kid)?.text ?? "", kid: kid.text, role: role, isAuthority: kid == authority)
    }
}

extension LogReport.Actor {
    /// For lists that must come out the same each time.
    var order: String { person + kid + role }
}

extension LogReport.Counts {
    /// What one entry adds.
    init(_ core: EntryCore) {
        self.init()
        guard core.decision == .allow else {
            // Sums and interrupted writes of the broker's are no requests that somebody refused.
            if core.kid != nil { refused = 1 }
            return
        }
        switch core.kind {
        case .read, .breakglass: reads = 1
        case .lookup: lookups = 1
        case .write, .import: changes = 1
        default: break
        }
        if core.releasesFields { records = UInt64(clamping: core.released) }
    }

    /// What rows are ordered by.
    var weight: UInt64 { reads + lookups }
}
