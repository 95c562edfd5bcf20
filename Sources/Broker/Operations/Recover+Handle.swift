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
            try vault.enforceAuthority()
            // Nobody hears of a word that the log would not take.
            do throws(RequestRefusal) { try vault.turnstile.requireRegistrable(word.block, decision) } catch {
                throw await vault.refuse(decision, error, as: .recover)
            }
            try vault.files.announce(succession: word.statement)
            let entry = try await vault.turnstile.register(word.block, decision, as: .recover)
            try vault.enforceAuthority()
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

extension OpenVault {
    /// Writes down who the authority is after the quorum spoke: in the seal file, and for the devices. Idempotent: a start
    /// does what a crash prevented.
    func enforceAuthority() throws(RequestRefusal) {
        let authority = turnstile.controls.authority.authority
        guard let seal = files.seal else { throw .sealed }
        if seal.facts.authority != authority { try files.updateSeal { $0.authority = authority } }
        try files.settleSuccession(authority)
    }
}
