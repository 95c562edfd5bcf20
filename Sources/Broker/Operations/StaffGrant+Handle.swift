internal import AccessLog
internal import Authority
internal import Policy
internal import Turnstile
internal import VaultModel
internal import Wire

/// Registers what a review of rights decided: a new root for a key that has or had one, or the end of roots. The signed
/// blocks are the record of the review.
enum GrantStaffHandler: OperationHandler {
    typealias Op = GrantStaff

    static func handle(
        _ call: Call<GrantStaff.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<GrantStaff.Reply> {
        let signed = try vault.open(call.body.block)
        let kind: EntryKind =
            switch signed.block {
            case .capability(let block) where block.parent == nil: .role
            case .revoke(let block) where block.kids.isEmpty: .revoke
            default: throw .malformed("a review registers a root capability, or revokes some")
            }
        let decision = try await vault.admit(call.verified, PolicyAsk(act: .review, verb: "review"), as: kind)
        if let refusal = refusal(of: signed.block, by: call.verified.request.kid, vault.turnstile.controls.authority) {
            throw await vault.refuse(decision, refusal, as: kind)
        }
        let entry = try await vault.turnstile.register(signed, decision, as: kind)
        return Answer(GrantStaff.Reply(grant: signed.id.text), entry)
    }

    /// A review renews, narrows and ends rights; it gives none to a key that never had one, and does not leave whoever
    /// reviews without her own.
    private static func refusal(of block: Block, by kid: KeyID, _ authority: AuthorityState) -> RequestRefusal? {
        switch block {
        case .capability(let block):
            let had = authority.capabilities.values.contains { $0.isRoot && $0.block.audience == block.audience }
            return had ? nil : .conflict("this key never had a right: coffer staff approve")
        case .revoke(let block):
            guard block.caps.allSatisfy({ authority.capabilities[$0] != nil }) else {
                return .notFound("there is no such right")
            }
            let kept = authority.roots(for: kid).filter { !block.caps.contains($0.id) }
            return kept.isEmpty ? .conflict("this would end your own right; somebody else must do that") : nil
        default: return nil
        }
    }
}
