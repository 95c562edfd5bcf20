internal import AccessLog
internal import Authority
internal import Host
internal import Policy
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

extension OpenVault {
    private static let coresAtOnce: UInt64 = 2_000

    /// Compares the tables of `log.db` that decide with the log itself: every block that an entry put in force is
    /// registered there and no other is, and what was lent has been used as often as the entries say.
    ///
    /// The tables are plain and outside the tree: without this, whoever can write the file could delete the row of a
    /// revocation, or refill a budget, and no checkpoint would show it. Opens every core of the log, about 10 µs each.
    /// - Throws: `integrity`; the vault is not served then.
    func requireWholeRegister() throws(RequestRefusal) {
        let authority = turnstile.controls.authority
        let now = files.clock.nowSeconds()
        let alive = authority.capabilities.values.filter { !$0.isRoot && $0.block.expires > now }
        let oldest = alive.map(\.index).min() ?? .max
        var seen = 0
        var opened: UInt64 = 0
        var used: [BlockID: UInt64] = [:]
        do {
            let size = try stores.log.size()
            var first: UInt64 = 0
            while first < size {
                let end = min(size, first + Self.coresAtOnce)
                let isRecent = end > oldest
                let cores = try reader.cores(first..<end) { bytes in
                    opened += 1
                    return isRecent || Self.namesObject(bytes)
                }
                for core in cores where core.decision == .allow {
                    if try isRegistered(core, authority) { seen += 1 }
                    guard core.seq >= oldest else { continue }
                    for (block, _) in Self.budgets(core, authority) { used[block, default: 0] += 1 }
                    try restoreEnd(core)
                }
                first = end
            }
            // Of purged entries it is not known any more what they registered.
            guard opened < size || seen == authority.registered.count else { throw Self.broken }
            for (block, count) in used where try stores.log.uses(of: block.bytes) < count { throw Self.broken }
        } catch let error as StorageError {
            throw RequestRefusal(storage: error)
        } catch let refusal as RequestRefusal {
            throw refusal
        } catch { throw RequestRefusal(.internal, .unavailable) }
    }

    private static var broken: RequestRefusal { .integrity("the register of signed blocks in log.db") }

    /// Whether a core has an object, by its bytes alone.
    private static func namesObject(_ core: [UInt8]) -> Bool {
        let name = Array(#""obj":""#.utf8)
        guard core.count > name.count else { return false }
        for start in 0..<core.count - name.count where core[start] == name[0] {
            var length = 1
            while length < name.count, core[start + length] == name[length] { length += 1 }
            if length == name.count { return core[start + length] != UInt8(ascii: "\"") }
        }
        return false
    }

    /// Whether an entry put a block in force. Throws when the register does not say the same.
    private func isRegistered(_ core: EntryCore, _ authority: AuthorityState) throws(RequestRefusal) -> Bool {
        guard core.kind.mayCarryBlock, let hash = Hex.decode(core.object), let id = BlockID(hash) else { return false }
        guard authority.registered[id] == core.seq else { throw Self.broken }
        return true
    }

    private static func budgets(
        _ core: EntryCore, _ authority: AuthorityState
    ) -> [(block: BlockID, maxUses: Int64)] {
        guard core.act == .read || core.act == .match, let id = BlockID(core.capability),
            let chain = authority.capabilities[id]?.chain
        else { return [] }
        return chain.links.filter { $0.block.maxUses < CapabilityBlock.unlimited }.map { ($0.id, $0.block.maxUses) }
    }

    /// The end of an order holds from its entry on, whether its row was stored or not: so the log reads, and so it was
    /// told to whoever verifies it.
    private func restoreEnd(_ core: EntryCore) throws {
        guard core.act == .write || core.act == .propose, core.fields.isEmpty else { return }
        let entry = try reader.entries(core.seq..<core.seq + 1).first
        guard let bytes = entry?.subject, let subject = try? EntrySubject(parsing: bytes), subject.orders.count == 1,
            let order = RecordName(subject.orders[0])
        else { return }
        turnstile.restoreEnd(of: order.record, seq: core.seq, time: core.time)
    }
}
