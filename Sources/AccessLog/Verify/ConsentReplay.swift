import Authority
import Policy
import VaultModel

/// What stood in for approvals, replayed: which approvals were given, which were used, and since when a request waited
/// that nobody else could approve. `xid` of the entries ties them to one request; it is a hint of the broker's and gives
/// nothing by itself: the approvals are signed, and the wait begins with a refusal that its requester signed.
struct ConsentReplay {
    private struct Wait {
        let person: PersonID
        /// Hexadecimal hash of the head that was refused; of the head's object, where that is all that is known.
        let digest: String
        /// Milliseconds since 1970 of the refusal.
        let time: Int64
    }

    private var waits: [String: Wait] = [:]
    private var usedWaits: Set<String> = []
    private var given: [HeadDigest: [BlockID]] = [:]
    private var givenFor: [String: Set<BlockID>] = [:]
    private var used: Set<BlockID> = []
    private var hasMissed = false

    /// An entry of which nothing is known: it may have been the refusal a wait began with.
    mutating func miss() { hasMissed = true }

    mutating func approved(_ approval: RegisteredApproval, request: String) {
        given[approval.digest, default: []].append(approval.id)
        givenFor[request, default: []].insert(approval.id)
    }

    /// Notes refusals that begin a wait, and uses that cannot be judged because their evidence is gone.
    mutating func take(_ entry: CheckedEntry, _ core: EntryCore, person: PersonID?) {
        guard !core.xid.isEmpty else { return }
        switch (core.decision, entry.evidence) {
        case (.allow, .unknown) where core.releasesFields || core.kind == .purge || core.kind == .eraseRequest:
            used.formUnion(givenFor[core.xid] ?? [])
            usedWaits.insert(core.xid)
        case (.deny, .request(let request, _)) where request.digest.text == core.object || !request.object.isEmpty:
            begin(core, person, request.digest.text)
        case (.deny, .unknown): begin(core, person, core.object)
        default: break
        }
    }

    private mutating func begin(_ core: EntryCore, _ person: PersonID?, _ digest: String) {
        guard core.why == .approvalRequired, let person, waits[core.xid] == nil else { return }
        waits[core.xid] = Wait(person: person, digest: digest, time: core.time)
    }

    /// Whether a request that needs `persons` approvals had them: given for this very head by so many other persons who
    /// could approve at that moment, none of them used before. Or nobody else could approve, and it has waited. What
    /// covers one request covers no other.
    mutating func cover(
        _ request: SignedRequest, _ core: EntryCore, by person: PersonID, persons: Int, _ policy: PolicyDocument,
        _ state: AuthorityState
    ) -> Bool {
        let now = core.time / 1_000
        let mayApprove = { (role: RoleName) in policy.allows(role, .approve) }
        let unused = (given[request.digest] ?? []).filter { !used.contains($0) }
        // Those given for this request first, so that another one with the same head keeps its own.
        for pool in [unused.filter { givenFor[core.xid]?.contains($0) ?? false }, unused] {
            let counted = state.approvals(
                pool, of: request.digest, for: person, now: now, mayApprove: mayApprove)
            guard counted.count >= persons else { continue }
            used.formUnion(counted.prefix(persons).map(\.id))
            return true
        }
        guard request.act != .logPurge, !core.xid.isEmpty,
            !state.hasApprover(besides: person, now: now, mayApprove: mayApprove),
            !usedWaits.contains(core.xid)
        else { return false }
        guard let wait = waits[core.xid] else { return hasMissed }
        let isSame = wait.digest == request.digest.text || (!request.object.isEmpty && wait.digest == request.object)
        guard wait.person == person, isSame,
            wait.time + Int64(policy.soloWaitHours) * 3_600_000 <= core.time
        else { return false }
        usedWaits.insert(core.xid)
        return true
    }
}
