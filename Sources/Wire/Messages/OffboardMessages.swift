public import CanonicalJSON
public import VaultModel

/// `POST /v1/staff/offboard`: ends every key of a person by one signed block.
public enum OffboardStaff: WireOperation {
    public static let endpoint = Endpoint.staffOffboard
    /// Capabilities listed in one answer: with their blocks they must fit into a reply. The statement counts all.
    public static let mostChains = 200

    public struct Request: WireMessage {
        public let person: PersonID
        /// A DSSE envelope of a `revoke` block that names all of the person's keys.
        public let block: JSONValue

        public init(person: PersonID, block: JSONValue) {
            self.person = person
            self.block = block
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            person = try members.parsed("person") { PersonID($0) }
            block = try members.object("block")
        }

        public func write(to members: inout MessageWriter) {
            members.put("person", person.text)
            members.put("block", block)
        }
    }

    public struct Reply: WireMessage {
        /// Capabilities that were alive and ended with the keys, the first `mostChains` of them.
        public let killed: [Killed]
        /// How many there were.
        public let ended: UInt64
        /// Connections that were open under one of the keys and have been closed.
        public let connections: UInt64
        /// Requests of hers that waited for approvals and have been withdrawn.
        public let withdrawn: UInt64
        /// What the end of the keys does not end, and somebody must see to: `vault-passphrase`, `authority-key`.
        public let tasks: [String]
        /// The broker's signed statement of the above: a DSSE envelope under the log's key.
        public let statement: JSONValue

        public init(
            killed: [Killed], ended: UInt64, connections: UInt64, withdrawn: UInt64, tasks: [String],
            statement: JSONValue
        ) {
            self.killed = killed
            self.ended = ended
            self.connections = connections
            self.withdrawn = withdrawn
            self.tasks = tasks
            self.statement = statement
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            killed = try members.list("killed", of: Killed.self, count: mostChains)
            ended = try members.count("ended")
            connections = try members.count("connections")
            withdrawn = try members.count("withdrawn")
            tasks = try members.texts("tasks", count: 16, most: 64)
            statement = try members.object("statement")
        }

        public func write(to members: inout MessageWriter) {
            members.put("killed", killed)
            members.put("ended", ended)
            members.put("connections", connections)
            members.put("withdrawn", withdrawn)
            members.put("tasks", tasks)
            members.put("statement", statement)
        }
    }

    /// A capability that died.
    public struct Killed: MessagePart {
        public let capability: String
        /// The key and the name of the one who could use it.
        public let holder: KeyID
        public let to: String
        /// Whether the leaver had lent it: it can be lent anew by somebody else.
        public let wasLent: Bool
        public let order: String
        /// The block, for whoever lends it anew: a DSSE envelope.
        public let block: JSONValue
        /// Uses that were left.
        public let left: Int64

        public init(
            capability: String, holder: KeyID, to: String, wasLent: Bool, order: String, block: JSONValue, left: Int64
        ) {
            self.capability = capability
            self.holder = holder
            self.to = to
            self.wasLent = wasLent
            self.order = order
            self.block = block
            self.left = left
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            capability = try members.text("capability", most: 64)
            holder = try members.parsed("holder") { KeyID($0) }
            to = try members.text("to")
            wasLent = try members.flag("lent")
            order = try members.text("order", most: 64)
            block = try members.object("block")
            left = try members.number("left")
        }

        public func write(to members: inout MessageWriter) {
            members.put("capability", capability)
            members.put("holder", holder.text)
            members.put("to", to)
            members.put("lent", wasLent)
            members.put("order", order)
            members.put("block", block)
            members.put("left", left)
        }
    }
}

/// `POST /v1/staff/seen`: which fields of which customers a person has seen, from the log, a stretch at a time.
public enum ListSeen: WireOperation {
    public static let endpoint = Endpoint.staffSeen
    /// Entries looked at in one request.
    public static let entriesAtOnce: UInt64 = 20_000
    public static let mostCustomers = 5_000

    public struct Request: WireMessage {
        public let person: PersonID
        /// The first entry to look at.
        public let from: UInt64

        public init(person: PersonID, from: UInt64) {
            self.person = person
            self.from = from
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            person = try members.parsed("person") { PersonID($0) }
            from = try members.count("from")
        }

        public func write(to members: inout MessageWriter) {
            members.put("person", person.text)
            members.put("from", from)
        }
    }

    public struct Reply: WireMessage {
        public let seen: [Seen]
        /// Requests of the person that were refused, in this stretch.
        public let denied: UInt64
        /// Entries whose subject has been purged: what they showed is not known any more.
        public let purged: UInt64
        /// Where to go on; the log's size when all has been looked at.
        public let next: UInt64
        public let size: UInt64
        /// What the person did on each of the last 90 days, as far as this stretch goes; days without anything are left
        /// out.
        public let days: [Day]

        public init(seen: [Seen], denied: UInt64, purged: UInt64, next: UInt64, size: UInt64, days: [Day]) {
            self.days = days
            self.seen = seen
            self.denied = denied
            self.purged = purged
            self.next = next
            self.size = size
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            seen = try members.list("seen", of: Seen.self, count: mostCustomers)
            denied = try members.count("denied")
            purged = try members.count("purged")
            next = try members.count("next")
            size = try members.count("size")
            days = try members.list("days", of: Day.self, count: 128)
        }

        public func write(to members: inout MessageWriter) {
            members.put("seen", seen)
            members.put("denied", denied)
            members.put("purged", purged)
            members.put("next", next)
            members.put("size", size)
            members.put("days", days)
        }
    }

    /// A person's doings on one day of UTC.
    public struct Day: MessagePart {
        /// Days since 1970-01-01.
        public let day: Int64
        /// Records shown.
        public let shown: UInt64
        public let lookups: UInt64
        public let changes: UInt64
        public let denied: UInt64

        public init(day: Int64, shown: UInt64, lookups: UInt64, changes: UInt64, denied: UInt64) {
            self.day = day
            self.shown = shown
            self.lookups = lookups
            self.changes = changes
            self.denied = denied
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            day = try members.number("day")
            shown = try members.count("shown")
            lookups = try members.count("lookups")
            changes = try members.count("changes")
            denied = try members.count("denied")
        }

        public func write(to members: inout MessageWriter) {
            members.put("day", day)
            members.put("shown", shown)
            members.put("lookups", lookups)
            members.put("changes", changes)
            members.put("denied", denied)
        }
    }

    /// What was shown of one customer in one form.
    public struct Seen: MessagePart {
        public let customer: CustomerNumber
        public let form: Form
        public let fields: [FieldName]
        public let reads: UInt64
        /// Milliseconds since 1970 of the last.
        public let last: Int64

        public init(customer: CustomerNumber, form: Form, fields: [FieldName], reads: UInt64, last: Int64) {
            self.customer = customer
            self.form = form
            self.fields = fields
            self.reads = reads
            self.last = last
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            customer = try members.customer("customer")
            form = try members.parsed("form") { Form(rawValue: $0) }
            fields = try members.names("fields", count: WireLimits.fields * 4) { FieldName($0) }
            reads = try members.count("reads")
            last = try members.number("last")
        }

        public func write(to members: inout MessageWriter) {
            members.put("customer", customer.text)
            members.put("form", form.rawValue)
            members.put("fields", fields.map(\.description))
            members.put("reads", reads)
            members.put("last", last)
        }
    }
}
