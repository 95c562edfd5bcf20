internal import AccessLog
internal import Authority
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Lists everybody with a key, and who is invited.
enum ListStaffHandler: OperationHandler {
    typealias Op = ListStaff

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ListStaff.Reply> {
        // Whoever reads the log must know whose keys it names.
        let ask = call.head.act == .logTail ? PolicyAsk(act: .logTail, verb: "tail") : PolicyAsk(act: .review)
        let decision = try await vault.admit(call.verified, ask, as: .list)
        let grant = try await vault.turnstile.log(decision, as: .list)
        let rows: [StaffRow]
        do { rows = try vault.stores.records.staff() } catch { throw RequestRefusal(storage: error) }
        let authority = vault.turnstile.controls.authority
        let now = call.verified.receivedMilliseconds / 1_000
        var members: [ListStaff.Member] = []
        for row in rows {
            let keys = authority.keys(of: row.person)
            for kid in keys { members.append(member(row, kid, authority, now, vault)) }
            if keys.isEmpty, let kid = row.kid { members.append(member(row, kid, authority, now, vault)) }
        }
        return Answer(
            ListStaff.Reply(staff: members, knownSince: vault.turnstile.usesKnownSince / 1_000), grant.entry)
    }

    private static func member(
        _ row: StaffRow, _ kid: KeyID, _ authority: AuthorityState, _ now: Int64, _ vault: OpenVault
    ) -> ListStaff.Member {
        let enrolment = authority.enrolments[kid]?.statement
        let root = authority.root(for: kid)?.block
        let role = enrolment?.role ?? row.role
        let review = vault.review(of: kid, now: now)
        return ListStaff.Member(
            name: vault.name(of: row), person: row.person, role: role, kid: kid, expires: root?.expires ?? 0,
            nda: enrolment?.nda?.text ?? "", training: enrolment?.training?.text ?? "",
            state: state(review, kid, authority), review: review?.rawValue ?? "",
            lastUsed: vault.turnstile.use(of: kid).last / 1_000,
            unused: vault.unusedFields(of: kid, role: role, now: now))
    }

    private static func state(_ review: Review?, _ kid: KeyID, _ authority: AuthorityState) -> String {
        if authority.isRevoked(kid) { return "revoked" }
        return switch review {
        case .current, .soon: "active"
        case .due: "due"
        case .dead: "expired"
        case nil: "pending"
        }
    }
}

/// Tells a person who she is here. Her own name and role: no entry.
enum WhoAmIHandler: OperationHandler {
    typealias Op = WhoAmI

    static func handle(
        _ call: Call<NoMembers>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<WhoAmI.Reply> {
        let controls = vault.turnstile.controls
        let kid = call.verified.request.kid
        guard let enrolment = controls.authority.enrolments[kid], !controls.authority.isRevoked(kid) else {
            vault.turnstile.countUnauthenticated()
            throw .unauthenticated
        }
        let row: StaffRow?
        do { row = try vault.stores.records.staff(enrolment.person) } catch { throw RequestRefusal(storage: error) }
        return Answer(
            WhoAmI.Reply(
                person: enrolment.person, name: row.map(vault.name(of:)) ?? "", role: enrolment.role,
                expires: controls.authority.root(for: kid)?.block.expires ?? 0, policy: controls.policy.sha256),
            nil)
    }
}
