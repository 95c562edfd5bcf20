public import CanonicalJSON
public import VaultModel

/// An erasure as it is shown.
public struct ErasureState: MessagePart {
    public enum State: String, CaseIterable, Hashable, Sendable {
        /// The customer is frozen; it can be taken back.
        case pending
        case begun, done, undone
    }

    /// `e_…`, or the id of the request that others approved.
    public let id: String
    public let number: CustomerNumber
    public let state: State
    /// Enumerated: `customer-request`, `retention-ended` …
    public let reason: String
    /// Whether it was asked for without the time in which it could be taken back.
    public let isNow: Bool
    /// Who asked for it, as she is called here.
    public let by: String
    /// The entry of the request, and its time in milliseconds since 1970.
    public let requestEntry: UInt64
    public let requested: Int64
    /// Not carried out before, milliseconds since 1970.
    public let due: Int64
    /// The entry that finished it and its time; both 0 before.
    public let doneEntry: UInt64
    public let done: Int64
    /// How far it has come: the live system, or the archives too; nil before.
    public let level: Level?
    /// The entry that says so of the archives; 0 before.
    public let archivesEntry: UInt64

    public enum Level: String, CaseIterable, Hashable, Sendable {
        case live = "E0"
        case archives = "E1"
    }

    public init(
        id: String, number: CustomerNumber, state: State, reason: String, isNow: Bool, by: String,
        requestEntry: UInt64, requested: Int64, due: Int64, doneEntry: UInt64, done: Int64, level: Level?,
        archivesEntry: UInt64
    ) {
        self.id = id
        self.number = number
        self.state = state
        self.reason = reason
        self.isNow = isNow
        self.by = by
        self.requestEntry = requestEntry
        self.requested = requested
        self.due = due
        self.doneEntry = doneEntry
        self.done = done
        self.level = level
        self.archivesEntry = archivesEntry
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        id = try members.parsed("id") { OpaqueID.isRecord($0) ? $0 : nil }
        number = try members.customer("number")
        state = try members.parsed("state") { State(rawValue: $0) }
        reason = try members.parsed("reason") { Label.isValid($0) ? $0 : nil }
        isNow = try members.flag("now")
        by = try members.text("by")
        requestEntry = try members.count("request_entry")
        requested = try members.number("requested")
        due = try members.number("due")
        doneEntry = try members.count("done_entry")
        done = try members.number("done")
        let text = try members.text("level", most: 2)
        level = Level(rawValue: text)
        guard level != nil || text.isEmpty else { throw .member("level") }
        archivesEntry = try members.count("archives_entry")
    }

    public func write(to members: inout MessageWriter) {
        members.put("id", id)
        members.put("number", number.text)
        members.put("state", state.rawValue)
        members.put("reason", reason)
        members.put("now", isNow)
        members.put("by", by)
        members.put("request_entry", requestEntry)
        members.put("requested", requested)
        members.put("due", due)
        members.put("done_entry", doneEntry)
        members.put("done", done)
        members.put("level", level?.rawValue ?? "")
        members.put("archives_entry", archivesEntry)
    }
}

/// One erasure and what became of it.
public struct ErasureReply: WireMessage {
    public let erasure: ErasureState

    public init(erasure: ErasureState) { self.erasure = erasure }

    public init(reading members: inout MessageReader) throws(MessageError) {
        erasure = try members.part("erasure", of: ErasureState.self)
    }

    public func write(to members: inout MessageWriter) { members.put("erasure", erasure) }
}

/// `POST /v1/subject/erase`: freezes the one customer in the head, to be erased when that can no longer be taken back. The
/// head's `obj` says why and whether it waits (`ErasureOrder.digest`), so that others approve exactly that.
public enum EraseSubject: WireOperation {
    public static let endpoint = Endpoint.subjectErase

    public struct Request: WireMessage {
        public let reason: String
        /// Without waiting, if another person has approved.
        public let now: Bool

        public init(reason: String, now: Bool) {
            self.reason = reason
            self.now = now
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            reason = try members.parsed("reason") { Label.isValid($0) ? $0 : nil }
            now = try members.flag("now")
        }

        public func write(to members: inout MessageWriter) {
            members.put("reason", reason)
            members.put("now", now)
        }
    }

    public typealias Reply = ErasureReply
}

/// `POST /v1/subject/undo`: the customer in the head is not erased after all.
public enum UndoErasure: WireOperation {
    public static let endpoint = Endpoint.subjectUndo
    public typealias Request = NoMembers
    public typealias Reply = ErasureReply
}

/// `POST /v1/subject/list`: erasures under way, and the newest of the others.
public enum ListErasures: WireOperation {
    public static let endpoint = Endpoint.subjectList
    public static let mostErasures = 500
    public typealias Request = NoMembers

    public struct Reply: WireMessage {
        /// Oldest first.
        public let erasures: [ErasureState]

        public init(erasures: [ErasureState]) { self.erasures = erasures }

        public init(reading members: inout MessageReader) throws(MessageError) {
            erasures = try members.list("erasures", of: ErasureState.self, count: mostErasures)
        }

        public func write(to members: inout MessageWriter) { members.put("erasures", erasures) }
    }
}

/// `POST /v1/subject/receipt`: the receipt of an erasure, of the customer in the head or of the id in its `ref`.
public enum GetErasureReceipt: WireOperation {
    public static let endpoint = Endpoint.subjectReceipt
    public typealias Request = NoMembers

    public struct Reply: WireMessage {
        public let erasure: ErasureState
        /// Signed by the log's key: DSSE of an `ErasureStatement`.
        public let statement: JSONValue
        /// Signed likewise: DSSE of an `ErasureArchivesStatement`; an empty object before there is one.
        public let archives: JSONValue

        public init(erasure: ErasureState, statement: JSONValue, archives: JSONValue) {
            self.erasure = erasure
            self.statement = statement
            self.archives = archives
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            erasure = try members.part("erasure", of: ErasureState.self)
            statement = try members.object("statement")
            archives = try members.object("archives")
        }

        public func write(to members: inout MessageWriter) {
            members.put("erasure", erasure)
            members.put("statement", statement)
            members.put("archives", archives)
        }
    }
}
