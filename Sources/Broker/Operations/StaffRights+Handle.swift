internal import AccessLog
internal import Authority
internal import CanonicalJSON
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Gives the signed blocks of some keys, and their use: what a review of rights or a new enrolment is made from.
enum StaffRightsHandler: OperationHandler {
    typealias Op = StaffRights

    static func handle(
        _ call: Call<StaffRights.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<StaffRights.Reply> {
        let ask = call.head.act == .enrol ? PolicyAsk(act: .enrol, verb: "set") : PolicyAsk(act: .review)
        let decision = try await vault.admit(call.verified, ask, as: .list)
        let authority = vault.turnstile.controls.authority
        var kids = call.body.kids
        if !call.body.name.isEmpty, let row = try vault.staff(named: call.body.name) {
            kids = authority.keys(of: row.person)
        }
        let enrolments = kids.compactMap { authority.enrolments[$0] }
        guard !enrolments.isEmpty, enrolments.count == kids.count, kids.count <= StaffRights.mostKeys else {
            throw await vault.refuse(decision, .notFound("nobody of this name or key is enrolled"), as: .list)
        }
        let grant = try await vault.turnstile.log(decision, as: .list)
        var rights: [StaffRights.Right] = []
        for enrolment in enrolments { rights.append(try right(enrolment, authority, now: grant.entry.time, vault)) }
        return Answer(
            StaffRights.Reply(rights: rights, knownSince: vault.turnstile.usesKnownSince / 1_000), grant.entry)
    }

    private static func right(
        _ enrolment: Enrolment, _ authority: AuthorityState, now: Int64, _ vault: OpenVault
    ) throws(RequestRefusal) -> StaffRights.Right {
        let kid = enrolment.kid
        let use = vault.turnstile.use(of: kid)
        let since = vault.useCounts(now: now / 1_000)
        let limits = vault.turnstile.policy.limits(of: enrolment.role) ?? .standard
        let root = authority.root(for: kid)
        return StaffRights.Right(
            kid: kid, enrolment: try vault.envelope(enrolment.block),
            root: try root.map { (root) throws(RequestRefusal) in try vault.envelope(root.id) } ?? .object([:]),
            roots: authority.roots(for: kid).suffix(256).map(\.id.text), isRevoked: authority.isRevoked(kid),
            acts: use.acts(since: since), fields: use.fields(since: since), purposes: use.purposes(since: since),
            quota: vault.turnstile.quota(of: enrolment.person, limits: limits, at: now))
    }
}

extension OpenVault {
    /// The envelope of a registered block, as a message carries it.
    func envelope(_ id: BlockID) throws(RequestRefusal) -> JSONValue {
        let stored: StoredBlock?
        do { stored = try stores.log.block(id.bytes) } catch { throw RequestRefusal(storage: error) }
        guard let stored, let envelope = try? DSSEEnvelope(parsing: stored.envelope) else {
            throw .integrity("a block of log.db")
        }
        return envelope.value
    }
}
