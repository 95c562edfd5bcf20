internal import AccessLog
internal import Authority
internal import Host
internal import Keys
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Whole months of the log that may be destroyed, oldest first and without a gap.
struct DuePurge {
    let half: MonthKey.Half
    /// yyyymm, and the index of each month's first entry.
    let months: [(month: UInt32, first: UInt64)]
    /// The index behind the last one.
    let end: UInt64

    var first: UInt64 { months.first?.first ?? end }

    /// The part up to an index that ends a month; nil when it ends none.
    func prefix(before end: UInt64) -> DuePurge? {
        let kept = months.filter { $0.first < end }
        guard !kept.isEmpty, end == self.end || months.contains(where: { $0.first == end }) else { return nil }
        return DuePurge(half: half, months: kept, end: end)
    }
}

extension OpenVault {
    /// What is old enough and still readable at `now`, milliseconds since 1970. A core goes after its details: they say
    /// nothing without it.
    func duePurge(_ half: MonthKey.Half, now: Int64) throws(RequestRefusal) -> DuePurge {
        let retention = turnstile.policy.logRetention
        let kept = half == .core ? retention.coreMonths : retention.detailMonths
        let (all, present) = try stored { () throws(StorageError) in
            (try stores.log.months(), try stores.keyring.monthKeys())
        }
        func isReadable(_ month: UInt32, _ half: MonthKey.Half) -> Bool {
            present.contains { $0.month == month && $0.half == half.rawValue }
        }
        var months: [(month: UInt32, first: UInt64)] = []
        var end: UInt64 = 0
        for (place, next) in zip(all, all.dropFirst()) {
            guard LogRetention.isOver(months: kept, of: place.month, in: LogMonth.of(now)) else { break }
            guard isReadable(place.month, half) else { continue }
            if half == .core, isReadable(place.month, .personal) { break }
            months.append(place)
            end = next.first
        }
        return DuePurge(half: half, months: months, end: end)
    }

    /// Destroys what a registered order is about. Safe to repeat: what a crash interrupted is done again.
    ///
    /// - Returns: how many entries stay readable.
    func carryOut(_ order: RegisteredPurge) async throws(RequestRefusal) -> UInt64 {
        let authority = turnstile.controls.authority
        let half = order.half
        let all = try stored { () throws(StorageError) in try stores.log.months() }
        let months = zip(all, all.dropFirst()).filter { order.covers($0.first) && order.covers($1.first - 1) }.map(\.0)
        guard !months.isEmpty else { return 0 }
        let holds = authority.holds(at: files.clock.nowSeconds())
        var purge = try stored { () throws(StorageError) in
            try LogPurge(
                stores.log, keyring: stores.keyring, keys: logKeys, reader: reader, months: months.map(\.month),
                half: half)
        }
        var goesOn = true
        while goesOn {
            goesOn = try stored { () throws(StorageError) in
                try purge.step(time: files.clock.nowMilliseconds()) { (entry) throws(StorageError) in
                    try Self.stays(entry, half, holds, authority)
                }
            }
            // Others' requests go on in between.
            await Task.yield()
        }
        return purge.kept
    }

    /// What outlives a purge: what is held, and every core without which nobody could replay who was allowed what.
    private static func stays(
        _ entry: OpenedEntry, _ half: MonthKey.Half, _ holds: [RegisteredHold], _ authority: AuthorityState
    ) throws(StorageError) -> Bool {
        guard let bytes = entry.core else { return false }
        guard let core = try? EntryCore(parsing: bytes) else { throw .corrupt(.log) }
        if half == .core, core.kind.mayCarryBlock || core.kind == .startup || core.kind == .witness { return true }
        var customers: [String] = []
        if let bytes = entry.subject {
            guard let subject = try? EntrySubject(parsing: bytes) else { throw .corrupt(.log) }
            customers = subject.customers
        }
        // Whom a refused request was about stands in nothing but the request.
        if let bytes = entry.evidence { customers += EntryEvidence.customers(in: bytes) }
        return holds.contains { hold in
            hold.block.scope.covers(
                customers: customers, person: core.kid.flatMap(authority.person(of:)), milliseconds: core.time)
        }
    }

    /// Goes on with what a crash left half done: the last order about each half, and older ones whose keys are there.
    func finishPurges() async throws(RequestRefusal) {
        let purges = turnstile.controls.authority.purges
        guard !purges.isEmpty else { return }
        let (all, present) = try stored { () throws(StorageError) in
            (try stores.log.months(), try stores.keyring.monthKeys())
        }
        for (place, order) in purges.enumerated() {
            let isLast = !purges[(place + 1)...].contains { $0.half == order.half }
            let hasKeys = present.contains { key in
                key.half == order.half.rawValue
                    && all.contains { $0.month == key.month && order.covers($0.first) }
            }
            if isLast || hasKeys { _ = try await carryOut(order) }
        }
    }
}

extension RegisteredPurge {
    /// Which keys go.
    fileprivate var half: MonthKey.Half { block.parts.contains(PurgeBlock.core) ? .core : .personal }

    fileprivate func covers(_ entry: UInt64) -> Bool {
        entry < index && block.ranges.contains { $0.contains(Int64(clamping: entry)) }
    }
}
