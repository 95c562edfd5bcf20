public import CanonicalJSON
import Primitives

/// Why a body was refused. A member's name is one of the format's, never text of the sender.
public enum MessageError: Error, Hashable, Sendable {
    /// Not canonical JSON, not an object, or over the size limit.
    case form
    /// A member is missing, of another type, or outside its limit.
    case member(String)
    /// A member the format does not have.
    case unknownMember

    /// What the requester is told.
    public var code: ErrorCode { .malformed }
}

/// Takes the members of an object one by one; what is left at the end is refused. Every read names its limit.
public struct MessageReader {
    private var members: JSONMembers

    public init(_ value: JSONValue) throws(MessageError) {
        guard let members = value.objectValue else { throw .form }
        self.members = JSONMembers(members)
    }

    /// Reads canonical JSON of at most `most` bytes.
    public init(_ bytes: [UInt8], most: Int) throws(MessageError) {
        var limits = JSONLimits.message
        limits.maxBytes = most
        // DSSE envelopes and receipts have names of other formats.
        limits.names = .any
        guard bytes.count <= most, let value = try? JSONValue.parse(bytes, limits: limits) else { throw .form }
        try self.init(value)
    }

    /// Whether a member that may be left out is there and was not taken yet.
    public func has(_ name: String) -> Bool { members.contains(name) }

    /// Any value.
    public mutating func take(_ name: String) throws(MessageError) -> JSONValue {
        guard let value = try? members.value(name) else { throw .member(name) }
        return value
    }

    /// Text of at most `most` bytes of UTF-8, by default short names and ids.
    public mutating func text(_ name: String, most: Int = 256) throws(MessageError) -> String {
        guard let text = try take(name).stringValue, text.utf8.count <= most else { throw .member(name) }
        return text
    }

    /// Text that `parse` turns into something.
    public mutating func parsed<T>(_ name: String, _ parse: (String) -> T?) throws(MessageError) -> T {
        guard let value = parse(try text(name)) else { throw .member(name) }
        return value
    }

    /// Text that `parse` turns into something, or the empty text for nothing.
    public mutating func optional<T>(_ name: String, _ parse: (String) -> T?) throws(MessageError) -> T? {
        let text = try text(name)
        if text.isEmpty { return nil }
        guard let value = parse(text) else { throw .member(name) }
        return value
    }

    /// A number of 0 to `most`, by default 2⁵³-1.
    public mutating func number(
        _ name: String, most: Int64 = WireLimits.maximumInteger
    ) throws(MessageError) -> Int64 {
        guard let number = try take(name).integerValue, (0...most).contains(number) else { throw .member(name) }
        return number
    }

    public mutating func count(_ name: String, most: Int64 = WireLimits.maximumInteger) throws(MessageError) -> UInt64 {
        UInt64(try number(name, most: most))
    }

    public mutating func flag(_ name: String) throws(MessageError) -> Bool {
        guard let flag = try take(name).boolValue else { throw .member(name) }
        return flag
    }

    /// Base64 of at most `most` bytes.
    public mutating func bytes(_ name: String, most: Int) throws(MessageError) -> [UInt8] {
        let text = try text(name, most: (most + 2) / 3 * 4)
        guard let bytes = Base64.decode(text), bytes.count <= most else { throw .member(name) }
        return bytes
    }

    /// At most `count` texts of at most `most` bytes each.
    public mutating func texts(_ name: String, count: Int, most: Int = 256) throws(MessageError) -> [String] {
        guard let values = try take(name).arrayValue, values.count <= count else { throw .member(name) }
        var texts: [String] = []
        texts.reserveCapacity(values.count)
        for value in values {
            guard let text = value.stringValue, text.utf8.count <= most else { throw .member(name) }
            texts.append(text)
        }
        return texts
    }

    /// At most `count` texts that `parse` turns into something.
    public mutating func names<T>(
        _ name: String, count: Int, _ parse: (String) -> T?
    ) throws(MessageError) -> [T] {
        var values: [T] = []
        for text in try texts(name, count: count) {
            guard let value = parse(text) else { throw .member(name) }
            values.append(value)
        }
        return values
    }

    /// At most `count` values that the caller interprets.
    public mutating func values(_ name: String, count: Int) throws(MessageError) -> [JSONValue] {
        guard let values = try take(name).arrayValue, values.count <= count else { throw .member(name) }
        return values
    }

    /// At most `count` values of one type.
    public mutating func list<Part: WireValue>(
        _ name: String, of part: Part.Type, count: Int
    ) throws(MessageError) -> [Part] {
        var parts: [Part] = []
        for value in try values(name, count: count) { parts.append(try Part(value)) }
        return parts
    }

    public mutating func part<Part: WireValue>(_ name: String, of part: Part.Type) throws(MessageError) -> Part {
        try Part(try take(name))
    }

    /// An object that the caller interprets.
    public mutating func object(_ name: String) throws(MessageError) -> JSONValue {
        let value = try take(name)
        guard value.objectValue != nil else { throw .member(name) }
        return value
    }

    /// Refuses what was not taken.
    public consuming func finish() throws(MessageError) {
        do {
            try members.finish()
        } catch {
            throw .unknownMember
        }
    }
}

/// Collects the members of an object; the canonical order is the encoder's affair.
public struct MessageWriter {
    private var members: [String: JSONValue] = [:]
    /// The one member that comes encoded already, to be copied instead of read and written again.
    private var encoded: (name: String, bytes: [UInt8])?

    public init() {}

    /// Bytes that are one canonical value. At most one member of a message may be given so.
    mutating func put(_ name: String, canonical bytes: [UInt8]) {
        precondition(encoded == nil && members[name] == nil, "a member is written once")
        encoded = (name, bytes)
    }

    /// The object in canonical form.
    public func encode() -> [UInt8] {
        guard let encoded else { return value.encode() }
        var writer = JSONWriter(reserving: 1_024 + encoded.bytes.count)
        writer.object(members, with: encoded.name, canonical: encoded.bytes)
        return writer.bytes
    }

    public mutating func put(_ name: String, _ value: JSONValue) {
        let previous = members.updateValue(value, forKey: name)
        precondition(previous == nil, "a member is written once")
    }

    public mutating func put(_ name: String, _ text: String) { put(name, .string(text)) }
    public mutating func put(_ name: String, _ number: Int64) { put(name, .integer(number)) }
    public mutating func put(_ name: String, _ count: UInt64) { put(name, .integer(Int64(clamping: count))) }
    public mutating func put(_ name: String, _ flag: Bool) { put(name, .bool(flag)) }
    public mutating func put(_ name: String, bytes: [UInt8]) { put(name, .string(Base64.encode(bytes))) }
    public mutating func put(_ name: String, _ texts: [String]) { put(name, .array(texts.map { .string($0) })) }
    public mutating func put(_ name: String, _ values: [JSONValue]) { put(name, .array(values)) }
    public mutating func put(_ name: String, _ part: some WireValue) { put(name, part.jsonValue) }
    public mutating func put<Part: WireValue>(_ name: String, _ parts: [Part]) {
        put(name, .array(parts.map(\.jsonValue)))
    }

    public var value: JSONValue {
        precondition(encoded == nil, "a message with an encoded member is encoded as a whole")
        return .object(members)
    }
}
