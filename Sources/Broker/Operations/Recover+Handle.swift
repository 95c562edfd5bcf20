internal import AccessLog
internal import Authority
internal import CanonicalJSON
internal import Keys
internal import Policy
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Puts another key in the place of the authority's, by word of the recovery quorum. The word is the right; whoever brings
/// it needs one of her own besides.
enum RecoverAuthorityHandler: OperationHandler {
    typealias Op = RecoverAuthority

    /// How far the quorum's clock may be from the broker's. A word that was signed and never sent must not lie around
    /// for good.
    static let freshSeconds: Int64 = 600

    static func handle(
        _ call: Call<RecoverAuthority.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<RecoverAuthority.Reply> {
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .rotate, verb: "recover"), as: .recover)
        let now = call.verified.receivedMilliseconds / 1_000
        let word: QuorumWord
        do throws(RequestRefusal) { word = try QuorumWord(call.body, now: now, in: vault) } catch {
            throw await vault.refuse(decision, error, as: .recover)
        }
        let entry = try await vault.writes.run { () throws(RequestRefusal) in
            // The seal file may be one word behind the log and no second one.
            try await vault.completeRecovery()
            // Nobody hears of a word that the log would not take.
            do throws(RequestRefusal) { try vault.turnstile.requireRegistrable(word.block, decision) } catch {
                throw await vault.refuse(decision, error, as: .recover)
            }
            try vault.files.announce(AnnouncedRecovery(statement: word.statement.value, owner: nil))
            let entry = try await vault.turnstile.register(word.block, decision, as: .recover)
            try await vault.completeRecovery()
            return entry
        }
        return Answer(RecoverAuthority.Reply(authority: word.authority), entry)
    }
}

/// What the quorum signed: the block for the log and the statement for the devices, which say the same.
private struct QuorumWord {
    let block: SignedBlock
    let authority: KeyID
    let statement: DSSEEnvelope

    init(_ body: RecoverAuthority.Request, now: Int64, in vault: OpenVault) throws(RequestRefusal) {
        guard let facts = vault.files.seal?.facts else { throw .sealed }
        guard let recovery = facts.recovery else { throw .conflict("this vault has no recovery cards") }
        let quorum = KeyID(recovery.signingKey)
        block = try vault.open(body.block)
        guard case .recover(let order) = block.block, case .authority(let key) = order.replacement else {
            throw .malformed("the block names no new authority")
        }
        guard order.issuer == quorum else { throw Self.otherQuorum }
        guard order.incarnation == Int64(clamping: facts.incarnation), order.logKey == KeyID(facts.logKey) else {
            throw .conflict("the quorum speaks of another log of this vault; this device must follow first")
        }
        guard abs(order.header.at - now) <= RecoverAuthorityHandler.freshSeconds else {
            throw .denied(
                .clock, hint: "the quorum signed this at another time; check the clock and give the cards again")
        }
        authority = key
        let word: SuccessionStatement
        do throws(BlockRefusal) {
            statement = try DSSEEnvelope(body.statement)
            word = try SuccessionStatement(statement)
        } catch { throw RequestRefusal(block: error) }
        guard statement.keyid == quorum else { throw Self.otherQuorum }
        let expected = SuccessionStatement(
            vault: facts.vault, generation: facts.incarnation, at: order.header.at, authority: key,
            logKey: KeyID(facts.logKey), replyKey: KeyID(facts.replyKey), tlsPin: Hex.encode(facts.tlsPin))
        guard word == expected else { throw .conflict("what the devices are told is not what the block says") }
    }

    private static let otherQuorum = RequestRefusal.denied(
        .wrongCard, hint: "the recovery cards of this vault did not sign this")
}

/// The same for whoever lost her own key as well: she comes with a new one that nobody enrolled, and the quorum's word is
/// what admits her. The new authority, which is in her hands, enrols her in the same request.
enum RecoverOwnerHandler: OperationHandler {
    typealias Op = RecoverOwner
    static let role = "owner"

    static func handle(
        _ call: Call<RecoverOwner.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<RecoverAuthority.Reply> {
        let (verified, turnstile) = (call.verified, vault.turnstile)
        let word: QuorumWord
        do throws(RequestRefusal) {
            word = try QuorumWord(call.body.word, now: verified.receivedMilliseconds / 1_000, in: vault)
            guard call.head.object == Hex.encode(word.block.id.bytes) else {
                throw .malformed("the head must name the block by its hash")
            }
        } catch {
            // A stranger: counted, so that nobody fills the log.
            turnstile.countUnauthenticated()
            throw error
        }
        let entry = try await vault.writes.run { () throws(RequestRefusal) in
            try await vault.completeRecovery()
            let owner: AnnouncedOwner
            do throws(RequestRefusal) { owner = try check(call, word, in: vault) } catch {
                try await turnstile.logRefusal(of: word.block, as: .recover, broughtBy: verified, error)
                throw error
            }
            try vault.files.announce(AnnouncedRecovery(statement: word.statement.value, owner: owner))
            let entry = try await turnstile.register(word.block, as: .recover, broughtBy: verified)
            try await vault.completeRecovery()
            return entry
        }
        return Answer(RecoverAuthority.Reply(authority: word.authority), entry)
    }

    /// All that must hold of the three blocks before the first of them counts.
    private static func check(
        _ call: Call<RecoverOwner.Request>, _ word: QuorumWord, in vault: OpenVault
    ) throws(RequestRefusal) -> AnnouncedOwner {
        let enrolment = try vault.open(call.body.enrolment)
        let root = try vault.open(call.body.root)
        let kid = call.verified.request.kid
        guard case .enrol(let person) = enrolment.block, person.kid == kid, person.role.text == role,
            case .capability(let right) = root.block, right.parent == nil, right.audience == kid
        else { throw .malformed("the blocks do not make an owner of the key that signed") }
        let controls = vault.turnstile.controls
        guard controls.policy.role(person.role) != nil else {
            throw .denied(.unknownRole, hint: "the policy has no role \(role)")
        }
        guard controls.authority.keys(of: person.person).isEmpty, controls.authority.enrolments[kid] == nil else {
            throw .conflict("this key, or this person, is enrolled already")
        }
        guard !call.body.name.isEmpty else { throw .invalid("a person has a name") }
        guard try vault.staff(named: call.body.name) == nil else {
            throw .conflict("somebody of this name is enrolled or invited; choose another name")
        }
        var trial = controls.authority
        do throws(BlockRefusal) {
            for block in [word.block, enrolment, root] {
                let (index, now) = ((trial.lastIndex ?? 0) + 1, call.verified.receivedMilliseconds)
                try trial.register(block, at: index, time: now)
            }
        } catch { throw RequestRefusal(block: error) }
        let name: [UInt8]
        do {
            name = try vault.keyset.sealStaffName(
                call.body.name, person: person.person, vault: vault.vault, revision: 1)
        } catch { throw .invalid("the name is too long") }
        return AnnouncedOwner(name: name, enrolment: call.body.enrolment, root: call.body.root)
    }
}

extension OpenVault {
    /// Does what follows from the quorum's last word: the seal file names the authority, the new owner is enrolled if there
    /// is one, and the devices hear of it. Idempotent: a start does what a crash prevented. Called with `writes` held, or
    /// before anything is answered.
    func completeRecovery() async throws(RequestRefusal) {
        let authority = turnstile.controls.authority.authority
        guard let seal = files.seal else { throw .sealed }
        if seal.facts.authority != authority { try files.updateSeal { $0.authority = authority } }
        guard let announced = try files.announcedRecovery() else { return }
        if announced.authority == authority {
            if let owner = announced.owner { try await enrol(owner) }
            try files.publish(announced)
        }
        try files.forgetAnnouncedRecovery()
    }

    private func enrol(_ owner: AnnouncedOwner) async throws(RequestRefusal) {
        let enrolment = try open(owner.enrolment)
        let root = try open(owner.root)
        guard case .enrol(let person) = enrolment.block else { throw .integrity("succession.next") }
        for (block, kind) in [(enrolment, EntryKind.enrol), (root, .role)]
        where turnstile.controls.authority.registered[block.id] == nil {
            do throws(RequestRefusal) {
                _ = try await turnstile.register(block, as: kind, broughtBy: nil)
            } catch {
                // A start long after a crash may find that the right has ended: the authority can give another.
                guard error.code == .denied || error.code == .conflict else { throw error }
                return
            }
        }
        try stored { () throws(StorageError) in
            guard try stores.records.staff(person.person) == nil else { return }
            try stores.records.insert(
                StaffRow(
                    person: person.person, name: owner.name, role: person.role, state: .enrolled, kid: person.kid))
        }
    }
}
