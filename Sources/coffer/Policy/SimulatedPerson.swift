import Authority
import Client
import Console
import Policy
import VaultModel
import Wire

/// A member of staff as a simulation sees her: what the authority signed for one of her keys, and what she has opened.
struct SimulatedPerson {
    let name: String
    let right: SignedRight
    let review: Review?
    /// Seconds since 1970.
    private let now: Int64
    private let vault: VaultID

    var role: RoleName { right.enrolment.role }

    /// The person's one key that counts, or that of `role`.
    init(
        named name: String, role: RoleName?, _ session: Session, _ policy: PolicyDocument
    ) async throws(Failure) {
        let rights: [SignedRight]
        do throws(Failure) { rights = try await session.rights(ofPerson: name, act: .review) } catch {
            guard error.code == ErrorCode.notFound.rawValue else { throw error }
            throw .usage("nobody of this name has a key", hint: "coffer staff list", why: "person")
        }
        let all = rights.filter { role == nil || $0.enrolment.role == role }
        let active = all.filter { !$0.known.isRevoked }
        guard active.count <= 1 else {
            throw .usage("this person has several keys", hint: "name the role: --role ROLE", why: "role")
        }
        guard let right = active.first ?? all.last else {
            throw .usage("this person has no key in that role", hint: "coffer staff list", why: "role")
        }
        self.name = name
        self.right = right
        now = session.nowSeconds
        vault = session.vault
        let now = now
        review = right.root.map { AuthorityState.review(of: $0, now: now, days: policy.reviewDays) }
    }

    /// Why the blocks refuse, or nil when they allow: judged from the same blocks and by the same code as at the broker. A
    /// key that is bound to a user counts as used by that user.
    func obstacle(to ask: PolicyAsk, form: Form?) -> Reason? {
        guard !right.known.isRevoked else { return .revokedKey }
        // Each block was signed by the authority of its day, or by the one after it.
        var state = AuthorityState(vault: vault, authority: right.enrolment.issuer)
        do throws(BlockRefusal) {
            for (index, block) in right.blocks.enumerated() {
                state = state.ruled(by: block.issuer)
                // As of the second it was made for: whether it has ended since is for the evaluation to say.
                try state.register(block, at: UInt64(index), time: (right.root?.notBefore ?? 0) * 1_000)
            }
        } catch { return .noRoot }
        var shop: ShopName?
        if case .only(let shops)? = right.root?.shops { shop = shops.first }
        let wanted = Ask(
            kid: right.kid, act: ask.act, fields: ask.fields, form: form ?? .masked, purpose: ask.purpose, shop: shop,
            peerUID: right.enrolment.uid)
        return switch state.evaluate(wanted, now: now) {
        case .success: nil
        case .failure(let refusal): refusal.reason
        }
    }
}
