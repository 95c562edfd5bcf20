public import VaultModel

extension LogReport {
    /// Archives made, carried away and brought back.
    public struct Archives: Hashable, Sendable {
        /// Runs, and those of them that arrived at a target.
        public internal(set) var made: UInt64 = 0
        public internal(set) var carried: UInt64 = 0
        /// Times that old archives were removed.
        public internal(set) var removed: UInt64 = 0
        /// The newest that arrived.
        public internal(set) var newest: [Carried] = []
        /// All drills, and those that failed; the newest are listed.
        public internal(set) var drills: UInt64 = 0
        public internal(set) var failed: UInt64 = 0
        public internal(set) var newestDrills: [Drill] = []

        public init() {}
    }

    /// A set that arrived somewhere.
    public struct Carried: Hashable, Sendable {
        public let event: Event
        public let set: String

        init(event: Event, set: String) { (self.event, self.set) = (event, set) }
    }

    /// A restore drill.
    public struct Drill: Hashable, Sendable {
        public let event: Event
        public let note: DrillNote

        init(event: Event, note: DrillNote) { (self.event, self.note) = (event, note) }
    }
}

/// What the entries say of archives. An entry of a run names its set; once it has arrived, an entry names the hash of its last
/// manifest too.
struct ArchiveSights: Sendable {
    private var made: Set<String> = []
    private var carried: Set<String> = []
    private var newest: [Sight] = []
    private var drills: [(sight: Sight, note: DrillNote)] = []
    private var counts = LogReport.Archives()

    mutating func add(_ sight: Sight) {
        let core = sight.core
        // What lies on the targets is no archive made, carried or removed.
        guard KeysNote(core.xid) == nil else { return }
        if core.act == .backupPrune {
            counts.removed += 1
        } else if let note = DrillNote(core.xid) {
            counts.drills += 1
            if !note.passed { counts.failed += 1 }
            drills.append((sight, note))
            if drills.count >= 2 * ReportBuilder.listed { drills.removeFirst(drills.count - ReportBuilder.listed) }
        } else if core.xid.isEmpty {
            return
        } else if core.object.isEmpty {
            made.insert(core.xid)
        } else if carried.insert(core.xid).inserted {
            newest.append(sight)
            if newest.count >= 2 * ReportBuilder.listed { newest.removeFirst(newest.count - ReportBuilder.listed) }
        }
    }

    func archives(_ staff: LogStaff) -> LogReport.Archives {
        var archives = counts
        (archives.made, archives.carried) = (UInt64(made.count), UInt64(carried.count))
        archives.newest = newest.suffix(ReportBuilder.listed).map { .init(event: $0.event(staff), set: $0.core.xid) }
        archives.newestDrills = drills.suffix(ReportBuilder.listed).map {
            .init(event: $0.sight.event(staff), note: $0.note)
        }
        return archives
    }
}
