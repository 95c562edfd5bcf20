internal import AccessLog
internal import Authority
internal import Host
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

extension OpenVault {
    /// Entries read at a start: each is opened before the first request is answered, so there is an end to them.
    private static let mostRecalled = 50_000
    private static let recalledAtOnce: UInt64 = 1_000
    /// Rights unused for so long are shown as unused.
    static let useMilliseconds: Int64 = 90 * 86_400_000

    /// Reads the newest entries of the log, so that a restart forgets neither what was opened today nor which rights
    /// are in use: 90 days back, and at most 50,000 entries. Entries beyond that count for nothing, and the lists of
    /// unused rights say from when on they know.
    func recallUse() throws(RequestRefusal) {
        let now = files.clock.nowMilliseconds()
        do {
            var end = try stores.log.size()
            var read = 0
            var since = now
            while end > 0, read < Self.mostRecalled, since > now - Self.useMilliseconds {
                let first = end - min(end, Self.recalledAtOnce)
                let cores = try reader.cores(first..<end)
                turnstile.recall(cores, now: now)
                if let oldest = cores.first { since = min(since, oldest.time) }
                read += Int(end - first)
                end = first
            }
            turnstile.markRecalled(since: since)
        } catch { throw RequestRefusal(storage: error) }
    }

    /// The moment after which a use counts, in milliseconds since 1970.
    func useCounts(now seconds: Int64) -> Int64 { seconds * 1_000 - Self.useMilliseconds }

    /// How urgent the review of a key's newest root is; nil without one.
    func review(of kid: KeyID, now seconds: Int64) -> Review? {
        let controls = turnstile.controls
        guard let root = controls.authority.root(for: kid)?.block else { return nil }
        return AuthorityState.review(of: root, now: seconds, days: controls.policy.reviewDays)
    }

    /// How many keys have a right that is due for review, or had one that ended without.
    func overdueReviews() -> Int {
        let now = files.clock.nowSeconds()
        return turnstile.controls.authority.enrolments.keys.count { review(of: $0, now: now)?.isOverdue == true }
    }

    /// Fields that the role reads and the newest root covers, and that the key was not used for in 90 days.
    func unusedFields(of kid: KeyID, role: RoleName, now seconds: Int64) -> [FieldName] {
        let controls = turnstile.controls
        guard let root = controls.authority.root(for: kid)?.block, let role = controls.policy.role(role) else {
            return []
        }
        let used = Set(turnstile.use(of: kid).fields(since: useCounts(now: seconds)))
        let readable = role.reads.reduce(into: Set<FieldName>()) { $0.formUnion($1.fields) }
        return readable.filter { root.fields.contains($0) && !used.contains($0) }.sorted()
    }
}
