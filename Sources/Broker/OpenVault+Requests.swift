internal import AccessLog
internal import Authority
internal import CanonicalJSON
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Requests that wait for other persons: what is kept of them and what counts when they come again.
extension OpenVault {
    /// Acts whose head says all that is asked for, itself or by the hash of a block, so that approving the head approves
    /// that and nothing else.
    static let approvableActs: Set<Act> = [.read, .export, .logPurge, .erase]

    /// Requests of one person that may wait at once; likewise emergencies without a review.
    private static let mostWaiting = 20

    /// Decides a request again that lacks approvals, by what others have said meanwhile. One that waits still, or from
    /// now on, is refused with its id; asking for the same again gives the same id.
    func admitWaiting(
        _ decision: Decision, _ ask: PolicyAsk, _ gate: Gate, as kind: EntryKind, block: [UInt8]
    ) async throws(RequestRefusal) -> Decision {
        let verified = decision.verified
        let now = verified.receivedMilliseconds / 1_000
        guard let standing = decision.standing else { throw .unauthenticated }
        let head = JSONValue.object(decision.head.membersWithoutCounter).encode()
        // What is destroyed for good waits for no clock: there it takes other persons, or it is not done.
        let isAlone =
            ask.act != .logPurge && !gate.hasApprover(besides: standing, at: verified.receivedMilliseconds)
        let known = try stored { () throws(StorageError) in
            try stores.records.openRequest(of: standing.person, head: head, now: now)
        }
        if let known {
            let offer = ConsentOffer(
                request: known.id, approvals: try unusedApprovals(of: known),
                hasWaited: isAlone ? try hasWaited(known, decision) : false)
            let again = gate.decide(verified, ask, offer: offer)
            if case .allowed = again.outcome { return again }
        }
        let wait = isAlone ? soloWaitSeconds : 0
        let row = RequestRow(
            id: "r_" + Crockford.randomLower(26), kid: standing.kid, person: standing.person, head: head, block: block,
            needed: decision.ask.approvals, created: now, expires: now + wait + ApproveBlock.longestSeconds,
            state: .open)
        let opened = try stored { () throws(StorageError) -> RequestRow? in
            if let known { return known }
            return try stores.records.open(row, most: Self.mostWaiting)
        }
        guard let opened else { throw await refuse(decision, Self.tooMany, as: kind) }
        let refusal = RequestRefusal(
            .approvalRequired, .approvalRequired, hint: hint(opened, isAlone: isAlone), request: opened.id)
        let entry = try await turnstile.logRefusal(decision.refused(refusal), as: kind)
        try stored { () throws(StorageError) in try stores.records.note(entry: entry.seq, ofRequest: opened.id) }
        throw refusal
    }

    /// Logs a read and gives its grant, as `Turnstile.log`, and with it what approvals and emergencies bring along: the
    /// request is used up, an emergency waits for its review, and an alert says that nobody else was asked.
    func log(
        _ decision: Decision, as kind: EntryKind, releasing records: [StoredRecord]
    ) async throws(RequestRefusal) -> LoggedGrant {
        if kind == .breakglass { return try await logEmergency(decision, releasing: records) }
        guard let consent = decision.consent else {
            return try await turnstile.log(decision, as: kind, releasing: records)
        }
        // No approval is used up by a wait, so that the row has to go first.
        if consent.isWait { try end(consent.request, from: .open, as: .used) }
        let grant = try await turnstile.log(decision, as: kind, releasing: records)
        if consent.isWait {
            try await turnstile.logAlert(xid: consent.request)
        } else {
            // The approvals are used in the log, whether the row says so or not.
            try? stores.records.end(request: consent.request, from: .open, as: .used)
        }
        return grant
    }

    /// The task to review comes first: one too many is seen and closed, one too few would be nobody's.
    private func logEmergency(
        _ decision: Decision, releasing records: [StoredRecord]
    ) async throws(RequestRefusal) -> LoggedGrant {
        guard let standing = decision.standing else { throw .unauthenticated }
        let now = decision.verified.receivedMilliseconds / 1_000
        let row = RequestRow(
            id: "r_" + Crockford.randomLower(26), kid: standing.kid, person: standing.person,
            head: JSONValue.object(decision.head.membersWithoutCounter).encode(), needed: 0, created: now,
            expires: now + BreakGlass.reviewSeconds, state: .review)
        let opened = try stored { () throws(StorageError) in
            try stores.records.open(row, most: Self.mostWaiting)
        }
        guard let opened else { throw await refuse(decision, Self.tooMany, as: .breakglass) }
        let grant: LoggedGrant
        do throws(RequestRefusal) {
            grant = try await turnstile.log(decision, as: .breakglass, releasing: records, xid: opened.id)
        } catch {
            try? stores.records.end(request: opened.id, from: .review, as: .withdrawn)
            throw error
        }
        try? stores.records.note(entry: grant.entry.seq, ofRequest: opened.id)
        try await turnstile.logAlert(xid: opened.id)
        return grant
    }

    // MARK: - What counts

    private var soloWaitSeconds: Int64 { Int64(turnstile.policy.soloWaitHours) * 3_600 }

    /// The approve blocks given for a request that no entry has used.
    func unusedApprovals(of row: RequestRow) throws(RequestRefusal) -> [BlockID] {
        var unused: [BlockID] = []
        for bytes in row.approvals {
            guard let id = BlockID(bytes) else { throw .integrity("an approval in vault.db") }
            let use = try stored { () throws(StorageError) in try stores.log.approvalUse(bytes) }
            if use == nil { unused.append(id) }
        }
        return unused
    }

    /// The approvals of a request that count now.
    func approvals(of row: RequestRow, now: Int64) throws(RequestRefusal) -> [RegisteredApproval] {
        guard let digest = Self.head(of: row)?.digest else { throw .integrity("a request in vault.db") }
        let controls = turnstile.controls
        return controls.authority.approvals(
            try unusedApprovals(of: row), of: digest, for: row.person, now: now
        ) { controls.policy.allows($0, .approve) }
    }

    /// Whether the wait is over. It counts from the entry that refused this very request, not from what the row says:
    /// whoever can write the database could put a row's time back, not the log's.
    private func hasWaited(_ row: RequestRow, _ decision: Decision) throws(RequestRefusal) -> Bool {
        guard let seq = row.entry else { return false }
        let entries = try stored { () throws(StorageError) in try reader.entries(seq..<seq + 1) }
        guard let bytes = entries.first?.core, let core = try? EntryCore(parsing: bytes), core.decision == .deny,
            core.why == .approvalRequired, core.xid == row.id, isRefusal(of: decision, core, entries.first?.evidence),
            let kid = core.kid, turnstile.controls.authority.person(of: kid) == row.person
        else { return false }
        return core.time + soloWaitSeconds * 1_000 <= decision.verified.receivedMilliseconds
    }

    /// Whether an entry refused this very request. A head with an object of its own is known again by what was signed.
    private func isRefusal(of decision: Decision, _ core: EntryCore, _ evidence: [UInt8]?) -> Bool {
        let digest = decision.head.digest
        if decision.head.object.isEmpty { return core.object == digest.text }
        return evidence.flatMap(EntryEvidence.headDigest) == digest.text
    }

    static func head(of row: RequestRow) -> RequestHead? {
        guard let members = try? JSONValue.parse(row.head, limits: .signed).objectValue else { return nil }
        return try? RequestHead(withoutCounter: members)
    }

    // MARK: - Looking after them

    /// What waits, oldest first, as it is shown: everybody's, or one person's own.
    func waitingRequests(
        for person: PersonID, isOwnOnly: Bool, now: Int64
    ) throws(RequestRefusal) -> [PendingRequest] {
        let rows = try stored { () throws(StorageError) in
            try stores.records.waitingRequests(
                of: isOwnOnly ? person : nil, now: now, limit: ListRequests.mostRequests)
        }
        var requests: [PendingRequest] = []
        for row in rows { requests.append(try pending(row, for: person, now: now)) }
        return requests
    }

    /// A request as it is shown to a person.
    func pending(_ row: RequestRow, for person: PersonID, now: Int64) throws(RequestRefusal) -> PendingRequest {
        guard let head = Self.head(of: row) else { throw .integrity("a request in vault.db") }
        let staff = try stored { () throws(StorageError) in try stores.records.staff(row.person) }
        let isEmergency = row.state == .review || row.state == .reviewed
        return PendingRequest(
            id: row.id, kind: isEmergency ? .breakGlass : .approval, state: row.state.shown,
            name: staff.map(name(of:)) ?? "", person: row.person, kid: row.kid, head: head,
            approvals: Int64(try approvals(of: row, now: now).count), needed: Int64(row.needed),
            created: row.created, expires: isEmergency ? 0 : row.expires, due: isEmergency ? row.expires : 0,
            isOwn: row.person == person)
    }

    /// Decides a request about requests. Whoever may not approve is let in too, for her own.
    func admitToRequests(
        _ verified: VerifiedRequest, as kind: EntryKind
    ) async throws(RequestRefusal) -> (decision: Decision, person: PersonID, isOwnOnly: Bool) {
        let gate = turnstile.gate
        var decision = gate.decide(verified, PolicyAsk(act: .approve))
        var isOwnOnly = false
        if case .refused = decision.outcome {
            decision = gate.decideOwn(verified)
            isOwnOnly = true
        }
        if case .refused(let refusal) = decision.outcome { throw await refuse(decision, refusal, as: kind) }
        guard let standing = decision.standing else { throw .unauthenticated }
        return (decision, standing.person, isOwnOnly)
    }

    /// The request that the head's `ref` names.
    func request(of decision: Decision, as kind: EntryKind) async throws(RequestRefusal) -> RequestRow {
        let row = try stored { () throws(StorageError) in try stores.records.request(decision.head.ref) }
        guard let row else {
            throw await refuse(decision, .notFound("no such request; coffer request list shows them"), as: kind)
        }
        return row
    }

    /// Refuses unless the request is in a state and has not run out.
    func require(
        _ row: RequestRow, in state: RequestState, _ decision: Decision
    ) async throws(RequestRefusal) {
        guard row.state == state else {
            throw await refuse(
                decision, .conflict("this request does not wait for that: it is \(row.state.shown.rawValue)"),
                as: .approve)
        }
        guard state != .open || decision.verified.receivedMilliseconds / 1_000 < row.expires else {
            throw await refuse(decision, .conflict("this request has run out; it has to be made again"), as: .approve)
        }
    }

    /// Refuses unless the request is another person's. Two keys of one person are one person.
    func requireOther(_ row: RequestRow, _ decision: Decision) async throws(RequestRefusal) {
        guard decision.standing?.person != row.person else {
            throw await refuse(
                decision, .denied(.act, hint: "nobody decides on her own request; another person has to"), as: .approve)
        }
    }

    func end(_ id: String, from: RequestState, as state: RequestState) throws(RequestRefusal) {
        try stored { () throws(StorageError) in try stores.records.end(request: id, from: from, as: state) }
    }

    private static let tooMany = RequestRefusal(
        .rateLimited, .rate,
        hint: "\(mostWaiting) requests of yours wait for other persons already; withdraw some, or have them decided")

    private func hint(_ row: RequestRow, isAlone: Bool) -> String {
        guard isAlone else {
            return "\(row.needed) other person\(row.needed == 1 ? "" : "s") must approve within 4 hours, with: "
                + "coffer request approve \(row.id)"
        }
        let hours = turnstile.policy.soloWaitHours
        return "nobody else may approve here: ask for the same again in \(hours) hour\(hours == 1 ? "" : "s")"
    }
}

extension RequestState {
    /// The word for it in messages.
    var shown: PendingRequest.State {
        switch self {
        case .open: .open
        case .denied: .denied
        case .withdrawn: .withdrawn
        case .used: .used
        case .review: .review
        case .reviewed: .reviewed
        }
    }
}
