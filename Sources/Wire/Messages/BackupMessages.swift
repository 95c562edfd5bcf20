/// `POST /v1/backup/run`: makes the archives of one run in the broker's spool, in the background.
///
/// A complete set that waits in the spool is kept where the operator asks to go on with it.
public enum RunBackup: WireOperation {
    public static let endpoint = Endpoint.backupRun
    public static let mostBases = 64
    public static let mostSequence: UInt64 = 9_999_000_000

    /// A full archive that every target has.
    public struct Base: WireMessage {
        /// BLAKE2b-256 of its manifest's file, in hexadecimal.
        public let hash: String
        /// Until when it is kept, milliseconds since 1970.
        public let until: Int64

        public init(hash: String, until: Int64) { (self.hash, self.until) = (hash, until) }

        public init(reading members: inout MessageReader) throws(MessageError) {
            hash = try members.text("hash", most: 64)
            until = try members.number("until")
        }

        public func write(to members: inout MessageWriter) {
            members.put("hash", hash)
            members.put("until", until)
        }
    }

    public struct Request: WireMessage {
        public let full: Bool
        /// The set in the spool to go on with; empty for a new one.
        public let resume: String
        /// The newest manifest the targets have: its sequence, hash and time; 0 and empty for none.
        public let sequence: UInt64
        public let hash: String
        public let created: Int64
        public let bases: [Base]

        public init(
            full: Bool, resume: String, sequence: UInt64, hash: String, created: Int64, bases: [Base]
        ) {
            (self.full, self.resume) = (full, resume)
            (self.sequence, self.hash, self.created, self.bases) = (sequence, hash, created, bases)
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            full = try members.flag("full")
            resume = try members.text("resume", most: 64)
            sequence = try members.count("sequence")
            hash = try members.text("hash", most: 64)
            // Names of manifests have ten digits, and a broker that counted on from a number near the end would stand still.
            guard sequence <= mostSequence, hash.isEmpty == (sequence == 0), hash.isEmpty || OpaqueID.isHash(hash)
            else {
                throw .member("sequence")
            }
            created = try members.number("created")
            bases = try members.list("bases", of: Base.self, count: mostBases)
        }

        public func write(to members: inout MessageWriter) {
            members.put("full", full)
            members.put("resume", resume)
            members.put("sequence", sequence)
            members.put("hash", hash)
            members.put("created", created)
            members.put("bases", bases)
        }
    }

    public struct Reply: WireMessage {
        /// Names the run.
        public let set: String

        public init(set: String) { self.set = set }

        public init(reading members: inout MessageReader) throws(MessageError) {
            set = try members.text("set", most: 64)
        }

        public func write(to members: inout MessageWriter) { members.put("set", set) }
    }
}

/// `POST /v1/backup/status`: the run under way, the set in the spool, and the last one that was carried away.
public enum BackupStatus: WireOperation {
    public static let endpoint = Endpoint.backupStatus
    public typealias Request = NoMembers

    public struct Reply: WireMessage {
        /// `none`, `running`, `ready` (a set waits in the spool), `failed`.
        public let state: String
        /// Of the run, or of the set in the spool; empty for none.
        public let set: String
        /// `copying`, `comparing`, `sealing`, `keyring`, `done`, and of which part; empty unless running.
        public let phase: String
        public let part: String
        public let done: Int64
        public let total: Int64
        /// Why the last run failed, in words; empty otherwise.
        public let problem: String
        /// The last set that arrived somewhere; empty for none.
        public let lastSet: String
        public let archives: ArchiveState
        /// The age recipient of the drill host; empty for none.
        public let drillKey: String
        /// What a person should do about archives.
        public let warnings: [String]
        /// Lines in the ledger of erasures.
        public let ledger: UInt64

        public init(
            state: String, set: String, phase: String, part: String, done: Int64, total: Int64, problem: String,
            lastSet: String, archives: ArchiveState, drillKey: String, warnings: [String], ledger: UInt64
        ) {
            (self.state, self.set, self.phase, self.part) = (state, set, phase, part)
            (self.done, self.total, self.problem) = (done, total, problem)
            (self.lastSet, self.archives, self.drillKey) = (lastSet, archives, drillKey)
            (self.warnings, self.ledger) = (warnings, ledger)
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            state = try members.text("state", most: 16)
            set = try members.text("set", most: 64)
            phase = try members.text("phase", most: 16)
            part = try members.text("part", most: 16)
            done = try members.number("done")
            total = try members.number("total")
            problem = try members.text("problem", most: 512)
            lastSet = try members.text("last_set", most: 64)
            archives = try members.part("archives", of: ArchiveState.self)
            drillKey = try members.text("drill_key", most: 128)
            warnings = try members.texts("warnings", count: 16, most: 1_024)
            ledger = try members.count("ledger")
        }

        public func write(to members: inout MessageWriter) {
            members.put("state", state)
            members.put("set", set)
            members.put("phase", phase)
            members.put("part", part)
            members.put("done", done)
            members.put("total", total)
            members.put("problem", problem)
            members.put("last_set", lastSet)
            members.put("archives", archives)
            members.put("drill_key", drillKey)
            members.put("warnings", warnings)
            members.put("ledger", ledger)
        }
    }
}

/// `POST /v1/backup/stored`: the set has arrived, and the log says so. The spool is emptied unless a target still waits.
public enum StoredBackup: WireOperation {
    public static let endpoint = Endpoint.backupStored

    public struct Request: WireMessage {
        public let set: String
        /// How many targets have all of it, and how many do not.
        public let stored: Int64
        public let failed: Int64

        public init(set: String, stored: Int64, failed: Int64) {
            (self.set, self.stored, self.failed) = (set, stored, failed)
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            set = try members.text("set", most: 64)
            stored = try members.number("stored", most: 64)
            failed = try members.number("failed", most: 64)
        }

        public func write(to members: inout MessageWriter) {
            members.put("set", set)
            members.put("stored", stored)
            members.put("failed", failed)
        }
    }

    public typealias Reply = NoMembers
}
