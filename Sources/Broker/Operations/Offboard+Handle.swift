internal import AccessLog
internal import Authority
internal import Policy
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Ends a person's keys. The moment the block is in the log nothing signed by them or derived from them is allowed;
/// the connections they were used on are cut.
enum OffboardStaffHandler: OperationHandler {
    typealias Op = OffboardStaff

    static func handle(
        _ call: Call<OffboardStaff.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<OffboardStaff.Reply> {
        let signed = try vault.open(call.body.block)
        guard case .revoke(let block) = signed.block else { throw .malformed("offboarding registers a revocation") }
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .offboard), as: .offboard)
        let authority = vault.turnstile.controls.authority
        let keys = authority.keys(of: call.body.person).filter { !authority.isRevoked($0) }
        guard !keys.isEmpty else {
            throw await vault.refuse(
                decision, .notFound("nobody of this id has a key that still works"), as: .offboard)
        }
        guard Set(block.kids) == Set(keys), block.caps.isEmpty else {
            throw await vault.refuse(
                decision, .conflict("the block must end all keys of the person, and only those; ask again"),
                as: .offboard)
        }
        guard !keys.contains(call.verified.request.kid) else {
            throw await vault.refuse(
                decision, .conflict("nobody offboards herself: ask another person who may"), as: .offboard)
        }
        let now = call.verified.receivedMilliseconds / 1_000
        let doomed = try lent(through: keys, authority, now, in: vault)
        let killed = try doomed.prefix(OffboardStaff.mostChains).map { (item) throws(RequestRefusal) in
            try Self.killed(item.capability, item.grant, by: keys, in: vault)
        }
        let entry = try await vault.turnstile.register(signed, decision, as: .offboard)
        let cut = vault.connections.cut(keys, but: call.verified.peer.connection)
        let withdrawn = end(call.body.person, now: now, in: vault)
        let statement = OffboardingStatement(
            vault: vault.vault, origin: vault.logKeys.verifier.name, person: call.body.person, keys: keys,
            killed: doomed.map(\.grant.capability), entry: entry.seq, at: entry.time
        ).sealed(by: vault.logKeys.verifier, vault.logKeys.signCheckpoint)
        return Answer(
            OffboardStaff.Reply(
                killed: killed, ended: UInt64(doomed.count), connections: UInt64(cut), withdrawn: UInt64(withdrawn),
                tasks: tasks(for: keys, in: vault), statement: statement.value), entry)
    }

    /// What will die: all that is alive, was lent, and has one of the keys in its chain.
    private static func lent(
        through keys: [KeyID], _ authority: AuthorityState, _ now: Int64, in vault: OpenVault
    ) throws(RequestRefusal) -> [(capability: RegisteredCapability, grant: ListGrants.Grant)] {
        var doomed: [(capability: RegisteredCapability, grant: ListGrants.Grant)] = []
        var known: Set<BlockID> = []
        for capability in keys.flatMap({ authority.chains(through: $0) })
        where !capability.isRoot && authority.isAlive(capability, now: now) && known.insert(capability.id).inserted {
            let grant = try vault.grant(capability, isMine: false, authority, now: now)
            if grant.state == "live" { doomed.append((capability, grant)) }
        }
        return doomed
    }

    private static func killed(
        _ capability: RegisteredCapability, _ grant: ListGrants.Grant, by keys: [KeyID], in vault: OpenVault
    ) throws(RequestRefusal) -> OffboardStaff.Killed {
        OffboardStaff.Killed(
            capability: grant.capability, holder: capability.block.audience, to: grant.to,
            wasLent: keys.contains(capability.block.issuer), order: grant.order,
            block: try vault.envelope(capability.id), left: grant.max - grant.used)
    }

    /// What she knew, as far as her roles tell. No signature ends knowledge.
    private static func tasks(for keys: [KeyID], in vault: OpenVault) -> [String] {
        let controls = vault.turnstile.controls
        let roles = keys.compactMap { controls.authority.enrolments[$0]?.role }
        var tasks: [String] = []
        if roles.contains(where: { controls.policy.allows($0, .keys, "unseal") }) { tasks.append("vault-passphrase") }
        if roles.contains(where: { controls.policy.allows($0, .staff, "approve") }) { tasks.append("authority-key") }
        return tasks
    }

    /// The name stays, for her entries in the log; the row says that she has left, and what she had asked for is
    /// withdrawn: how much that was.
    ///
    /// The keys have ended by now: whatever fails here must not keep the statement from the person who asks.
    private static func end(_ person: PersonID, now: Int64, in vault: OpenVault) -> Int {
        let records = vault.stores.records
        var withdrawn = 0
        let rows = (try? records.waitingRequests(of: person, now: now, limit: ListRequests.mostRequests)) ?? []
        for row in rows where row.state == .open {
            if (try? records.end(request: row.id, from: .open, as: .withdrawn)) != nil { withdrawn += 1 }
        }
        if var row = try? records.staff(person) {
            let before = row.state
            (row.state, row.mac, row.commitment, row.expires) = (.offboarded, nil, nil, 0)
            try? records.update(row, from: [before])
        }
        return withdrawn
    }
}

/// What a person has seen, from the log: no revocation can undo it. Opaque numbers and names of fields, no value.
enum ListSeenHandler: OperationHandler {
    typealias Op = ListSeen
    private static let page: UInt64 = 500

    static func handle(
        _ call: Call<ListSeen.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ListSeen.Reply> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .offboard), as: .list)
        let keys = Set(vault.turnstile.controls.authority.keys(of: call.body.person))
        guard !keys.isEmpty else {
            throw await vault.refuse(decision, .notFound("nobody of this id ever had a key"), as: .list)
        }
        let grant = try await vault.turnstile.log(decision, as: .list)
        let size = grant.entry.size
        let end = min(size, call.body.from + min(size, ListSeen.entriesAtOnce))
        var summary = SeenSummary(keys: keys, now: call.verified.receivedMilliseconds)
        var next = min(call.body.from, end)
        let names = keys.map { Array($0.text.utf8) }
        while next < end, !summary.isFull {
            let stop = min(end, next + page)
            // Cores are looked at first: most entries are somebody else's.
            let cores = try vault.stored { () throws(StorageError) in
                try vault.reader.cores(next..<stop, where: { core in names.contains { core.contains($0) } })
            }
            for core in cores where !summary.isFull {
                try vault.stored { () throws(StorageError) in
                    summary.add(core, try vault.reader.entries(core.seq..<core.seq + 1).first?.subject)
                }
                next = core.seq + 1
            }
            if !summary.isFull { next = stop }
            // Other requests go on meanwhile.
            await Task.yield()
        }
        return Answer(
            ListSeen.Reply(
                seen: summary.seen, denied: summary.denied, purged: summary.purged, next: next, size: size,
                days: summary.activity), grant.entry
        )
    }
}

/// Reads of some keys, gathered by customer and form.
private struct SeenSummary {
    private struct Slot: Hashable {
        let customer: CustomerNumber
        let form: Form
    }

    private struct Sight {
        var fields: Set<FieldName> = []
        var reads: UInt64 = 0
        var last: Int64 = 0
    }

    let keys: Set<KeyID>
    private var sights: [Slot: Sight] = [:]
    private(set) var denied: UInt64 = 0
    private(set) var purged: UInt64 = 0

    private var days: [Int64: (shown: UInt64, lookups: UInt64, changes: UInt64, denied: UInt64)] = [:]
    private let firstDay: Int64

    private static let dayMilliseconds: Int64 = 86_400_000

    init(keys: Set<KeyID>, now: Int64) {
        self.keys = keys
        firstDay = now / Self.dayMilliseconds - 90
    }

    /// The last 90 days, oldest first.
    var activity: [ListSeen.Day] {
        days.sorted { $0.key < $1.key }.map { day, counts in
            ListSeen.Day(
                day: day, shown: counts.shown, lookups: counts.lookups, changes: counts.changes, denied: counts.denied)
        }
    }

    private mutating func count(_ core: EntryCore) {
        let day = core.time / Self.dayMilliseconds
        guard day >= firstDay else { return }
        var counts = days[day] ?? (0, 0, 0, 0)
        if core.decision == .deny {
            counts.denied += 1
        } else {
            counts.shown += UInt64(clamping: core.released)
            if core.kind == .lookup { counts.lookups += 1 }
            if core.kind == .write || core.kind == .import { counts.changes += 1 }
        }
        days[day] = counts
    }

    /// Whether the next entry, with a hundred customers, might not fit into the reply.
    var isFull: Bool { sights.count + WireLimits.customers > ListSeen.mostCustomers }

    var seen: [ListSeen.Seen] {
        sights.map { slot, sight in
            ListSeen.Seen(
                customer: slot.customer, form: slot.form, fields: sight.fields.sorted(), reads: sight.reads,
                last: sight.last)
        }.sorted { ($0.customer.text, $0.form) < ($1.customer.text, $1.form) }
    }

    mutating func add(_ core: EntryCore, _ part: [UInt8]?) {
        guard let kid = core.kid, keys.contains(kid) else { return }
        count(core)
        if core.decision == .deny { denied += 1 }
        guard core.decision == .allow, core.released > 0, let form = core.form else { return }
        guard let part, let subject = try? EntrySubject(parsing: part) else {
            purged += 1
            return
        }
        for number in subject.customers.compactMap({ CustomerNumber($0) }) {
            var sight = sights[Slot(customer: number, form: form)] ?? Sight()
            sight.fields.formUnion(core.fields)
            sight.reads += 1
            sight.last = max(sight.last, core.time)
            sights[Slot(customer: number, form: form)] = sight
        }
    }
}
