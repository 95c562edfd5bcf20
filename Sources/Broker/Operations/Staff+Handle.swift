internal import AccessLog
internal import Authority
internal import Host
internal import Keys
internal import Policy
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Notes that the owner has made an enrolment code. The broker learns the invitation's id and never the code's secret,
/// so it cannot enrol a key of its own choice.
enum InviteStaffHandler: OperationHandler {
    typealias Op = InviteStaff
    private static let longestSeconds: Int64 = 24 * 3_600

    static func handle(
        _ call: Call<InviteStaff.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: .enrol, verb: "invite"), as: .propose)
        let body = call.body
        let now = call.verified.receivedMilliseconds / 1_000
        guard body.expires > now, body.expires <= now + longestSeconds + WireLimits.futureSeconds else {
            throw .invalid("an enrolment code lives for 24 hours at the most")
        }
        guard vault.turnstile.policy.role(body.role) != nil else {
            let roles = vault.turnstile.policy.roleNames.map(\.text).joined(separator: ", ")
            throw .denied(.unknownRole, hint: "the policy has no such role; it has: \(roles)")
        }
        guard !body.name.isEmpty else { throw .invalid("a person has a name") }
        if let known = try vault.staff(named: body.name) {
            // One more key of somebody who is enrolled: the owner's client has named the person, not only the name.
            guard known.person == body.person, known.state == .enrolled, known.commitment == nil || known.expires <= now
            else {
                throw await vault.refuse(
                    decision, .conflict("somebody of this name is enrolled or invited; choose another name"),
                    as: .propose)
            }
            let grant = try await vault.turnstile.log(decision, as: .propose)
            var row = known
            (row.role, row.commitment, row.expires) = (body.role, Array(body.invitation.utf8), body.expires)
            (row.kid, row.mac) = (nil, nil)
            do { try vault.stores.records.update(row, from: [.enrolled]) } catch {
                throw RequestRefusal(storage: error)
            }
            return Answer(NoMembers(), grant.entry)
        }
        let grant = try await vault.turnstile.log(decision, as: .propose)
        do {
            let name = try vault.keyset.sealStaffName(
                body.name, person: body.person, vault: vault.vault, revision: 1)
            try vault.stores.records.insert(
                StaffRow(
                    person: body.person, name: name, role: body.role, state: .invited,
                    commitment: Array(body.invitation.utf8), expires: body.expires))
        } catch let error as StorageError {
            throw RequestRefusal(storage: error)
        } catch { throw .invalid("the name is too long") }
        return Answer(NoMembers(), grant.entry)
    }
}

/// Takes the key that answers an invitation. It gives no right: the owner's client checks the code's MAC and signs.
/// Signed by a key that nobody knows yet, so it is not an entry of its own; the approval is.
enum EnrollHandler: OperationHandler {
    typealias Op = Enroll

    static func handle(
        _ call: Call<Enroll.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<NoMembers> {
        guard let key = Ed25519.PublicKey(call.verified.request.kid.rawKey) else { throw .unauthenticated }
        let now = call.verified.receivedMilliseconds / 1_000
        let invitation = Array(call.body.invitation.utf8)
        do {
            guard
                var row = try vault.stores.records.staff().first(where: {
                    ($0.state == .invited || $0.state == .enrolled && $0.mac == nil)
                        && $0.commitment == invitation && $0.expires > now
                })
            else {
                vault.turnstile.countUnauthenticated()
                throw RequestRefusal(
                    .denied, .notEnrolled, hint: "this code was used, has expired or was never made; ask for a new one")
            }
            let before = row.state
            // Whoever is enrolled stays it, whatever becomes of her further key.
            if before == .invited { row.state = .answered }
            row.kid = KeyID(key)
            row.mac = call.body.mac
            try vault.stores.records.update(row, from: [before])
        } catch let error as StorageError {
            throw RequestRefusal(storage: error)
        } catch let refusal as RequestRefusal {
            throw refusal
        } catch { throw RequestRefusal(.internal, .unavailable) }
        return Answer(NoMembers(), nil)
    }
}

/// Shows the owner's client which key answered, with the MAC it checks before it signs.
enum PendingStaffHandler: OperationHandler {
    typealias Op = PendingStaff

    static func handle(
        _ call: Call<PendingStaff.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<PendingStaff.Reply> {
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: .enrol, verb: "approve"), as: .list)
        guard let row = try vault.staff(named: call.body.name) else {
            throw await vault.refuse(decision, .notFound("nobody of this name was invited"), as: .list)
        }
        guard row.isAnswered, let kid = row.kid, let mac = row.mac, let invitation = row.commitment else {
            throw await vault.refuse(
                decision,
                .conflict(
                    row.commitment != nil
                        ? "the person has not used the code yet" : "this person is enrolled already"),
                as: .list)
        }
        let grant = try await vault.turnstile.log(decision, as: .list)
        return Answer(
            PendingStaff.Reply(
                person: row.person, invitation: String(decoding: invitation, as: UTF8.self), kid: kid, mac: mac,
                role: row.role, shop: nil, expires: row.expires),
            grant.entry)
    }
}

/// Registers a block signed by the authority: the enrolment first, then the root capability. The broker mints nothing.
enum ApproveStaffHandler: OperationHandler {
    typealias Op = ApproveStaff

    static func handle(
        _ call: Call<ApproveStaff.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ApproveStaff.Reply> {
        let signed = try vault.open(call.body.block)
        let kind: EntryKind
        var enrolment: EnrolBlock?
        switch signed.block {
        case .enrol(let block):
            kind = .enrol
            enrolment = block
        case .capability(let block) where block.parent == nil: kind = .role
        default: throw .malformed("an approval registers an enrolment or a root capability")
        }
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: .enrol, verb: "approve"), as: kind)
        do throws(RequestRefusal) { if let enrolment { try Self.check(enrolment, in: vault) } } catch {
            throw await vault.refuse(decision, error, as: kind)
        }
        let entry = try await vault.turnstile.register(signed, decision, as: kind)
        if case .capability(let block) = signed.block { try Self.finish(block.audience, in: vault) }
        return Answer(ApproveStaff.Reply(grant: signed.id.text), entry)
    }

    /// The block must enrol the key that answered the invitation, for the person who was invited.
    private static func check(_ block: EnrolBlock, in vault: OpenVault) throws(RequestRefusal) {
        do {
            guard let row = try vault.stores.records.staff(block.person), row.isAnswered,
                row.kid == block.kid, row.role == block.role
            else { throw RequestRefusal.conflict("this is not the key that answered the invitation") }
        } catch let error as StorageError {
            throw RequestRefusal(storage: error)
        } catch let refusal as RequestRefusal {
            throw refusal
        } catch { throw RequestRefusal(.internal, .unavailable) }
    }

    private static func finish(_ kid: KeyID, in vault: OpenVault) throws(RequestRefusal) {
        do {
            guard var row = try vault.stores.records.staff().first(where: { $0.kid == kid && $0.isAnswered })
            else { return }
            let before = row.state
            row.state = .enrolled
            row.mac = nil
            row.commitment = nil
            row.expires = 0
            try vault.stores.records.update(row, from: [before])
        } catch { throw RequestRefusal(storage: error) }
    }
}

extension StaffRow {
    /// Whether a key has answered an invitation and waits for the owner's signature: the person's first one, or one more.
    fileprivate var isAnswered: Bool { state == .answered || state == .enrolled && mac != nil }
}

extension OpenVault {
    /// The person of this name who is invited or enrolled. Names are sealed; the shop's staff is small enough to open
    /// them all.
    func staff(named name: String) throws(RequestRefusal) -> StaffRow? {
        do {
            return try stores.records.staff().first { row in
                row.state != .offboarded
                    && !(row.state == .invited && row.expires <= files.clock.nowSeconds())
                    && self.name(of: row).utf8.elementsEqual(name.utf8)
            }
        } catch { throw RequestRefusal(storage: error) }
    }

    /// The name of a member of staff; `(unreadable)` when its envelope does not open, which must not lock the owner
    /// out of her list.
    func name(of row: StaffRow) -> String {
        (try? keyset.openStaffName(row.name, person: row.person, vault: vault, revision: 1)) ?? "(unreadable)"
    }
}
