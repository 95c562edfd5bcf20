internal import AccessLog
internal import Authority
internal import Host
internal import Policy
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Tells a lender what her block must name. It shows a colleague's key and an order's shop: no entry.
enum PrepareGrantHandler: OperationHandler {
    typealias Op = PrepareGrant

    static func handle(
        _ call: Call<PrepareGrant.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<PrepareGrant.Reply> {
        let standing = try await vault.admitOwn(call.verified, as: .delegate)
        let controls = vault.turnstile.controls
        let kid = call.verified.request.kid
        guard let enrolment = controls.authority.enrolments[kid], let root = controls.authority.root(for: kid),
            !standing.isDelegated
        else { throw .denied(.noRoot, hint: "only an own right can be lent") }
        let recipients = Set(controls.policy.role(enrolment.role)?.delegations.map(\.to) ?? [])
        guard !recipients.isEmpty else { throw .denied(.act, hint: "role \(enrolment.role) lends nothing") }
        let keys = try vault.keys(named: call.body.to, controls.authority)
        guard let borrower = keys.first(where: { recipients.contains($0.role) }) else {
            throw .notFound("nobody of this name has a key for a role that \(enrolment.role) may lend to")
        }
        guard call.head.orders.count == 1, let name = RecordName(call.head.orders[0]),
            let order = try vault.fetch([name.record]).first,
            order.kind == vault.turnstile.fieldMap.kind(OpenVault.orderKind),
            root.block.shops.contains(ShopName(stored: order.shop))
        else { throw .notFound("no such order; check the id") }
        return Answer(
            PrepareGrant.Reply(
                kid: borrower.kid, role: borrower.role, parent: root.id.text, shop: ShopName(stored: order.shop),
                now: call.verified.receivedMilliseconds / 1_000), nil)
    }
}

/// Registers a capability that one person lends another for one order. The lender has signed it; the broker checks it
/// against the chain, the policy and the order, and adds nothing.
enum DelegateGrantHandler: OperationHandler {
    typealias Op = DelegateGrant
    /// What may be lent: seeing, comparing, and reporting the end.
    private static let acts: [Act] = [.read, .match, .propose]

    static func handle(
        _ call: Call<BlockRequest>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<DelegateGrant.Reply> {
        let signed = try vault.open(call.body.block)
        guard case .capability(let block) = signed.block, block.parent != nil else {
            throw .malformed("a delegation registers a capability that is derived from another")
        }
        let decision = vault.turnstile.gate.decide(
            call.verified,
            PolicyAsk(
                act: .delegate, recipient: block.role, minutes: minutes(of: block),
                uses: Int(clamping: block.maxUses), boundTo: OpenVault.orderKind))
        do throws(RequestRefusal) {
            if case .refused(let refusal) = decision.outcome, refusal.code == .unauthenticated { throw refusal }
            // The block's own faults come first: they are the signer's mistake whatever the policy says.
            try vault.turnstile.requireRegistrable(signed, decision)
            try requireSame(block, as: call.verified.request)
            _ = try decision.requireAllowed()
        } catch { throw await vault.refuse(decision, error, as: .delegate) }
        guard case .only(let acts) = block.acts, acts.allSatisfy(Self.acts.contains) else {
            throw await vault.refuse(
                decision, .denied(.act, hint: "only reading, comparing and reporting can be lent"), as: .delegate)
        }
        // In turn with the steps of orders: a loan must not slip in between an order's end and its row.
        return try await vault.writes.run { () throws(RequestRefusal) in
            let order = try await Self.order(of: decision, shops: block.shops, in: vault)
            let entry = try await vault.turnstile.register(
                signed, decision, as: .delegate,
                binding: OrderBinding(order: order.id, customer: order.customer, revision: order.rev))
            return Answer(DelegateGrant.Reply(capability: signed.id.text, expires: block.expires), entry)
        }
    }

    /// The open order that the head names.
    private static func order(
        of decision: Decision, shops: Scope<ShopName>, in vault: OpenVault
    ) async throws(RequestRefusal) -> StoredRecord {
        guard let order = try await vault.records(of: decision, kind: OpenVault.orderKind, as: .delegate).first,
            OrderStatus(order.status)?.state == .open
        else {
            throw await vault.refuse(
                decision, .denied(.orderClosed, hint: "the order has been delivered or cancelled"), as: .delegate)
        }
        guard order.customer != .none else { throw await vault.refuse(decision, .detached, as: .delegate) }
        guard shops == .only([ShopName(stored: order.shop)]) else {
            throw await vault.refuse(
                decision, .denied(.shop, hint: "the order belongs to shop \(ShopName(stored: order.shop))"),
                as: .delegate)
        }
        return order
    }

    /// The head says what the block says, so that the log can be read without the block.
    private static func requireSame(_ block: CapabilityBlock, as request: ParsedRequest) throws(RequestRefusal) {
        let head = request.head
        guard block.issuer == request.kid else {
            throw .malformed("a capability is registered by the one who lends it")
        }
        guard case .only(let fields) = block.fields, fields.sorted() == head.fields,
            case .only(let purposes) = block.purposes, purposes.map(\.text) == [head.purpose],
            block.forms.count == 1, block.forms.first == head.form,
            case .orders(let orders) = block.subjects, orders == head.orders, orders.count == 1, head.customers.isEmpty
        else { throw .malformed("the head must say what the block says: fields, form, purpose and one order") }
    }

    private static func minutes(of block: CapabilityBlock) -> Int {
        Int(clamping: (block.expires - block.notBefore + 59) / 60)
    }
}

/// Lists capabilities. It shows names of colleagues and ids, nothing of a customer: no entry.
enum ListGrantsHandler: OperationHandler {
    typealias Op = ListGrants

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ListGrants.Reply> {
        _ = try await vault.admitOwn(call.verified, as: .list)
        let controls = vault.turnstile.controls
        let kid = call.verified.request.kid
        guard let enrolment = controls.authority.enrolments[kid] else { throw .unauthenticated }
        let seesAll = controls.policy.allows(enrolment.role, .staff, "review")
        let keys = Set(controls.authority.keys(of: enrolment.person))
        let lent = controls.authority.capabilities.values
            .filter { !$0.isRoot && (seesAll || keys.contains($0.block.issuer) || keys.contains($0.block.audience)) }
            .sorted { ($0.index, $0.id.text) > ($1.index, $1.id.text) }
            .prefix(ListGrants.mostGrants)
        let now = call.verified.receivedMilliseconds / 1_000
        var grants: [ListGrants.Grant] = []
        for capability in lent {
            grants.append(
                try vault.grant(capability, isMine: capability.block.audience == kid, controls.authority, now: now))
        }
        return Answer(ListGrants.Reply(grants: grants), nil)
    }
}

/// Ends capabilities by a signed block.
enum RevokeGrantHandler: OperationHandler {
    typealias Op = RevokeGrant

    static func handle(
        _ call: Call<BlockRequest>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<RevokeGrant.Reply> {
        let signed = try vault.open(call.body.block)
        guard case .revoke(let block) = signed.block, block.kids.isEmpty else {
            throw .malformed("this ends capabilities; keys are ended by offboarding")
        }
        let authority = vault.turnstile.controls.authority
        guard block.issuer == call.verified.request.kid || block.issuer == authority.authority else {
            throw .malformed("a revocation is registered by the one who signed it")
        }
        let isOwn = authority.endsOnlyOwn(block)
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: .revoke, verb: isOwn ? "own" : nil), as: .revoke)
        let now = call.verified.receivedMilliseconds / 1_000
        let ended = authority.capabilities.values.filter { capability in
            authority.isAlive(capability, now: now) && capability.chain.links.contains { block.caps.contains($0.id) }
        }
        let entry = try await vault.turnstile.register(signed, decision, as: .revoke)
        return Answer(RevokeGrant.Reply(ended: UInt64(ended.count)), entry)
    }
}

extension OpenVault {
    /// Lets in whoever has a right of her own that holds, for what concerns nobody but her; a refusal is logged.
    func admitOwn(_ verified: VerifiedRequest, as kind: EntryKind) async throws(RequestRefusal) -> Standing {
        let decision = turnstile.gate.decideOwn(verified)
        if case .refused(let refusal) = decision.outcome { throw await refuse(decision, refusal, as: kind) }
        guard let standing = decision.standing else { throw .unauthenticated }
        return standing
    }

    func grant(
        _ capability: RegisteredCapability, isMine: Bool, _ authority: AuthorityState, now: Int64
    ) throws(RequestRefusal) -> ListGrants.Grant {
        let block = capability.block
        let used: UInt64
        do { used = try stores.log.uses(of: capability.id.bytes) } catch { throw RequestRefusal(storage: error) }
        var orders: [String] = []
        if case .orders(let ids) = block.subjects { orders = ids }
        var fields: [FieldName] = []
        if case .only(let names) = block.fields { fields = names }
        var purposes: [Purpose] = []
        if case .only(let names) = block.purposes { purposes = names }
        return ListGrants.Grant(
            capability: capability.id.text, by: try name(of: block.issuer, authority),
            to: try name(of: block.audience, authority), isMine: isMine, order: orders.first ?? "",
            fields: fields.sorted(), form: block.forms.max() ?? .match, purpose: purposes.first?.text ?? "",
            begins: block.notBefore, expires: block.expires, max: block.maxUses, used: Int64(clamping: used),
            state: try state(of: capability, used: used, authority, now: now))
    }

    private func state(
        of capability: RegisteredCapability, used: UInt64, _ authority: AuthorityState, now: Int64
    ) throws(RequestRefusal) -> String {
        do throws(BlockRefusal) { try authority.requireUnrevoked(capability) } catch { return "revoked" }
        guard authority.isAlive(capability, now: now) else { return "expired" }
        if used >= UInt64(clamping: capability.block.maxUses) { return "exhausted" }
        if let binding = turnstile.binding(of: capability.id) {
            let order = try fetch([binding.order]).first
            let status = order.flatMap { OrderStatus($0.status) }
            guard let status, status.state == .open, status.handedOverAt <= binding.revision else {
                return "order-closed"
            }
        }
        return "live"
    }

    /// The keys of the person of this name that are not revoked and have a root.
    func keys(named name: String, _ authority: AuthorityState) throws(RequestRefusal) -> [Enrolment] {
        guard let row = try staff(named: name) else { return [] }
        return authority.keys(of: row.person).filter { authority.root(for: $0) != nil }
            .compactMap { authority.enrolments[$0] }
    }

    /// The name of the person a key belongs to.
    func name(of key: KeyID, _ authority: AuthorityState) throws(RequestRefusal) -> String {
        guard let person = authority.person(of: key) else { return "" }
        do { return try stores.records.staff(person).map(name(of:)) ?? "" } catch {
            throw RequestRefusal(storage: error)
        }
    }
}
