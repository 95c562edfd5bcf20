internal import CanonicalJSON
internal import Primitives
public import VaultModel

/// How much could be brought back, as of when, and when that was last shown: times and no names.
public struct ArchiveState: MessagePart, Hashable {
    /// When the newest set that arrived somewhere was made, and when it arrived; milliseconds since 1970, 0 for none.
    public let made: Int64
    public let stored: Int64
    /// The last drill of each tier that passed: when, and how many milliseconds it took; 0 for none.
    public let structure: Int64
    public let structureTook: Int64
    public let cards: Int64
    public let cardsTook: Int64
    /// Whether archives are sealed to a drill host besides the cards.
    public let hasDrillKey: Bool

    public init(
        made: Int64, stored: Int64, structure: Int64, structureTook: Int64, cards: Int64, cardsTook: Int64,
        hasDrillKey: Bool
    ) {
        (self.made, self.stored, self.hasDrillKey) = (made, stored, hasDrillKey)
        (self.structure, self.structureTook) = (structure, structureTook)
        (self.cards, self.cardsTook) = (cards, cardsTook)
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        made = try members.number("made")
        stored = try members.number("stored")
        structure = try members.number("t3")
        structureTook = try members.number("t3_took")
        cards = try members.number("t4")
        cardsTook = try members.number("t4_took")
        hasDrillKey = try members.flag("drill_key")
    }

    public func write(to members: inout MessageWriter) {
        members.put("made", made)
        members.put("stored", stored)
        members.put("t3", structure)
        members.put("t3_took", structureTook)
        members.put("t4", cards)
        members.put("t4_took", cardsTook)
        members.put("drill_key", hasDrillKey)
    }

    /// An empty object stands for none.
    static func optional(_ value: JSONValue) throws(MessageError) -> ArchiveState? {
        value == .object([:]) ? nil : try ArchiveState(value)
    }
}

/// `POST /v1/backup/note`: what was done with archives without the broker, for the log and for `backup status`: a drill that
/// brought a vault back somewhere else, the removal of what was due, or what archives of keys lie on the targets. The head's
/// `obj` is `object`.
public enum NoteBackup: WireOperation {
    public static let endpoint = Endpoint.backupNote

    public enum Event: String, CaseIterable, Hashable, Sendable {
        case drill, prune, keys
    }

    public struct Request: WireMessage {
        public let event: Event
        /// What became of the drill; nil for anything else.
        public let note: DrillNote?
        /// What lies on the targets; nil for anything else.
        public let keys: KeysNote?

        /// A drill.
        public init(_ note: DrillNote) { (event, self.note, keys) = (.drill, note, nil) }

        /// Archives of keys on the targets.
        public init(_ keys: KeysNote) { (event, note, self.keys) = (.keys, nil, keys) }

        private init(event: Event) { (self.event, note, keys) = (event, nil, nil) }

        /// The removal of what was due.
        public static let prune = Request(event: .prune)

        public init(reading members: inout MessageReader) throws(MessageError) {
            event = try members.parsed("event") { Event(rawValue: $0) }
            let text = try members.text("note", most: 64)
            note = event == .drill ? DrillNote(text) : nil
            keys = event == .keys ? KeysNote(text) : nil
            guard text == self.text, text.isEmpty == (event == .prune) else { throw .member("note") }
        }

        public func write(to members: inout MessageWriter) {
            members.put("event", event.rawValue)
            members.put("note", text)
        }

        /// What the entry says; empty for a removal.
        public var text: String { note?.text ?? keys?.text ?? "" }

        public var object: String { note?.object ?? keys?.object ?? "" }
    }

    public typealias Reply = NoMembers
}

/// `POST /v1/backup/drill-key`: whom data and log are sealed to besides the recovery cards; nobody with an empty recipient.
/// The head's `obj` is `object` of the recipient.
public enum SetDrillKey: WireOperation {
    public static let endpoint = Endpoint.backupDrillKey

    public static func object(recipient: String) -> String {
        Hex.encode(SHA256.hash(Array("COFFER/DRKEY/v01".utf8) + Array(recipient.utf8)))
    }

    public struct Request: WireMessage {
        /// `age1…`, or empty.
        public let recipient: String

        public init(recipient: String) { self.recipient = recipient }

        public init(reading members: inout MessageReader) throws(MessageError) {
            recipient = try members.text("recipient", most: 128)
        }

        public func write(to members: inout MessageWriter) { members.put("recipient", recipient) }
    }

    public typealias Reply = NoMembers
}
