internal import AccessLog
internal import Policy
internal import VaultModel
internal import Wire

/// How many records were opened by whom, in the two spans of time that a role limits: any ten minutes, counted by the
/// second, and any 24 hours, counted by the minute. Two keys of one person are one person.
///
/// Pure: every call brings its time, in milliseconds since 1970. What is opened is reserved when the log's writer admits
/// the entry, and confirmed when the entry is durable, so that requests of one batch cannot pass the limit together, and
/// a batch that fails counts for nothing.
struct OpenLedger: Sendable {
    /// A reservation that was neither confirmed nor cancelled yet.
    struct Ticket: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    private struct Reservation {
        let person: PersonID
        let count: Int
        let time: Int64
    }

    private struct Tallies {
        var tenMinutes = OpenTally(windowMilliseconds: 600_000, bucketMilliseconds: 1_000)
        var day = OpenTally(windowMilliseconds: OpenLedger.longestMilliseconds, bucketMilliseconds: 60_000)

        mutating func take(_ count: Int, at time: Int64) {
            tenMinutes.expire(at: time)
            day.expire(at: time)
            add(count, at: time)
        }

        mutating func add(_ count: Int, at time: Int64) {
            tenMinutes.add(count, at: time)
            day.add(count, at: time)
        }

        mutating func remove(_ count: Int, at time: Int64) {
            tenMinutes.remove(count, at: time)
            day.remove(count, at: time)
        }
    }

    /// What happened longer ago counts nowhere.
    static let longestMilliseconds: Int64 = 86_400_000

    private var persons: [PersonID: Tallies] = [:]
    private var reservations: [Ticket: Reservation] = [:]
    private var nextTicket: UInt64 = 0

    /// Entries whose released records count.
    static func counts(_ kind: EntryKind) -> Bool {
        switch kind {
        case .read, .lookup, .export, .breakglass: true
        default: false
        }
    }

    /// Entries that the limit stops. An emergency and an export, which others have approved, count and are not stopped.
    static func stops(_ kind: EntryKind) -> Bool { kind == .read || kind == .lookup }

    // MARK: - Counting

    /// Counts `count` records for a person unless one of the limits would be passed; nil then, and nothing changes.
    mutating func reserve(_ count: Int, for person: PersonID, limits: RoleLimits, at time: Int64) -> Ticket? {
        guard fits(count, for: person, limits: limits, at: time) else { return nil }
        return reserve(count, for: person, at: time)
    }

    /// Counts without a limit.
    mutating func reserve(_ count: Int, for person: PersonID, at time: Int64) -> Ticket {
        persons[person, default: Tallies()].take(count, at: time)
        let ticket = Ticket(number: nextTicket)
        nextTicket += 1
        reservations[ticket] = Reservation(person: person, count: count, time: time)
        return ticket
    }

    /// The entry is durable: what was reserved stays counted.
    mutating func confirm(_ ticket: Ticket) { reservations[ticket] = nil }

    /// Nothing was logged, so nothing was opened: takes the reservation back. Without effect once it was confirmed.
    mutating func cancel(_ ticket: Ticket) {
        guard let reservation = reservations.removeValue(forKey: ticket) else { return }
        persons[reservation.person]?.remove(reservation.count, at: reservation.time)
    }

    /// Counts what an older process of the broker had released.
    mutating func restore(_ count: Int, for person: PersonID, at time: Int64) {
        persons[person, default: Tallies()].add(count, at: time)
    }

    // MARK: - Asking

    private func fits(_ count: Int, for person: PersonID, limits: RoleLimits, at now: Int64) -> Bool {
        let tallies = persons[person] ?? Tallies()
        return tallies.tenMinutes.used(at: now) + count <= limits.opensPer10Minutes
            && tallies.day.used(at: now) + count <= limits.opensPerDay
    }

    /// What a person has left, by the limit of which the smaller share is left.
    func quota(of person: PersonID, limits: RoleLimits, at now: Int64) -> OpenQuota {
        let tallies = persons[person] ?? Tallies()
        let short = OpenQuota(
            used: tallies.tenMinutes.used(at: now), limit: limits.opensPer10Minutes, window: .tenMinutes)
        let long = OpenQuota(used: tallies.day.used(at: now), limit: limits.opensPerDay, window: .day)
        return long.isNearer(than: short) ? long : short
    }

    /// Milliseconds until the person may open one more; nil when she may now.
    func wait(of person: PersonID, limits: RoleLimits, at now: Int64) -> Int64? {
        guard let tallies = persons[person] else { return nil }
        let free = [
            tallies.tenMinutes.frees(limit: limits.opensPer10Minutes, at: now),
            tallies.day.frees(limit: limits.opensPerDay, at: now),
        ].compactMap { $0 }.max()
        return free.map { $0 - now }
    }
}
