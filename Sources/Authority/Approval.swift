public import CanonicalJSON
import Primitives
public import VaultModel

/// The SHA-256 of a request's canonical head without `ctr`: what an approval is for. The counter is left out because the
/// request is sent again, under a new one, when the approval is there.
public struct HeadDigest: Hashable, Sendable {
    /// 32 bytes.
    public let bytes: [UInt8]

    public init(_ head: [String: JSONValue]) { bytes = SHA256.hash(JSONValue.object(head).encode()) }

    /// 64 lower-case hexadecimal digits.
    public var text: String { Hex.encode(bytes) }
}

/// An approval in the log.
public struct RegisteredApproval: Hashable, Sendable {
    public let id: BlockID
    /// The key that approved, and whose it is.
    public let issuer: KeyID
    public let person: PersonID
    public let digest: HeadDigest
    /// The first second that is too late.
    public let expires: Int64
    /// Where its block stands in the log.
    public let index: UInt64
}

extension AuthorityState {
    /// Which of these approvals count for a request of `person` with this head at `now` seconds since 1970: one of each
    /// other person, the oldest first. Whether one has been used is not known here.
    ///
    /// - Parameter mayApprove: whether a role has the right to approve now.
    public func approvals(
        _ ids: some Sequence<BlockID>, of digest: HeadDigest, for person: PersonID, now: Int64,
        mayApprove: (RoleName) -> Bool
    ) -> [RegisteredApproval] {
        var persons: Set<PersonID> = [person]
        let candidates = Set(ids).compactMap { approvals[$0] }.sorted {
            ($0.index, $0.id.text) < ($1.index, $1.id.text)
        }
        return candidates.filter { approval in
            guard approval.digest == digest, now < approval.expires, !isRevoked(approval.issuer),
                let enrolment = enrolments[approval.issuer], mayApprove(enrolment.role)
            else { return false }
            return persons.insert(approval.person).inserted
        }
    }

    /// Whether somebody besides `person` could approve at `now` seconds since 1970: a key of hers is not revoked, has a
    /// root that holds, and a role with the right to approve.
    public func hasApprover(besides person: PersonID, now: Int64, mayApprove: (RoleName) -> Bool) -> Bool {
        enrolments.values.contains { enrolment in
            enrolment.person != person && mayApprove(enrolment.role)
                && roots(for: enrolment.kid).contains { root in
                    root.block.role == enrolment.role && root.block.notBefore <= now && now < root.block.expires
                }
        }
    }

    /// An approval needs an enrolled key. That nobody approves her own request, and that the role may approve, is judged
    /// when it is used: this state knows neither requests nor policies.
    mutating func register(
        _ block: ApproveBlock, _ id: BlockID, at index: UInt64, time milliseconds: Int64
    ) throws(BlockRefusal) {
        guard !isRevoked(block.issuer) else { throw .revokedKey }
        guard let enrolment = enrolments[block.issuer] else { throw .notEnrolled }
        guard milliseconds < block.expires * 1_000 else { throw .expired }
        guard block.expires - milliseconds / 1_000 <= ApproveBlock.longestSeconds else { throw .lifetime }
        approvals[id] = RegisteredApproval(
            id: id, issuer: block.issuer, person: enrolment.person, digest: block.digest, expires: block.expires,
            index: index)
    }
}
