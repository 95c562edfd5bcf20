public import CanonicalJSON
public import VaultModel

/// A part of a message. Reading back what was written gives an equal value.
public protocol WireValue: Equatable, Sendable {
    init(_ value: JSONValue) throws(MessageError)
    var jsonValue: JSONValue { get }
}

/// An object with a fixed set of members.
public protocol MessagePart: WireValue {
    /// Takes the members it has; the caller refuses what is left.
    init(reading members: inout MessageReader) throws(MessageError)
    func write(to members: inout MessageWriter)
}

extension MessagePart {
    /// Strict: no member may be missing or left over.
    public init(_ value: JSONValue) throws(MessageError) {
        var members = try MessageReader(value)
        try self.init(reading: &members)
        try members.finish()
    }

    public var jsonValue: JSONValue {
        var members = MessageWriter()
        write(to: &members)
        return members.value
    }
}

/// What the body of a successful reply is. Refusals are JSON in every case.
public enum ReplyForm: Hashable, Sendable {
    /// Canonical JSON of type `application/json`.
    case json
    /// Bytes of type `application/octet-stream`.
    case bytes
}

/// What an operation answers, and how that is a body.
public protocol WireReply: Equatable, Sendable {
    static var form: ReplyForm { get }
    /// Reads a body of at most 1 MiB.
    static func parse(_ body: [UInt8]) throws(MessageError) -> ReplyBody<Self>
    /// The body where the call made no entry of its own.
    func encode() -> [UInt8]
    /// The body with the entry of the call and its receipt, as the log module wrote it.
    func encode(entry: UInt64, receipt: [UInt8]) -> [UInt8]
}

extension WireReply {
    /// Bytes have no room for an entry: an operation that answers in them is a part of a job that has one.
    public func encode(entry: UInt64, receipt: [UInt8]) -> [UInt8] { encode() }
}

/// What an operation asks or answers, besides the members common to all (`rid`; `entry`, `receipt`).
public protocol WireMessage: MessagePart, WireReply {}

extension WireMessage {
    public static var form: ReplyForm { .json }

    public static func parse(_ body: [UInt8]) throws(MessageError) -> ReplyBody<Self> { try ReplyBody(canonical: body) }

    public func encode() -> [UInt8] { ReplyBody(self, entry: 0, receipt: .object([:])).encode() }

    public func encode(entry: UInt64, receipt: [UInt8]) -> [UInt8] {
        ReplyBody.encode(self, entry: entry, receipt: receipt)
    }
}

/// One operation: its endpoint and the types of its two messages. Broker, client and command line share them.
public protocol WireOperation: Sendable {
    associatedtype Request: WireMessage
    associatedtype Reply: WireReply
    static var endpoint: Endpoint { get }
}

extension WireOperation {
    public static var path: String { endpoint.path }
    /// The act a head for this operation usually names.
    public static var act: Act { endpoint.acts[0] }
}

/// The body of a request: the operation's members and `rid`, 128 random bits that hide a short body's content from
/// whoever sees only its digest in the log.
public struct RequestBody<Message: WireMessage>: Equatable, Sendable {
    public let rid: String
    public let message: Message

    public init(_ message: Message, rid: String = WireNonce.random()) {
        self.message = message
        self.rid = rid
    }

    /// Reads the canonical JSON of a request body of at most 64 KiB.
    public init(canonical bytes: [UInt8]) throws(MessageError) {
        var members = try MessageReader(bytes, most: WireLimits.bodyBytes)
        rid = try members.parsed("rid") { WireNonce.isValid($0) ? $0 : nil }
        message = try Message(reading: &members)
        try members.finish()
    }

    public func encode() -> [UInt8] {
        var members = MessageWriter()
        members.put("rid", rid)
        message.write(to: &members)
        return members.value.encode()
    }
}

/// The body of a successful reply: the operation's members, the log index of the call and the receipt.
public struct ReplyBody<Message: WireReply>: Equatable, Sendable {
    /// The log index of the entry of this call; of a part of a longer job, the entry that began the job.
    public let entry: UInt64
    /// The receipt as the log module writes it; an empty object where the call made no entry of its own.
    public let receipt: JSONValue
    public let message: Message

    public init(_ message: Message, entry: UInt64, receipt: JSONValue) {
        self.message = message
        self.entry = entry
        self.receipt = receipt
    }
}

extension ReplyBody where Message: WireMessage {
    /// Reads the canonical JSON of a reply body of at most 1 MiB.
    public init(canonical bytes: [UInt8]) throws(MessageError) {
        var members = try MessageReader(bytes, most: WireLimits.replyBytes)
        entry = try members.count("entry")
        receipt = try members.object("receipt")
        message = try Message(reading: &members)
        try members.finish()
    }

    public func encode() -> [UInt8] { Self.encode(message, entry: entry, receipt: receipt.encode()) }

    /// The same with a receipt as the log module wrote it: it is copied, byte for byte.
    public static func encode(_ message: Message, entry: UInt64, receipt: [UInt8]) -> [UInt8] {
        var members = MessageWriter()
        members.put("entry", entry)
        members.put("receipt", canonical: receipt)
        message.write(to: &members)
        return members.encode()
    }
}

/// A message without members of its own.
public struct NoMembers: WireMessage {
    public init() {}
    public init(reading members: inout MessageReader) throws(MessageError) {}
    public func write(to members: inout MessageWriter) {}
}
