public import Authority
internal import Policy
internal import VaultModel
public import Wire

/// What other persons have said about a request that was refused for want of approvals, as the broker has kept it. An
/// offer: `Gate` decides what of it counts.
public struct ConsentOffer: Sendable {
    /// The id of the request, `r_…`.
    public let request: String
    /// Approve blocks given for it that have not been used.
    public let approvals: [BlockID]
    /// Whether the wait is over that replaces approvals where there is no second person.
    public let hasWaited: Bool

    public init(request: String, approvals: [BlockID], hasWaited: Bool) {
        self.request = request
        self.approvals = approvals
        self.hasWaited = hasWaited
    }
}

/// What stands in for the approvals a rule asks for. Only `Gate` makes one; the entry of the request consumes it.
public struct Consent: Sendable {
    /// The id of the request: `xid` of all its entries.
    public let request: String
    /// The blocks the entry consumes, one of each other person; none where the wait replaces them.
    public let approvals: [BlockID]

    /// Whether nobody else could approve, so that the wait had to do.
    public var isWait: Bool { approvals.isEmpty }
}

extension Controls {
    /// Whether a consent holds now: no approver has been revoked or lost the right meanwhile, no approval has run out,
    /// and a wait still has nobody else to wait for.
    func upholds(_ consent: Consent, of decision: Decision, now: Int64) -> Bool {
        guard let standing = decision.standing else { return false }
        let mayApprove = { (role: RoleName) in self.policy.allows(role, .approve) }
        if consent.isWait {
            return !authority.hasApprover(besides: standing.person, now: now, mayApprove: mayApprove)
        }
        let counted = authority.approvals(
            consent.approvals, of: decision.head.digest, for: standing.person, now: now, mayApprove: mayApprove)
        return counted.count == consent.approvals.count
    }
}

extension RequestHead {
    /// What an approval of this request is for.
    public var digest: HeadDigest { HeadDigest(membersWithoutCounter) }
}
