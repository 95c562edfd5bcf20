internal import AccessLog
internal import Authority
internal import Host
internal import Primitives
internal import Storage
internal import Synchronization
internal import Turnstile
internal import VaultModel

extension OpenVault {
    private static let coresAtOnce: UInt64 = 2_000
    private static let entriesPerMark: UInt64 = 20_000

    /// Compares the tables of `log.db` that decide with the log itself: every block that an entry put in force is
    /// registered there and no other is, whoever is to be erased is frozen and nobody else is, and what was lent has been used as often as the entries say.
    ///
    /// The tables are plain and outside the tree: without this, whoever can write the file could delete the row of a
    /// revocation, or refill a budget, and no checkpoint would show it. What is compared are the rows that the authority
    /// was made of when the process began. Opens every core since the signed mark of the last comparison, and those since
    /// the oldest loan that lives.
    /// - Throws: `integrity`; the vault is not served then.
    func requireWholeRegister() async throws(RequestRefusal) {
        let authority = turnstile.controls.authority
        let now = files.clock.nowSeconds()
        let alive = authority.capabilities.values.filter { !$0.isRoot && $0.block.expires > now }
        let oldest = alive.map(\.index).min() ?? .max
        let marked = try stored { () throws(StorageError) in
            try RegisterMark.stored(in: stores.log, places: replayed, keys: logKeys)
        }
        var state = marked ?? RegisterState()
        let known = state.size
        var used: [BlockID: UInt64] = [:]
        state.size = try stored { () throws(StorageError) in try stores.log.size() }
        try await cores(from: min(known, oldest), to: state.size, all: oldest) { (core) throws(RequestRefusal) in
            if core.seq >= known { state.take(core) }
            guard core.decision == .allow, core.seq >= oldest else { return }
            for block in Self.budgets(core, authority) { used[block, default: 0] += 1 }
            try restoreEnd(core)
        }
        guard state.places == replayed else { throw Self.broken }
        let listed = try stored { () throws(StorageError) in try stores.log.witnesses() }
        guard Set(listed.map(\.object)) == state.witnesses else { throw .integrity("the list of witnesses in log.db") }
        let frozen = try stored { () throws(StorageError) in try stores.log.erasures([.pending, .begun]) }
        guard Set(frozen.map(\.id)) == state.erasures else { throw .integrity("the table of erasures in log.db") }
        for (block, count) in used {
            let known = try stored { () throws(StorageError) in try stores.log.uses(of: block.bytes) }
            guard known >= count else { throw Self.broken }
        }
        try mark(state)
    }

    /// Marks as compared what the entries have registered since the last mark. The tables are not asked.
    func markRegister() async throws(RequestRefusal) {
        var state = compared.withLock { $0 }
        let first = state.size
        state.size = try stored { () throws(StorageError) in try stores.log.size() }
        try await cores(from: first, to: state.size, all: .max) { state.take($0) }
        try mark(state)
    }

    /// Marks again once so many entries have come that a start after a crash would take seconds for them.
    func markRegisterNowAndThen() async {
        guard writer.treeHead.size >= compared.withLock({ $0.size }) + Self.entriesPerMark else { return }
        // The next start compares more, then.
        try? await markRegister()
    }

    private func mark(_ state: RegisterState) throws(RequestRefusal) {
        try stored { () throws(StorageError) in try RegisterMark.store(state, in: stores.log, keys: logKeys) }
        compared.withLock { $0 = state }
    }

    /// Hands over the cores that may have registered something, and all from `all` on.
    /// - Throws: `integrity` when one is gone that no order covers. Those that register blocks are never destroyed.
    private func cores(
        from start: UInt64, to end: UInt64, all: UInt64, _ take: (EntryCore) throws(RequestRefusal) -> Void
    ) async throws(RequestRefusal) {
        let authority = turnstile.controls.authority
        var first = start
        while first < end {
            let range = first..<min(end, first + Self.coresAtOnce)
            var isWhole = true
            let cores = try stored { () throws(StorageError) in
                try reader.cores(range) { seq in
                    if !authority.isPurged(coreOf: seq) { isWhole = false }
                } where: { bytes in
                    range.upperBound > all || Self.namesObject(bytes)
                }
            }
            guard isWhole else { throw Self.broken }
            for core in cores { try take(core) }
            first = range.upperBound
            // Others' requests go on in between.
            await Task.yield()
        }
    }

    private static var broken: RequestRefusal { .integrity("the register of signed blocks in log.db") }

    /// Whether a core has an object, by its bytes alone: what is not needed is not parsed.
    private static func namesObject(_ core: [UInt8]) -> Bool { !core.contains(noObject) }
    private static let noObject = Array(#""obj":"","#.utf8)

    /// The blocks that a read under what was lent was counted for.
    private static func budgets(_ core: EntryCore, _ authority: AuthorityState) -> [BlockID] {
        guard core.act == .read || core.act == .match, let id = BlockID(core.capability),
            let chain = authority.capabilities[id]?.chain
        else { return [] }
        return chain.links.filter { $0.block.maxUses < CapabilityBlock.unlimited }.map(\.id)
    }

    /// The end of an order holds from its entry on, whether its row was stored or not: so the log reads, and so it was
    /// told to whoever verifies it.
    private func restoreEnd(_ core: EntryCore) throws(RequestRefusal) {
        guard core.act == .write || core.act == .propose, core.fields.isEmpty else { return }
        let entry = try stored { () throws(StorageError) in try reader.entries(core.seq..<core.seq + 1).first }
        guard let bytes = entry?.subject, let subject = try? EntrySubject(parsing: bytes), subject.orders.count == 1,
            let order = RecordName(subject.orders[0])
        else { return }
        turnstile.restoreEnd(of: order.record, seq: core.seq, time: core.time)
    }
}
