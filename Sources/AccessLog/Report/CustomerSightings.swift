public import VaultModel

/// Who has seen the data of one customer, from the entries of a log.
public struct CustomerSightings: Sendable {
    /// One time that data was opened, found, compared or exported.
    public struct Sighting: Hashable, Sendable {
        public let index: UInt64
        /// Milliseconds since 1970.
        public let time: Int64
        public let kind: EntryKind
        public let actor: LogReport.Actor
        public let purpose: String
        public let fields: [FieldName]
        public let form: Form?
    }

    /// Sightings that differ in nothing but their time.
    public struct Group: Hashable, Sendable {
        public let newest: Sighting
        public internal(set) var times: UInt64
        public internal(set) var first: Int64
    }

    private let customer: String
    private var looks: [EntryCore] = []
    /// Requests about the customer that were refused.
    public private(set) var refused: UInt64 = 0
    /// Entries that showed somebody's data and do not say any more whose: that part has been purged.
    public private(set) var unknown: UInt64 = 0
    /// Milliseconds since 1970 of the first and the last entry whose core is there.
    public private(set) var first: Int64?
    public private(set) var last: Int64?
    /// Who is who: fetch the blocks it wants before the sightings are asked for.
    public var staff = LogStaff()

    public init(of customer: CustomerNumber) { self.customer = customer.text }

    /// Takes the next entry, about this customer or not.
    public mutating func add(_ entry: ScannedEntry) {
        guard let core = entry.core else { return }
        staff.take(core)
        if first == nil { first = core.time }
        last = core.time
        if entry.subjectState == .purged, core.releasesFields { unknown += 1 }
        guard let subject = entry.subject, subject.customers.contains(customer) else { return }
        if core.decision == .deny { refused += 1 }
        if core.releasesFields { looks.append(core) }
    }

    /// All of them, oldest first.
    public var sightings: [Sighting] {
        looks.map { core in
            Sighting(
                index: core.seq, time: core.time, kind: core.kind,
                actor: core.kid.map { staff.actor($0, core.role) } ?? .nobody(core.role), purpose: core.purpose,
                fields: core.fields, form: core.form)
        }
    }

    /// By what was seen in which way, the most frequent first.
    ///
    /// - Parameter byPerson: whether persons count apart; else their roles.
    public func groups(byPerson: Bool) -> [Group] {
        var groups: [String: Group] = [:]
        for sighting in sightings {
            let who = byPerson ? sighting.actor.person + sighting.actor.kid : ""
            let key = [
                who, sighting.actor.role, sighting.kind.rawValue, sighting.purpose, sighting.form?.rawValue ?? "",
                sighting.fields.map(\.description).joined(separator: ","),
            ].joined(separator: " ")
            groups[key] = Group(
                newest: sighting, times: (groups[key]?.times ?? 0) + 1, first: groups[key]?.first ?? sighting.time)
        }
        return groups.values.sorted { ($1.times, $0.newest.index) < ($0.times, $1.newest.index) }
    }
}
