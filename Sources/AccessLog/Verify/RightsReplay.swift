import Authority
import Policy
import Primitives
import VaultModel

/// Who was allowed what, replayed entry by entry from the blocks in the export: registration, revocation, the policy in
/// force, and whether each granted request was covered by them at its index.
struct RightsReplay {
    private let files: ExportFiles
    private let vault: VaultID
    /// Who rules at the end, as whoever verifies was told.
    private let authority: KeyID
    private let quorum: String?
    private var state: AuthorityState
    private var policies: [String: PolicyDocument] = [:]
    private var missingPolicies: Set<String> = []
    private var loans = LoanReplay()
    private var opens = OpenReplay()
    /// The policy before the one in force, and until when (milliseconds) a request judged under it may be committed.
    private var lastPolicy: (sha256: String, until: Int64)?
    private var consents = ConsentReplay()
    private var erasures = ErasureReplay()

    /// - Parameter quorum: the fingerprint of the recovery quorum whose orders are believed; nil for none.
    init(files: ExportFiles, vault: VaultID, authority: KeyID, quorum: String?) {
        self.quorum = quorum
        self.files = files
        self.vault = vault
        self.authority = authority
        state = AuthorityState(vault: vault, authority: authority)
    }

    /// How long entries stay readable, by the policy in force; what the format demands where its file is missing.
    var retention: LogRetention {
        state.policy.flatMap { policies[$0.sha256]?.logRetention } ?? .standard
    }

    /// What the recovery quorum has ordered, where one is trusted.
    var recoveries: [RegisteredRecovery] { state.recoveries }

    /// What can be said only after the last entry: the first authority's successors lead to the one that was named.
    func finish(into findings: inout FindingList) {
        guard let last = state.lastIndex, state.authority != authority else { return }
        findings.add(.block, .refused, at: last)
    }

    /// Notes an entry of which nothing is known.
    mutating func miss() {
        consents.miss()
        erasures.miss()
    }

    /// Judges one entry and takes what it puts in force. Returns the block it registers, if any.
    mutating func apply(_ entry: CheckedEntry, _ core: EntryCore, into findings: inout FindingList) -> Block? {
        let before = state.policy?.sha256
        // A request was judged before the block it brought counted.
        let verdict = verdict(on: entry, core)
        let block = register(entry, core, &findings)
        if let before, before != state.policy?.sha256 {
            lastPolicy = (before, core.time + LogLimits.signatureSlackSeconds * 1000)
        }
        judgePolicy(core, &findings)
        if case .capability(let capability)? = block, capability.parent != nil {
            loans.lend(capability.id, entry.subject, at: core.seq)
        }
        consents.take(entry, core, person: core.kid.flatMap(state.person(of:)))
        if let problem = erasures.take(core, entry.subject, policies[core.policy]?.erasure) {
            findings.add(.core, problem, at: core.seq)
        }
        if core.kind == .erase, core.decision == .allow, let customers = entry.subject?.customers,
            state.holds(at: core.time / 1_000).contains(where: { $0.block.scope.keeps(customers) })
        {
            findings.add(.core, .erasedHeld, at: core.seq)
        }
        // The result of a drill stands in the id, and its hash in the head that was signed.
        if core.kind == .backup, let note = DrillNote(core.xid), !entry.isSigned(naming: note.object) {
            findings.add(.core, .head, at: core.seq)
        }
        // So does a report of the archives of keys; nobody saw one that is still to be made.
        if core.kind == .backup, core.decision == .allow, let note = KeysNote(core.xid) {
            if !entry.isSigned(naming: note.object) { findings.add(.core, .head, at: core.seq) }
            if note.oldest ?? 0 > core.time { findings.add(.core, .time, at: core.seq) }
        }
        switch entry.evidence {
        case .request(let request, _) where core.decision == .allow:
            if let verdict { judge(request, core, entry.subject, block, verdict, &findings) }
        case .block where block?.needsRequest == true, .invalid where block?.needsRequest == true,
            .none where block?.needsRequest == true:
            findings.add(.block, .refused, at: core.seq)
        case .block where block == nil && core.decision == .allow:
            // Evidence that is a block stands for that block, or for nothing.
            findings.add(.block, .refused, at: core.seq)
        default: break
        }
        return block
    }

    // MARK: - Blocks

    private mutating func register(_ entry: CheckedEntry, _ core: EntryCore, _ findings: inout FindingList) -> Block? {
        guard core.decision == .allow, core.kind.mayCarryBlock, let hash = Hex.decode(core.object), hash.count == 32
        else { return nil }
        let file = ExportLayout.block(hash: hash)
        guard let bytes = files.read(file) else {
            findings.add(.block, .missing, at: core.seq, file: file)
            return nil
        }
        let envelope: DSSEEnvelope
        do {
            envelope = try DSSEEnvelope(parsing: bytes)
        } catch {
            findings.add(.block, .malformed, at: core.seq, file: file)
            return nil
        }
        guard SHA256.hash(envelope.payload) == hash else {
            findings.add(.block, .hash, at: core.seq, file: file)
            return nil
        }
        do {
            let signed = try Block.open(envelope, vault: vault)
            if core.kid != signed.issuer, Self.isBroughtByIssuer(signed.block, entry.evidence) {
                findings.add(.block, .refused, at: core.seq, file: file)
            }
            begin(with: signed)
            try state.register(signed, at: core.seq, time: core.time)
            if let approval = state.approvals[signed.id] { consents.approved(approval, request: core.xid) }
            return signed.block
        } catch {
            findings.add(.block, .refused, at: core.seq, file: file)
            return nil
        }
    }

    /// Where a quorum is trusted, the first block of a log, its policy, names the first authority, and the quorum's orders
    /// lead from there to the one that rules now.
    private mutating func begin(with signed: SignedBlock) {
        guard let quorum else { return }
        if state.registered.isEmpty, case .policy = signed.block {
            state = AuthorityState(vault: vault, authority: signed.issuer)
        }
        guard state.quorum == nil, case .recover = signed.block else { return }
        let shown = signed.issuer.quorumFingerprint
        if shown.utf8.elementsEqual(quorum.utf8) { state.quorum = signed.issuer }
    }

    /// Whether the key of the entry must be the block's issuer: where the block itself is the evidence, and for approvals,
    /// which nobody brings for another person.
    private static func isBroughtByIssuer(_ block: Block, _ evidence: CheckedEntry.Evidence) -> Bool {
        if case .block = evidence { return true }
        if case .approve = block { return true }
        return false
    }

    // MARK: - Requests

    private mutating func judge(
        _ request: SignedRequest, _ core: EntryCore, _ subject: EntrySubject?, _ block: Block?,
        _ verdict: Result<Standing, Refusal>, _ findings: inout FindingList
    ) {
        switch verdict {
        case .failure(let refusal):
            let problem: LogProblem =
                switch refusal.reason {
                case .notEnrolled: .notEnrolled
                case .revokedKey, .revokedCapability: .revoked
                default: .notAllowed
                }
            findings.add(.signature, problem, at: core.seq)
        case .success(let standing):
            if core.role != standing.role.text { findings.add(.core, .head, at: core.seq) }
            if !policyAllows(request, core, standing, block) {
                findings.add(.policy, .notAllowedByPolicy, at: core.seq)
            }
            if !opens.take(core, of: standing.person, policies[core.policy]?.limits(of: standing.role)) {
                findings.add(.policy, .overLimit, at: core.seq)
            }
            if let problem = loans.take(request, subject, standing, at: core.seq) {
                findings.add(.signature, problem, at: core.seq)
            }
        }
    }

    /// What the blocks say of a granted request; nil of anything else.
    private func verdict(on entry: CheckedEntry, _ core: EntryCore) -> Result<Standing, Refusal>? {
        guard case .request(let request, _) = entry.evidence, core.decision == .allow else { return nil }
        let ask = ask(of: request, core)
        let seconds = core.time / 1000
        let result = state.evaluate(ask, now: seconds)
        guard case .failure = result else { return result }
        // The request was judged when it came, the entry bears the time of its commit.
        return state.evaluate(ask, now: seconds - LogLimits.commitDelaySeconds)
    }

    private func ask(of request: SignedRequest, _ core: EntryCore) -> Ask {
        var shop = ShopName(core.shop)
        if shop == nil, case .only(let shops)? = state.root(for: request.kid)?.block.shops { shop = shops.first }
        return Ask(
            kid: request.kid, act: request.act, fields: core.fields, form: core.form ?? .masked,
            purpose: Purpose(request.purpose), shop: shop, customers: request.customers, orders: request.orders,
            capability: BlockID(core.capability), peerUID: core.uid == EntryDraft.noUID ? nil : UInt32(core.uid))
    }

    // MARK: - Policy

    private mutating func judgePolicy(_ core: EntryCore, _ findings: inout FindingList) {
        if core.policy.isEmpty {
            if core.releasesFields { findings.add(.policy, .otherPolicy, at: core.seq) }
            return
        }
        // The entry that changes the policy may name the old one, and so may those that were judged before it.
        let isLast = core.policy == lastPolicy?.sha256 && core.time <= lastPolicy?.until ?? 0
        guard core.policy == state.policy?.sha256 || isLast else {
            findings.add(.policy, .otherPolicy, at: core.seq)
            return
        }
        load(core.policy, at: core.seq, &findings)
    }

    private mutating func load(_ sha256: String, at index: UInt64, _ findings: inout FindingList) {
        guard policies[sha256] == nil, !missingPolicies.contains(sha256) else { return }
        missingPolicies.insert(sha256)
        let file = ExportLayout.policy(sha256)
        guard let bytes = files.read(file) else {
            findings.add(.policy, .missing, at: index, file: file)
            return
        }
        guard Hex.encode(SHA256.hash(bytes)) == sha256 else {
            findings.add(.policy, .hash, at: index, file: file)
            return
        }
        guard case .success(let policy) = PolicyDocument.parse(bytes, file: file) else {
            findings.add(.policy, .malformed, at: index, file: file)
            return
        }
        policies[sha256] = policy
    }

    /// Whether the policy lets the role put this block in force: lend, take back, offboard, hold, destroy.
    private mutating func policyAllows(
        _ block: Block, _ request: SignedRequest, _ core: EntryCore, _ standing: Standing, _ policy: PolicyDocument
    ) -> Bool {
        let ask: PolicyAsk
        switch block {
        case .capability(let lent) where lent.parent != nil:
            // For one order, in an entry of its own kind: otherwise the rule that binds it would mean nothing.
            guard core.kind == .delegate, case .orders(let orders) = lent.subjects, orders.count == 1 else {
                return false
            }
            ask = PolicyAsk(
                act: .delegate, fields: core.fields, form: core.form, purpose: Purpose(core.purpose),
                recipient: lent.role, minutes: Int(clamping: (lent.expires - lent.notBefore + 59) / 60),
                uses: Int(clamping: lent.maxUses), boundTo: "order")
        case .revoke where core.act == .offboard: ask = PolicyAsk(act: .offboard)
        case .revoke(let revoke) where core.act == .revoke:
            ask = PolicyAsk(act: .revoke, verb: state.endsOnlyOwn(revoke) ? "own" : nil)
        case .hold: ask = PolicyAsk(act: .hold)
        case .recover: ask = PolicyAsk(act: .rotate, verb: "recover")
        case .purge:
            guard case .approval(let persons) = policy.decide(role: standing.role, ask: PolicyAsk(act: .logPurge))
            else { return false }
            return consents.cover(request, core, by: standing.person, persons: persons, policy, state)
        default: return true
        }
        if case .allow = policy.decide(role: standing.role, ask: ask) { return true }
        return false
    }

    /// Whether the policy lets the role freeze a customer, or take that back. What does not wait, and what is too much for
    /// a day, must be covered by an approval.
    private mutating func mayErase(
        _ request: SignedRequest, _ core: EntryCore, _ standing: Standing, _ policy: PolicyDocument
    ) -> Bool {
        guard request.act == .erase else { return false }
        var ask = PolicyAsk(act: .erase, verb: "erase")
        if core.kind == .eraseRequest {
            guard let order = ErasureOrder(digest: core.object) else { return false }
            ask.needsSecond = order.isNow || erasures.isBeyondLimit(core.seq)
        }
        switch policy.decide(role: standing.role, ask: ask) {
        case .allow: return true
        case .deny: return false
        case .approval(let persons):
            return consents.cover(request, core, by: standing.person, persons: persons, policy, state)
        }
    }

    /// Whether the policy gives the role what was granted. Reading, comparing, writing named fields and looking up can be
    /// replayed; what other acts need to know stands in bodies, which nobody keeps. So does the kind of a look-up: one
    /// that is allowed will do. A read that needs approvals must be covered by them, or be an emergency the rule names.
    private mutating func policyAllows(
        _ request: SignedRequest, _ core: EntryCore, _ standing: Standing, _ block: Block?
    ) -> Bool {
        guard let policy = policies[core.policy] else { return true }
        if core.kind == .witness {
            let verbs: [Act: String] = [.policy: "apply", .logTail: "tail", .seal: "seal"]
            guard let verb = verbs[request.act], !core.object.isEmpty else { return false }
            let ask = PolicyAsk(act: request.act, verb: verb)
            guard case .allow = policy.decide(role: standing.role, ask: ask) else { return false }
            return true
        }
        if let block { return policyAllows(block, request, core, standing, policy) }
        if core.kind == .eraseRequest || core.kind == .eraseUndo {
            return mayErase(request, core, standing, policy)
        }
        if core.kind == .restore {
            guard request.act == .backupRestore, !core.object.isEmpty, !core.xid.isEmpty else { return false }
            let ask = PolicyAsk(act: .backupRestore, verb: "pick")
            guard case .allow = policy.decide(role: standing.role, ask: ask) else { return false }
            return true
        }
        if core.kind == .backup, KeysNote(core.xid) != nil {
            guard let ask = PolicyAsk(reportUnder: request.act),
                case .allow = policy.decide(role: standing.role, ask: ask)
            else { return false }
            return true
        }
        guard let field = core.fields.first else { return true }
        let links = standing.chain.links
        var ask = PolicyAsk(
            act: request.act, record: field.record, fields: core.fields, form: core.form,
            purpose: Purpose(request.purpose),
            delegator: standing.isDelegated ? links[links.count - 2].block.role : nil)
        func isAllowed(_ ask: PolicyAsk) -> Bool {
            if case .allow = policy.decide(role: standing.role, ask: ask) { return true }
            return false
        }
        switch request.act {
        case .read:
            // What a read names as its object is the emergency it claims, and its entry says so.
            guard request.object.isEmpty == (core.kind != .breakglass) else { return false }
            ask.breakGlass = request.object.isEmpty ? nil : request.object
            guard case .approval(let persons) = policy.decide(role: standing.role, ask: ask) else {
                return isAllowed(ask)
            }
            return consents.cover(request, core, by: standing.person, persons: persons, policy, state)
        case .match, .write: return isAllowed(ask)
        case .find:
            return LookupKind.allCases.contains { kind in
                ask.lookup = kind
                return isAllowed(ask)
            }
        default: return true
        }
    }
}

extension Block {
    /// Whether nobody's signature under the block itself is enough: what is destroyed or held takes a request, which is
    /// judged.
    fileprivate var needsRequest: Bool {
        switch self {
        case .purge, .hold: true
        default: false
        }
    }
}
