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
    /// registered there and no other is, and what was lent has been used as often as the entries say.
    ///
    /// The tables are plain and outside the tree: without this, whoever can write the file could delete the row of a
    /// revocation, or refill a budget, and no checkpoint would show it. Opens every core since the signed mark of the last
    /// comparison, and those since the oldest loan that lives.
    /// - Throws: `integrity`; the vault is not served then.
    func requireWholeRegister() throws(RequestRefusal) {
        let authority = turnstile.controls.authority
        let now = files.clock.nowSeconds()
        let alive = authority.capabilities.values.filter { !$0.isRoot && $0.block.expires > now }
        let oldest = alive.map(\.index).min() ?? .max
        var places = try stored { () throws(StorageError) in try stores.log.blockPlaces() }
        let mark = try stored { () throws(StorageError) in
            try RegisterMark.stored(in: stores.log, places: places, keys: logKeys)
        }
        let compared = mark?.size ?? 0
        places = places.filter { $0.value >= compared }
        let start = min(compared, oldest)
        var opened: UInt64 = 0
        var used: [BlockID: UInt64] = [:]
        var witnesses = mark?.witnesses ?? []
        let size = try stored { () throws(StorageError) in try stores.log.size() }
        for first in stride(from: start, to: size, by: UInt64.Stride(Self.coresAtOnce)) {
            let range = first..<min(size, first + Self.coresAtOnce)
            let isRecent = range.upperBound > oldest
            let cores = try stored { () throws(StorageError) in
                try reader.cores(range) { seq in
                    if authority.isPurged(coreOf: seq) { opened += 1 }
                } where: { bytes in
                    opened += 1
                    return isRecent || Self.namesObject(bytes)
                }
            }
            for core in cores where core.decision == .allow {
                // Who is there and added again, or gone and removed again, is refused: what an entry names changes sides.
                if core.seq >= compared, core.kind == .witness, core.act == .policy {
                    witnesses.formSymmetricDifference([core.object])
                }
                if core.seq >= compared, core.kind.mayCarryBlock, let id = Hex.decode(core.object),
                    id.count == SHA256.size
                {
                    guard places.removeValue(forKey: id) == core.seq else { throw Self.broken }
                }
                guard core.seq >= oldest else { continue }
                for block in Self.budgets(core, authority) { used[block, default: 0] += 1 }
                try restoreEnd(core)
            }
        }
        // A core that is gone without an order to destroy it was taken out. Those that register blocks are never destroyed.
        guard places.isEmpty, opened == size - min(start, size) else { throw Self.broken }
        let listed = try stored { () throws(StorageError) in try stores.log.witnesses() }
        guard Set(listed.map { KnownWitness.object(ofKey: $0.key) }) == witnesses else {
            throw .integrity("the list of witnesses in log.db")
        }
        for (block, count) in used {
            let known = try stored { () throws(StorageError) in try stores.log.uses(of: block.bytes) }
            guard known >= count else { throw Self.broken }
        }
        try markRegister()
    }

    /// Notes that the register has been compared, or has grown entry by entry since it was.
    func markRegister() throws(RequestRefusal) {
        let size = try stored { () throws(StorageError) in try RegisterMark.store(in: stores.log, keys: logKeys) }
        marked.store(size, ordering: .relaxed)
    }

    /// Marks again once so many entries have come that a start after a crash would take seconds for them.
    func markRegisterNowAndThen() {
        guard writer.treeHead.size >= marked.load(ordering: .relaxed) + Self.entriesPerMark else { return }
        // The next start compares more, then.
        try? markRegister()
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
