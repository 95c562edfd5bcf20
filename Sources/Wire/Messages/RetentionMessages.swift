public import CanonicalJSON

/// `POST /v1/log/purge/plan`: which months of the log are old enough to be destroyed.
public enum PlanPurge: WireOperation {
    public static let endpoint = Endpoint.logPurgePlan

    public struct Request: WireMessage {
        /// The cores instead of the details (whom entries name, and the signed requests).
        public let cores: Bool
        /// Only entries before this, milliseconds since 1970; 0 for all that are old enough.
        public let before: Int64

        public init(cores: Bool, before: Int64) {
            self.cores = cores
            self.before = before
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            cores = try members.flag("cores")
            before = try members.number("before")
        }

        public func write(to members: inout MessageWriter) {
            members.put("cores", cores)
            members.put("before", before)
        }
    }

    public struct Reply: WireMessage {
        /// The entries, last not included; empty when nothing is old enough.
        public let first: UInt64
        public let end: UInt64
        /// The months they were written in, yyyymm; 0 when there are none.
        public let from: Int64
        public let through: Int64
        /// How many months the policy keeps them.
        public let months: Int64
        /// Holds in force, which keep what they are about.
        public let holds: Int64

        public init(first: UInt64, end: UInt64, from: Int64, through: Int64, months: Int64, holds: Int64) {
            self.first = first
            self.end = end
            self.from = from
            self.through = through
            self.months = months
            self.holds = holds
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            first = try members.count("first")
            end = try members.count("end")
            guard first <= end else { throw .member("end") }
            from = try members.number("from")
            through = try members.number("through")
            months = try members.number("months")
            holds = try members.number("holds")
        }

        public func write(to members: inout MessageWriter) {
            members.put("first", first)
            members.put("end", end)
            members.put("from", from)
            members.put("through", through)
            members.put("months", months)
            members.put("holds", holds)
        }
    }
}

/// `POST /v1/log/purge`: destroys what a signed block orders, once two other persons have approved it.
public enum PurgeLog: WireOperation {
    public static let endpoint = Endpoint.logPurge
    public typealias Request = BlockRequest

    public struct Reply: WireMessage {
        /// Entries in the order's range, and those of them whose parts stay.
        public let entries: UInt64
        public let kept: UInt64

        public init(entries: UInt64, kept: UInt64) {
            self.entries = entries
            self.kept = kept
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            entries = try members.count("entries")
            kept = try members.count("kept")
        }

        public func write(to members: inout MessageWriter) {
            members.put("entries", entries)
            members.put("kept", kept)
        }
    }
}

/// `POST /v1/log/hold`: keeps entries from being purged, or ends that: a block of type `hold`.
public enum HoldLog: WireOperation {
    public static let endpoint = Endpoint.logHold
    public typealias Request = BlockRequest
    public typealias Reply = GrantReply
}

/// `POST /v1/log/hold/list`: the holds in force.
public enum ListHolds: WireOperation {
    public static let endpoint = Endpoint.logHoldList
    public static let mostHolds = 200
    public typealias Request = NoMembers

    public struct Hold: MessagePart {
        /// The id of its block.
        public let id: String
        /// The signed block's payload: whom it is about and until when.
        public let block: JSONValue
        /// Who signed it, as she is called here.
        public let by: String
        /// Where it stands in the log.
        public let index: UInt64

        public init(id: String, block: JSONValue, by: String, index: UInt64) {
            self.id = id
            self.block = block
            self.by = by
            self.index = index
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            id = try members.text("id", most: 64)
            block = try members.object("block")
            by = try members.text("by")
            index = try members.count("index")
        }

        public func write(to members: inout MessageWriter) {
            members.put("id", id)
            members.put("block", block)
            members.put("by", by)
            members.put("index", index)
        }
    }

    public struct Reply: WireMessage {
        /// Oldest first.
        public let holds: [Hold]

        public init(holds: [Hold]) { self.holds = holds }

        public init(reading members: inout MessageReader) throws(MessageError) {
            holds = try members.list("holds", of: Hold.self, count: mostHolds)
        }

        public func write(to members: inout MessageWriter) { members.put("holds", holds) }
    }
}
