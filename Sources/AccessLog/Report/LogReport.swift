public import VaultModel

/// What a compliance officer is told about a stretch of time: counts and lists made from the entries, no value of a
/// customer and no name. Derived; the evidence is the log.
public struct LogReport: Sendable {
    /// What was done, by anybody or by somebody.
    public struct Counts: Hashable, Sendable {
        /// Granted reads and comparisons, emergencies included.
        public var reads: UInt64 = 0
        /// Granted look-ups, whether they found somebody or not.
        public var lookups: UInt64 = 0
        /// Records shown by all of these, as the entries count them.
        public var records: UInt64 = 0
        /// Granted changes: writes, and batches of imports.
        public var changes: UInt64 = 0
        /// Requests of any kind that were refused.
        public var refused: UInt64 = 0

        public init() {}

        public var isEmpty: Bool { self == Counts() }

        mutating func add(_ other: Counts) {
            reads += other.reads
            lookups += other.lookups
            records += other.records
            changes += other.changes
            refused += other.refused
        }
    }

    /// Who did something: a person where the key's enrolment is known, else a key.
    public struct Actor: Hashable, Sendable {
        /// Empty when nobody signed, or the enrolment is not known.
        public let person: String
        /// The key of the newest entry; empty when nobody signed.
        public let kid: String
        public let role: String
        /// Whether it is the key that signs the vault's blocks, which no person signs requests with.
        public let isAuthority: Bool

        static func nobody(_ role: String) -> Actor { Actor(person: "", kid: "", role: role, isAuthority: false) }
    }

    /// One person in one role.
    public struct Person: Hashable, Sendable {
        public let actor: Actor
        public var counts = Counts()
        /// Different customers whose data she was shown, masked or in full.
        public var customers: UInt64 = 0
        public var activeDays = 0
        /// Milliseconds since 1970 of the newest entry.
        public var last: Int64 = 0
    }

    public struct Named: Hashable, Sendable {
        /// A purpose of the policy; empty where a request had none.
        public let name: String
        public var counts = Counts()
    }

    public struct Denial: Hashable, Sendable {
        public let reason: Reason
        public var count: UInt64 = 0
        /// Different persons.
        public var persons = 0
        public var last: Int64 = 0
    }

    /// An entry somebody may want to look at.
    public struct Event: Hashable, Sendable {
        public let index: UInt64
        public let time: Int64
        public let kind: EntryKind
        public let act: Act?
        public let decision: EntryDecision
        public let reason: Reason
        public let actor: Actor
        public let purpose: String
        public let fields: [FieldName]
        /// Customers the entry names; 0 where that part has been purged.
        public let customers: Int
        /// What a sum of the broker's counts.
        public let count: Int
    }

    /// What is remarkable, most urgent first.
    public enum Remark: String, CaseIterable, Hashable, Sendable {
        case emergency, alert
        case clock = "clock-alarm"
        case aborted
        /// A restore drill that failed.
        case drill = "drill-failed"
        case strangers, denied
        /// Cards that were given to open the vault.
        case cards
    }

    /// Events of one kind: all are counted, the newest are listed.
    public struct Events: Hashable, Sendable {
        public internal(set) var count: UInt64 = 0
        public internal(set) var newest: [Event] = []

        public static let none = Events()
    }

    /// A read that did not wait for an approval.
    public struct Emergency: Hashable, Sendable {
        public enum State: String, CaseIterable, Hashable, Sendable {
            case reviewed
            /// Reviewed after the time for it was over.
            case late
            /// Not reviewed, and there is time left.
            case open
            case overdue
        }

        public let event: Event
        public let state: State
        /// Milliseconds since 1970 of the review; nil when there was none.
        public let reviewed: Int64?
    }

    public struct Approvals: Hashable, Sendable {
        /// Requests that were told to wait for other persons.
        public internal(set) var asked: UInt64 = 0
        /// Approvals signed.
        public internal(set) var given: UInt64 = 0
        /// Requests granted by approvals, or by the wait that stands in for them.
        public internal(set) var used: UInt64 = 0
    }

    /// A right that is due for review, or ended for want of one.
    public struct Overdue: Hashable, Sendable {
        public let actor: Actor
        /// Whether it has ended.
        public let hasEnded: Bool
        /// Milliseconds since 1970 when it was given, and when it ends.
        public let given: Int64
        public let expires: Int64
    }

    /// What of the log the report stands on.
    public struct Coverage: Hashable, Sendable {
        /// The first and the last entry of the period; nil when it has none.
        public internal(set) var indices: ClosedRange<UInt64>?
        /// Entries of the period whose core is there.
        public internal(set) var entries: UInt64 = 0
        /// Entries between the first and the last that have been purged, and that the export withholds.
        public internal(set) var purged: UInt64 = 0
        public internal(set) var withheld: UInt64 = 0
        /// Entries of the period that do not say about whom they were.
        public internal(set) var withoutSubject: UInt64 = 0
        /// Request numbers of the keys that no entry bears.
        public internal(set) var skippedNumbers: UInt64 = 0
        /// Times the broker started.
        public internal(set) var starts: UInt64 = 0
        /// The signed checkpoint.
        public internal(set) var origin = ""
        public internal(set) var size: UInt64 = 0
        /// 32 bytes.
        public internal(set) var root: [UInt8] = []
    }

    /// Erasures of customers.
    public struct Erasures: Hashable, Sendable {
        public internal(set) var asked: UInt64 = 0
        public internal(set) var undone: UInt64 = 0
        public internal(set) var done: UInt64 = 0
    }

    /// The last time somebody outside signed the log's checkpoint.
    public struct Witnessed: Hashable, Sendable {
        public let name: String
        public let size: UInt64
        /// Milliseconds since 1970.
        public let time: Int64

        public init(name: String, size: UInt64, time: Int64) {
            self.name = name
            self.size = size
            self.time = time
        }
    }

    public let vault: String
    public let since: Int64
    public let until: Int64
    public let firstDay: Int64
    /// Milliseconds since 1970: when the state was as it is reported.
    public let made: Int64
    /// SHA-256 of the policy the newest entry names, or empty.
    public let policy: String

    public internal(set) var total = Counts()
    /// Different customers whose data was shown to anybody.
    public internal(set) var customers: UInt64 = 0
    /// One for each day, and one for each hour of the day.
    public internal(set) var days: [Counts]
    public internal(set) var hours: [Counts]
    /// Most reads first.
    public internal(set) var people: [Person] = []
    public internal(set) var purposes: [Named] = []
    public internal(set) var denials: [Denial] = []
    public internal(set) var remarks: [Remark: Events] = [:]
    public internal(set) var emergencies: [Emergency] = []
    public internal(set) var emergencyCount: UInt64 = 0
    public internal(set) var approvals = Approvals()
    /// Exports of customers, exports of the log, and looks at the log.
    public internal(set) var customerExports = Events()
    public internal(set) var logExports = Events()
    public internal(set) var logReadings: UInt64 = 0
    /// Entries of erasures, and how many were asked for, taken back and carried out.
    public internal(set) var erasures = Events()
    public internal(set) var erasureCounts = Erasures()
    public internal(set) var archives = Archives()
    public internal(set) var overdue: [Overdue] = []
    public internal(set) var coverage = Coverage()
    /// Nil when no witness is configured.
    public internal(set) var witnessed: Witnessed?

    init(vault: String, period: ReportPeriod, made: Int64, policy: String) {
        self.vault = vault
        (since, until, firstDay) = (period.since, period.until, period.firstDay)
        self.made = made
        self.policy = policy
        days = Array(repeating: Counts(), count: period.dayCount)
        hours = Array(repeating: Counts(), count: 24)
    }

    /// Things an officer should look at.
    public var remarkable: UInt64 { Remark.allCases.reduce(0) { $0 + (remarks[$1]?.count ?? 0) } }
}
