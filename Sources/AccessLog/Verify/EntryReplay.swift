import Authority
import VaultModel

/// Everything that must hold between entries: time, counters, purges, withheld parts, rights.
struct EntryReplay {
    private let withheld: WithheldParts
    private var rights: RightsReplay
    private var counters = CounterReplay()
    private var purges = PurgeReplay()
    private var lastTime: Int64 = 0
    private(set) var signaturesVerified = 0
    private(set) var signaturesNotChecked = 0
    private var gaps = FindingList()

    init(withheld: WithheldParts, rights: RightsReplay) {
        self.withheld = withheld
        self.rights = rights
    }

    /// Takes the next entry.
    mutating func apply(_ entry: CheckedEntry, into findings: inout FindingList) {
        findings.add(entry.findings)
        if let core = entry.core {
            if core.time < lastTime { findings.add(.core, .time, at: entry.index) }
            lastTime = max(lastTime, core.time)
        }
        judgeLines(entry, &findings)
        guard let core = entry.core else { return rights.miss() }
        count(entry, core, &findings)
        let registered = rights.apply(entry, core, into: &findings)
        if let registered, case .purge(let order) = registered {
            purges.order(order, at: entry.index, time: core.time, rights.retention)
        }
    }

    /// What can be said only after the last entry.
    mutating func finish(into findings: inout FindingList) {
        findings.add(purges.findings())
        rights.finish(into: &findings)
        counters.finish(notes: &gaps)
    }

    /// What the recovery quorum has ordered.
    var recoveries: [RegisteredRecovery] { rights.recoveries }

    /// Worth knowing and not wrong. In a filtered export every gap is one of the filter's.
    var notes: [LogFinding] { withheld.core.isEmpty ? gaps.list : [] }

    private mutating func judgeLines(_ entry: CheckedEntry, _ findings: inout FindingList) {
        let parts: [(LogPart, IndexRanges)] = [
            (.core, withheld.core), (.subject, withheld.subject), (.evidence, withheld.evidence),
        ]
        for (line, (part, announced)) in zip(entry.lines, parts) {
            let isWithheld = if case .withheld = line { true } else { false }
            if isWithheld != announced.contains(entry.index) { findings.add(part, .withheld, at: entry.index) }
            if case .purged = line { purges.miss(part, at: entry.index, time: lastTime) }
        }
    }

    private mutating func count(_ entry: CheckedEntry, _ core: EntryCore, _ findings: inout FindingList) {
        var base: [UInt8]?
        switch entry.evidence {
        case .request(_, let bytes): base = bytes
        case .unknown where core.kid != nil: signaturesNotChecked += 1
        default: break
        }
        if entry.signatureVerified { signaturesVerified += 1 }
        if !counters.take(core, base: base, notes: &gaps) { findings.add(.counter, .repeated, at: entry.index) }
    }
}
