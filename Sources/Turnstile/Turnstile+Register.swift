public import AccessLog
public import Authority
internal import Primitives
internal import Policy
public import Storage
internal import VaultModel
internal import Wire

/// Entries of blocks that stand for themselves: their own signature is the evidence, and no request stands behind them.
extension Turnstile {
    /// Registers a block of the recovery quorum, or of the authority. Nobody's right is judged: whose block it is says all.
    ///
    /// - Parameter verified: the request that brought it, by a key that nobody enrolled; nil where the broker does by itself
    ///   what a crash prevented.
    public func register(
        _ signed: SignedBlock, as kind: EntryKind, broughtBy verified: VerifiedRequest?
    ) async throws(RequestRefusal) -> CommittedEntry {
        let authority = controls.authority
        guard signed.issuer == authority.authority || signed.issuer == authority.quorum else { throw .unauthenticated }
        var submission = LogSubmission(
            draft: draft(of: signed, kind, verified),
            block: BlockRegistration(
                id: signed.id.bytes, type: type(of: signed.block.body).kind.rawValue, envelope: signed.envelope.encode()
            ),
            admit: { [self] place in admit(signed, at: place) })
        submission.onCommit = { [self] place in enter(signed, at: place) }
        return try await write(submission)
    }

    /// Logs that a block of the quorum was brought with something that does not go with it.
    public func logRefusal(
        of signed: SignedBlock, as kind: EntryKind, broughtBy verified: VerifiedRequest, _ refusal: RequestRefusal
    ) async throws(RequestRefusal) {
        var draft = draft(of: signed, kind, verified)
        (draft.decision, draft.why) = (.deny, refusal.reason)
        _ = try await write(LogSubmission(draft: draft))
    }

    private func draft(of signed: SignedBlock, _ kind: EntryKind, _ verified: VerifiedRequest?) -> EntryDraft {
        var draft = EntryDraft(kind: kind, decision: .allow, why: .granted, kid: signed.issuer)
        draft.policy = policy.sha256
        draft.object = Hex.encode(signed.id.bytes)
        draft.evidence = EntryEvidence(
            base: String(decoding: signed.envelope.pae, as: UTF8.self),
            signature: Base64.encode(signed.envelope.signature))
        if let verified {
            draft.act = verified.request.head.act
            (draft.terminal, draft.via, draft.uid) = (verified.peer.terminal, verified.peer.via, verified.peer.uid)
        }
        return draft
    }
}
