import Authority
import CanonicalJSON
import Client
import Console
import VaultModel
import Wire

/// What becomes of a right in a review.
enum ReviewDecision: String {
    case renew = "renewed"
    case narrow = "narrowed"
    case widen = "widened"
    case end = "ended"
    case skip = "skipped"
}

/// Signs and registers the decisions of a review. The registered blocks are its record.
struct ReviewDesk {
    let session: Session
    let signer: BlockSigner

    /// What was done, for the answer.
    struct Outcome {
        let name: String
        let right: SignedRight
        let decision: ReviewDecision
        /// The id of the block that was registered; empty when none was.
        let grant: String
        /// When the right ends now, seconds since 1970; 0 when it has ended.
        let expires: Int64
        /// The last entry of the log about it.
        let entry: UInt64

        var json: JSONValue {
            [
                "decision": .string(decision.rawValue), "entry": .count(entry),
                "expires": .string(expires == 0 ? "" : Moment.iso(expires * 1_000)), "grant": .string(grant),
                "kid": .string(right.kid.text), "name": .string(name), "role": .string(right.enrolment.role.text),
            ]
        }
    }

    /// Whether a decision can be carried out: asked about all of them before the first is.
    func require(_ decision: ReviewDecision, _ right: SignedRight) throws(Failure) {
        switch decision {
        case .renew, .narrow, .widen: _ = try root(decision, right)
        case .end, .skip: break
        }
    }

    private func root(_ decision: ReviewDecision, _ right: SignedRight) throws(Failure) -> CapabilityBlock {
        let now = session.nowSeconds
        do throws(SignedRight.Problem) {
            return switch decision {
            case .narrow: try right.narrowed(by: signer.kid, now: now)
            case .widen: try right.widened(by: signer.kid, now: now)
            case .renew, .end, .skip: try right.renewed(by: signer.kid, now: now)
            }
        } catch { throw Failure(error) }
    }

    func carryOut(_ decision: ReviewDecision, _ right: SignedRight, name: String) async throws(Failure) -> Outcome {
        let now = session.nowSeconds
        switch decision {
        case .renew, .widen:
            let root = try root(decision, right)
            let reply = try await register(root)
            return Outcome(
                name: name, right: right, decision: decision, grant: reply.message.grant, expires: root.expires,
                entry: reply.entry)
        case .narrow:
            let root = try root(decision, right)
            let reply = try await register(root)
            // Not before the narrow right is there; and then the wider one must not live on beside it.
            let entry = try await end(right, now)?.entry
            return Outcome(
                name: name, right: right, decision: decision, grant: reply.message.grant, expires: root.expires,
                entry: entry ?? reply.entry)
        case .end:
            let reply = try await end(right, now)
            return Outcome(
                name: name, right: right, decision: decision, grant: reply?.message.grant ?? "", expires: 0,
                entry: reply?.entry ?? 0)
        case .skip:
            return Outcome(
                name: name, right: right, decision: decision, grant: "", expires: right.root?.expires ?? 0, entry: 0)
        }
    }

    private func end(_ right: SignedRight, _ now: Int64) async throws(Failure) -> Answer<GrantStaff.Reply>? {
        guard let block = right.ending(by: signer.kid, now: now) else { return nil }
        return try await register(block)
    }

    private func register(_ block: some BlockBody) async throws(Failure) -> Answer<GrantStaff.Reply> {
        let signed = try signer.seal(block)
        return try await session.call(
            GrantStaff.self, .init(block: signed.value), RequestScope(object: signed.object))
    }
}
