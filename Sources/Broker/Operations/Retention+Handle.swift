internal import AccessLog
internal import Authority
internal import CanonicalJSON
internal import Keys
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Tells an officer what an order to purge must name.
enum PlanPurgeHandler: OperationHandler {
    typealias Op = PlanPurge

    static func handle(
        _ call: Call<PlanPurge.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<PlanPurge.Reply> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .logTail, verb: "tail"), as: .list)
        let now = call.verified.receivedMilliseconds
        let due = try vault.duePurge(call.body.cores ? .core : .personal, now: now)
        let latest = call.body.before == 0 ? UInt32.max : LogMonth.of(call.body.before)
        let months = due.months.filter { $0.month < latest }
        let end = due.months.first { $0.month >= latest }?.first ?? due.end
        let retention = vault.turnstile.policy.logRetention
        let grant = try await vault.turnstile.log(decision, as: .list)
        return Answer(
            PlanPurge.Reply(
                first: months.isEmpty ? 0 : due.first, end: months.isEmpty ? 0 : end,
                from: Int64(months.first?.month ?? 0), through: Int64(months.last?.month ?? 0),
                months: Int64(call.body.cores ? retention.coreMonths : retention.detailMonths),
                holds: Int64(vault.turnstile.controls.authority.holds(at: now / 1_000).count)),
            grant.entry)
    }
}

/// Destroys readable parts of old months: ordered by one person's block, approved by two others, logged before the
/// first key goes.
enum PurgeLogHandler: OperationHandler {
    typealias Op = PurgeLog

    static func handle(
        _ call: Call<BlockRequest>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<PurgeLog.Reply> {
        let signed = try vault.open(call.body.block)
        guard case .purge(let block) = signed.block, signed.issuer == call.verified.request.kid else {
            throw .malformed("an order to purge is a block signed by the key that brings it")
        }
        let ask = PolicyAsk(act: .logPurge, verb: "purge")
        return try await vault.purges.run { () throws(RequestRefusal) in
            // Nobody is asked to approve what could not be done.
            let first = vault.turnstile.gate.decide(call.verified, ask)
            let isRefused =
                if case .refused(let refusal) = first.outcome { refusal.reason != .approvalRequired } else { false }
            if !isRefused, let fault = try fault(in: block, vault, now: call.verified.receivedMilliseconds) {
                throw await vault.refuse(first, fault, as: .purge)
            }
            let decision = try await vault.admit(call.verified, ask, as: .purge, block: call.body.block.encode())
            guard let consent = decision.consent else { throw .denied(.approvalRequired, hint: "nobody approved this") }
            let entry = try await vault.turnstile.register(signed, decision, as: .purge, xid: consent.request)
            // Used in the log, whether the row says so or not.
            try? vault.end(consent.request, from: .open, as: .used)
            guard let order = vault.turnstile.controls.authority.purges.last(where: { $0.id == signed.id }) else {
                throw .integrity("the register of signed blocks in log.db")
            }
            let kept = try await vault.carryOut(order)
            let entries = block.ranges.reduce(UInt64(0)) { $0 + UInt64($1.count) }
            return Answer(PurgeLog.Reply(entries: entries, kept: kept), entry)
        }
    }

    /// Why an order cannot be carried out: it is about more, or less, than whole months that are due.
    private static func fault(
        in block: PurgeBlock, _ vault: OpenVault, now: Int64
    ) throws(RequestRefusal) -> RequestRefusal? {
        let half: MonthKey.Half
        switch block.parts {
        case [PurgeBlock.core]: half = .core
        case PurgeBlock.details: half = .personal
        default: return .malformed("an order is about the core, or about evidence and subject")
        }
        let due = try vault.duePurge(half, now: now)
        guard block.ranges.count == 1, let range = block.ranges.first,
            UInt64(clamping: range.lowerBound) == due.first, due.prefix(before: UInt64(range.upperBound) + 1) != nil
        else {
            return .conflict("the order does not name whole months that are old enough: coffer log purge")
        }
        return nil
    }
}

/// Puts a hold in force, or ends one.
enum HoldLogHandler: OperationHandler {
    typealias Op = HoldLog

    static func handle(
        _ call: Call<BlockRequest>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<GrantReply> {
        let signed = try vault.open(call.body.block)
        guard case .hold(let block) = signed.block, signed.issuer == call.verified.request.kid else {
            throw .malformed("a hold is a block signed by the key that brings it")
        }
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .hold, verb: "hold"), as: .hold)
        let now = call.verified.receivedMilliseconds / 1_000
        let holds = vault.turnstile.controls.authority.holds(at: now)
        if block.until <= now, !holds.contains(where: { $0.block.scope == block.scope }) {
            throw await vault.refuse(decision, .notFound("no hold of this scope is in force"), as: .hold)
        }
        let others = holds.filter { $0.block.scope != block.scope }
        if block.until > now, others.count >= ListHolds.mostHolds {
            throw await vault.refuse(
                decision, .conflict("\(ListHolds.mostHolds) holds are in force; end some first"), as: .hold)
        }
        // In turn with purges: one that has begun does not ask again what is held.
        let entry = try await vault.purges.run { () throws(RequestRefusal) in
            try await vault.turnstile.register(signed, decision, as: .hold)
        }
        return Answer(GrantReply(grant: signed.id.text), entry)
    }
}

/// Lists the holds in force.
enum ListHoldsHandler: OperationHandler {
    typealias Op = ListHolds

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ListHolds.Reply> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .hold, verb: "hold"), as: .list)
        let authority = vault.turnstile.controls.authority
        var holds: [ListHolds.Hold] = []
        for hold in authority.holds(at: call.verified.receivedMilliseconds / 1_000).prefix(ListHolds.mostHolds) {
            guard let block = try? JSONValue.parse(hold.block.encode(), limits: .signed) else {
                throw .integrity("a hold in log.db")
            }
            holds.append(
                ListHolds.Hold(
                    id: hold.id.text, block: block, by: try vault.name(of: hold.block.issuer, authority),
                    index: hold.index))
        }
        let grant = try await vault.turnstile.log(decision, as: .list)
        return Answer(ListHolds.Reply(holds: holds), grant.entry)
    }
}
