internal import AccessLog
public import Authority
internal import Host
public import Policy
internal import Primitives
internal import Storage
internal import VaultModel
public import Wire

/// What blocks and policy say about a verified request. Only `Gate` makes one.
///
/// An allowed decision is not yet a right to a value: that is `LoggedGrant`, which only the log gives.
public struct Decision: Sendable {
    public enum Outcome: Sendable {
        case allowed(PolicyGrant)
        case refused(RequestRefusal)
    }

    public let verified: VerifiedRequest
    public let outcome: Outcome
    /// Who asks and by what blocks; nil when the blocks refused.
    public let standing: Standing?
    /// What was asked of the policy, with the form that was decided and, where the policy asks for approvals, how many.
    public let ask: PolicyAsk
    /// SHA-256 of the policy that decided.
    public let policy: String
    /// What stands in for the approvals the policy asks for; nil when it asks for none.
    public let consent: Consent?

    fileprivate init(
        verified: VerifiedRequest, outcome: Outcome, standing: Standing?, ask: PolicyAsk, policy: String,
        consent: Consent? = nil
    ) {
        self.verified = verified
        self.outcome = outcome
        self.standing = standing
        self.ask = ask
        self.policy = policy
        self.consent = consent
    }

    public var head: RequestHead { verified.request.head }

    /// The grant, or the refusal as an error.
    public func requireAllowed() throws(RequestRefusal) -> PolicyGrant {
        switch outcome {
        case .allowed(let grant): return grant
        case .refused(let refusal): throw refusal
        }
    }

    /// The budgets this entry takes from: reads and comparisons under what was lent count, at every level.
    func uses(as draft: EntryDraft) -> [BlockUse] {
        guard draft.decision == .allow, ask.act == .read || ask.act == .match else { return [] }
        return standing?.budgets.map { BlockUse(block: $0.block.bytes, limit: UInt64(clamping: $0.maxUses)) } ?? []
    }

    /// The same request refused for a reason found later: a shop that is not hers, a customer that is not there.
    public func refused(_ refusal: RequestRefusal) -> Decision {
        Decision(verified: verified, outcome: .refused(refusal), standing: standing, ask: ask, policy: policy)
    }

    /// The entry that says what was decided. `released` is the number of records whose values leave.
    func draft(_ kind: EntryKind, subject: EntrySubject, released: Int) -> EntryDraft {
        let request = verified.request
        var draft = EntryDraft(kind: kind, decision: .deny, why: .granted)
        switch outcome {
        case .allowed:
            draft.decision = .allow
            draft.released = released
            draft.xid = consent?.request ?? ""
        case .refused(let refusal):
            draft.why = refusal.reason
            draft.xid = refusal.request
        }
        draft.kid = request.kid
        draft.act = request.head.act
        draft.role = standing?.role.text ?? ""
        draft.fields = request.head.fields
        // A head without a form asks for the best one; the entry says which that was.
        draft.form = ask.fields.isEmpty ? request.head.form : ask.form
        draft.purpose = request.head.purpose
        draft.capability = standing?.capability.text ?? ""
        draft.policy = policy
        draft.object = request.head.object
        // A request that waits is known again by the hash of its head, where the head names no object of its own.
        if draft.decision == .deny, !draft.xid.isEmpty, draft.object.isEmpty {
            draft.object = request.head.digest.text
        }
        if case .only(let shops)? = standing?.shops { draft.shop = shops.first?.text ?? "" }
        draft.terminal = verified.peer.terminal
        draft.via = verified.peer.via
        draft.uid = verified.peer.uid
        draft.counter = request.head.counter
        draft.subject = subject
        draft.evidence = EntryEvidence(base: request.base, signature: Base64.encode(request.signature))
        return draft
    }
}

/// Decides: blocks first, then the policy of the signer's role. Both must allow; a request that asks for more than it
/// may have is refused as a whole, never trimmed.
public struct Gate: Sendable {
    let authority: AuthorityState
    let policy: PolicyDocument
    /// Milliseconds since 1970 of the last entry: time does not go back, or a clock set back would revive what has run
    /// out.
    let lastLogged: Int64

    public init(authority: AuthorityState, policy: PolicyDocument, lastLogged: Int64 = 0) {
        self.authority = authority
        self.policy = policy
        self.lastLogged = lastLogged
    }

    /// - Parameters:
    ///   - ask: what the operation needs; its fields, form and purpose are taken from the signed head, so that a body
    ///     cannot widen them.
    ///   - offer: what other persons have said about this very request, if it waited for them.
    public func decide(_ verified: VerifiedRequest, _ operation: PolicyAsk, offer: ConsentOffer? = nil) -> Decision {
        let head = verified.request.head
        var ask = operation
        ask.fields = head.fields
        ask.form = head.form
        ask.purpose = head.purposeName
        // The object of a read is the emergency it claims.
        if ask.act == .read, !head.object.isEmpty { ask.breakGlass = head.object }
        let hash = policy.sha256

        func refused(_ refusal: RequestRefusal, _ standing: Standing? = nil) -> Decision {
            Decision(verified: verified, outcome: .refused(refusal), standing: standing, ask: ask, policy: hash)
        }
        // A stranger learns nothing, not even which names the policy knows, and leaves no entry of her own.
        guard authority.enrolments[verified.request.kid] != nil else { return refused(.unauthenticated) }
        if !head.purpose.isEmpty, ask.purpose.map(policy.declares) != true {
            return refused(.denied(.unknownPurpose, hint: "the policy declares no such purpose"))
        }
        for field in head.fields where policy.field(field) == nil {
            return refused(.denied(.unknownField, hint: "the policy declares no field \(field)"))
        }

        if ask.form == nil, !ask.fields.isEmpty, ask.act == .read { ask.form = bestForm(for: verified, ask) }
        let standing: Standing
        switch authority.evaluate(
            authorityAsk(verified, ask), now: max(verified.receivedMilliseconds, lastLogged) / 1_000)
        {
        case .success(let found): standing = found
        case .failure(let failure):
            // Whose key it is that ended matters to whoever reads this.
            let isLender = failure.reason == .revokedKey && !authority.isRevoked(verified.request.kid)
            return refused(
                isLender
                    ? .denied(.revokedKey, hint: "whoever lent this has left or lost her key; ask for another")
                    : Self.refusal(failure.reason))
        }
        guard policy.role(standing.role) != nil else { return refused(Self.unknownRole(standing.role), standing) }
        switch judge(ask, standing.chain) {
        case .allow(let grant):
            return Decision(
                verified: verified, outcome: .allowed(grant), standing: standing, ask: ask, policy: hash)
        case .deny(let reason, let detail):
            return refused(.denied(reason, hint: detail), standing)
        case .approval(let persons):
            ask.approvals = persons
            if let consent = consent(offer, to: verified, by: standing, persons: persons),
                case .allow(let grant) = judge(ask, standing.chain)
            {
                return Decision(
                    verified: verified, outcome: .allowed(grant), standing: standing, ask: ask, policy: hash,
                    consent: consent)
            }
            return refused(
                RequestRefusal(
                    .approvalRequired, .approvalRequired,
                    hint: "the policy asks for the approval of \(persons) other person\(persons == 1 ? "" : "s")"),
                standing)
        }
    }

    /// What the policy says: of a root, about its role; of what was lent, about every lender on the way. Each must still
    /// have the right to lend this, and to see it, in the role she has now.
    private func judge(_ ask: PolicyAsk, _ chain: Chain) -> PolicyDecision {
        guard chain.links.count > 1 else { return policy.decide(role: chain.last.block.role, ask: ask) }
        var ask = ask
        var decision = PolicyDecision.deny(.chain, detail: "nobody lent this")
        for (lender, holder) in zip(chain.links, chain.links.dropFirst()) {
            ask.delegator = lender.block.role
            decision = policy.decide(role: holder.block.role, ask: ask)
            guard case .allow = decision else { return decision }
        }
        return decision
    }

    /// A request without a form asks for the best one there is: of its capability, or of its role. Blocks and policy
    /// then judge that very form.
    private func bestForm(for verified: VerifiedRequest, _ ask: PolicyAsk) -> Form? {
        let request = verified.request
        if let id = request.capability { return BlockID(id).flatMap { authority.capabilities[$0] }?.block.forms.max() }
        guard let purpose = ask.purpose, let role = authority.enrolments[request.kid]?.role else { return nil }
        return policy.bestForm(role: role, fields: ask.fields, purpose: purpose)
    }

    /// Decides by the blocks alone: for what concerns nobody but the person who asks and shows no field.
    public func decideOwn(_ verified: VerifiedRequest) -> Decision {
        let ask = PolicyAsk(act: verified.request.head.act)
        func decision(_ outcome: Decision.Outcome, _ standing: Standing?) -> Decision {
            Decision(verified: verified, outcome: outcome, standing: standing, ask: ask, policy: policy.sha256)
        }
        guard authority.enrolments[verified.request.kid] != nil else {
            return decision(.refused(.unauthenticated), nil)
        }
        guard verified.request.head.fields.isEmpty else {
            return decision(.refused(.malformed("this request names no fields")), nil)
        }
        switch authority.evaluate(
            authorityAsk(verified, ask), now: max(verified.receivedMilliseconds, lastLogged) / 1_000)
        {
        case .failure(let failure): return decision(.refused(Self.refusal(failure.reason)), nil)
        case .success(let standing):
            guard policy.role(standing.role) != nil else {
                return decision(.refused(Self.unknownRole(standing.role)), standing)
            }
            return decision(.allowed(.own), standing)
        }
    }

    /// Whether somebody else could approve what a person asks for.
    public func hasApprover(besides standing: Standing, at milliseconds: Int64) -> Bool {
        authority.hasApprover(besides: standing.person, now: milliseconds / 1_000) { policy.allows($0, .approve) }
    }

    /// What of an offer counts, if it is enough: so many other persons who may approve now, or the wait where there is
    /// none of them.
    private func consent(
        _ offer: ConsentOffer?, to verified: VerifiedRequest, by standing: Standing, persons: Int
    ) -> Consent? {
        guard let offer else { return nil }
        let counted = authority.approvals(
            offer.approvals, of: verified.request.head.digest, for: standing.person,
            now: verified.receivedMilliseconds / 1_000
        ) { policy.allows($0, .approve) }
        if counted.count >= persons {
            return Consent(request: offer.request, approvals: counted.prefix(persons).map(\.id))
        }
        guard offer.hasWaited, !hasApprover(besides: standing, at: verified.receivedMilliseconds) else { return nil }
        return Consent(request: offer.request, approvals: [])
    }

    private static func unknownRole(_ role: RoleName) -> RequestRefusal {
        .denied(.unknownRole, hint: "the policy in force has no role \(role); ask the owner")
    }

    private func authorityAsk(_ verified: VerifiedRequest, _ ask: PolicyAsk) -> Ask {
        let request = verified.request
        // Somebody whose blocks name shops asks as one of them; records of other shops are refused when they are read.
        let capability = request.capability.flatMap { BlockID($0) }
        let block = capability.map { authority.capabilities[$0]?.block } ?? authority.root(for: request.kid)?.block
        var shop: ShopName?
        if case .only(let shops)? = block?.shops { shop = shops.first }
        return Ask(
            kid: request.kid, act: request.head.act, fields: request.head.fields, form: ask.form ?? .masked,
            purpose: ask.purpose, shop: shop, customers: request.head.customers, orders: request.head.orders,
            capability: capability, peerUID: verified.peer.userID)
    }

    /// A key nobody enrolled learns nothing; one that was, learns what became of it.
    static func refusal(_ reason: Reason) -> RequestRefusal {
        switch reason {
        case .notEnrolled: .unauthenticated
        case .revokedKey: .denied(reason, hint: "this key was taken back by the owner")
        case .expired: .denied(reason, hint: "the permission of this key has ended; ask the owner for a renewal")
        case .notYetValid: .denied(reason, hint: "the permission of this key begins later; check the clock")
        case .noRoot: .denied(reason, hint: "this key has no permission yet; ask the owner to approve it")
        case .confidentiality: .denied(reason, hint: "no confidentiality agreement is on record; ask the owner")
        case .training: .denied(reason, hint: "the data protection training has lapsed; ask the owner")
        case .approvalRequired:
            RequestRefusal(.approvalRequired, reason, hint: "an approval lapsed a moment ago; ask again")
        case .orderClosed: .denied(reason, hint: "the order has been delivered, cancelled or given to somebody else")
        case .frozen: .frozen
        case .revokedCapability: .denied(reason, hint: "what was lent has been taken back")
        case .unregistered: .denied(reason, hint: "no such capability is on record; ask whoever lent it")
        default: .denied(reason, hint: "the permission of this key does not reach that far")
        }
    }
}
