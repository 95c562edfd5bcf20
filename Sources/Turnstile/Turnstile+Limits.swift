public import AccessLog
internal import Authority
public import Policy
internal import Primitives
public import Storage
internal import Synchronization
public import VaultModel
public import Wire

/// What the turnstile remembers of committed entries.
struct Books: Sendable {
    var opens = OpenLedger()
    var uses = UseLedger()
}

/// The records one request is about to open: reserved on the writer's thread, settled when its fate is known.
final class Opening: Sendable {
    private let ticket = Mutex<OpenLedger.Ticket?>(nil)

    fileprivate init() {}

    fileprivate func keep(_ reserved: OpenLedger.Ticket) { ticket.withLock { $0 = reserved } }
    fileprivate func take() -> OpenLedger.Ticket? {
        ticket.withLock { kept in
            defer { kept = nil }
            return kept
        }
    }
}

extension Turnstile {
    // MARK: - At the log's writer

    /// Has the limits of the role checked where they cannot be raced: by the log's writer, in the order of the log,
    /// after every other check. An entry that would pass one of them is replaced by its denial. Notes the use of the key.
    ///
    /// - Returns: what must be given back with `settle` when the submission fails; nil when nothing is opened.
    func meter(_ submission: inout LogSubmission, _ decision: Decision) -> Opening? {
        let draft = submission.draft
        submission.onCommit = { [self, enter = submission.onCommit] place in
            enter(place)
            books.withLock { books in
                books.uses.note(
                    draft.kid, act: draft.act, purpose: draft.purpose, fields: draft.fields, decision: draft.decision,
                    at: place.time)
            }
        }
        guard draft.decision == .allow, draft.released > 0, OpenLedger.counts(draft.kind),
            let person = decision.standing?.person, case .allowed(let grant) = decision.outcome
        else { return nil }
        let limits = OpenLedger.stops(draft.kind) ? grant.limits : nil
        let opening = Opening()
        submission.admit = { [self, check = submission.admit] place in
            let admission = check(place)
            guard case .admit = admission else { return admission }
            let ticket = books.withLock { books -> OpenLedger.Ticket? in
                guard let limits else { return books.opens.reserve(draft.released, for: person, at: place.time) }
                return books.opens.reserve(draft.released, for: person, limits: limits, at: place.time)
            }
            guard let ticket else { return .substitute(Self.denial(of: draft, for: .rate)) }
            opening.keep(ticket)
            return .admit
        }
        submission.onCommit = { [self, enter = submission.onCommit] place in
            enter(place)
            if let ticket = opening.take() { books.withLock { $0.opens.confirm(ticket) } }
        }
        return opening
    }

    /// Takes back what a submission that was not committed had reserved.
    func settle(_ opening: Opening?) {
        if let ticket = opening?.take() { books.withLock { $0.opens.cancel(ticket) } }
    }

    /// What is logged in place of an allowed entry: that it was refused at the last moment.
    static func denial(of draft: EntryDraft, for reason: Reason) -> EntryDraft {
        var denial = draft
        (denial.decision, denial.why, denial.released) = (.deny, reason, 0)
        denial.subject.seals = []
        return denial
    }

    /// What the requester hears when a denial was logged in place of her entry.
    func refusal(for entry: CommittedEntry) -> RequestRefusal {
        guard let core = try? EntryCore(parsing: entry.core) else { return .integrity("a log entry") }
        guard core.why == .rate else { return Gate.refusal(core.why) }
        let controls = controls
        guard let person = core.kid.flatMap(controls.authority.person(of:)),
            let limits = RoleName(core.role).flatMap(controls.policy.limits(of:))
        else { return RequestRefusal(.rateLimited, .rate) }
        let (quota, wait) = books.withLock { books in
            (
                books.opens.quota(of: person, limits: limits, at: entry.time),
                books.opens.wait(of: person, limits: limits, at: entry.time)
            )
        }
        let bound = "at most \(limits.opensPer10Minutes) records in 10 minutes and \(limits.opensPerDay) a day"
        guard let wait else {
            return RequestRefusal(
                .rateLimited, .rate,
                hint: "this role opens \(bound), and \(quota.left) are left to you now; ask for fewer at once")
        }
        return RequestRefusal(
            .rateLimited, .rate,
            hint: "this role opens \(bound); you may open more in \(Self.text(ofWait: wait)), or ask a colleague")
    }

    /// Rounded up, so that whoever waits so long has waited long enough.
    static func text(ofWait milliseconds: Int64) -> String {
        let minutes = max(1, (milliseconds + 59_999) / 60_000)
        if minutes == 1 { return "a minute" }
        return minutes < 120 ? "\(minutes) minutes" : "\((minutes + 59) / 60) hours"
    }

    // MARK: - Asking

    /// What whoever is behind an allowed decision may still open.
    public func quota(after decision: Decision, _ entry: CommittedEntry) -> OpenQuota {
        guard let person = decision.standing?.person, case .allowed(let grant) = decision.outcome else {
            return OpenQuota(used: 0, limit: RoleLimits.standard.opensPerDay, window: .day)
        }
        return quota(of: person, limits: grant.limits, at: entry.time)
    }

    /// - Parameter now: milliseconds since 1970.
    public func quota(of person: PersonID, limits: RoleLimits, at now: Int64) -> OpenQuota {
        books.withLock { $0.opens.quota(of: person, limits: limits, at: now) }
    }

    /// What a key has been used for, as far as is known.
    public func use(of kid: KeyID) -> KeyUse { books.withLock { $0.uses.keys[kid] ?? KeyUse() } }

    /// From when on no use is missing, in milliseconds since 1970.
    public var usesKnownSince: Int64 { books.withLock { $0.uses.knownSince } }

    // MARK: - After a start

    /// Takes entries of the log that an older process wrote; they may come in any order, each once.
    ///
    /// - Parameter now: milliseconds since 1970; what was opened more than a day before counts no more.
    public func recall(_ cores: [EntryCore], now: Int64) {
        let authority = controls.authority
        books.withLock { books in
            for core in cores {
                books.uses.note(
                    core.kid, act: core.act, purpose: core.purpose, fields: core.fields, decision: core.decision,
                    at: core.time)
                guard core.decision == .allow, core.released > 0, OpenLedger.counts(core.kind),
                    core.time > now - OpenLedger.longestMilliseconds,
                    let person = core.kid.flatMap(authority.person(of:))
                else { continue }
                books.opens.restore(core.released, for: person, at: core.time)
            }
        }
    }

    /// Says how far back the recalled entries reach.
    public func markRecalled(since milliseconds: Int64) { books.withLock { $0.uses.knownSince = milliseconds } }
}
