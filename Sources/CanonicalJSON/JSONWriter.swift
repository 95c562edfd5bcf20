/// Writes canonical JSON straight into bytes, without a `JSONValue` in between: the encoder of the hot path.
///
/// The writer places commas and escapes. The *order* of members is the caller's duty, because sorting is what the hot
/// path wants to avoid: names must be given in the order of RFC 8785. Debug builds trap when they are not, so a test
/// that encodes every kind of value once is enough to find a slip.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false
    #if DEBUG
        private var previousNames: [StaticString?] = []
    #endif

    public init(reserving capacity: Int = 512) { bytes.reserveCapacity(capacity) }

    // MARK: Containers

    public mutating func beginObject() {
        separate()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
        #if DEBUG
            previousNames.append(nil)
        #endif
    }

    public mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
        #if DEBUG
            previousNames.removeLast()
        #endif
    }

    public mutating func beginArray() {
        separate()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
    }

    public mutating func endArray() {
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// The name of the next member. Names of our own formats need no escaping: `[a-z][a-z0-9_]*`, or letters of a
    /// foreign format's names.
    public mutating func name(_ name: StaticString) {
        separate()
        #if DEBUG
            checkOrder(of: name)
        #endif
        bytes.append(UInt8(ascii: "\""))
        Self.literal(name, into: &bytes)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    // MARK: Values

    public mutating func string(_ text: String) {
        separate()
        Self.quote(text, into: &bytes)
        needsComma = true
    }

    /// Traps unless `number` is in 0...2^53-1.
    @inlinable
    public mutating func integer(_ number: some BinaryInteger) { append(Int64(number)) }

    @usableFromInline
    mutating func append(_ number: Int64) {
        separate()
        Self.integer(number, into: &bytes)
        needsComma = true
    }

    public mutating func bool(_ flag: Bool) {
        separate()
        Self.literal(flag ? "true" : "false", into: &bytes)
        needsComma = true
    }

    public mutating func strings(_ texts: [String]) {
        beginArray()
        for text in texts { string(text) }
        endArray()
    }

    public mutating func value(_ value: JSONValue) {
        separate()
        value.append(to: &bytes)
        needsComma = true
    }

    /// Bytes that already are one canonical value.
    public mutating func canonical(_ encoded: [UInt8]) {
        separate()
        bytes.append(contentsOf: encoded)
        needsComma = true
    }

    /// An object of `members` and one more whose value is canonical already.
    public mutating func object(_ members: [String: JSONValue], with name: String, canonical encoded: [UInt8]) {
        separate()
        var separator = UInt8(ascii: "{")
        let names = (members.keys + [name]).sorted(by: MemberOrder.precedes)
        for member in names {
            bytes.append(separator)
            separator = UInt8(ascii: ",")
            Self.quote(member, into: &bytes)
            bytes.append(UInt8(ascii: ":"))
            if let value = members[member] { value.append(to: &bytes) } else { bytes.append(contentsOf: encoded) }
        }
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    // MARK: Members

    public mutating func member(_ name: StaticString, _ text: String) {
        self.name(name)
        string(text)
    }

    @inlinable
    public mutating func member(_ name: StaticString, _ number: some BinaryInteger) {
        self.name(name)
        integer(number)
    }

    public mutating func member(_ name: StaticString, _ flag: Bool) {
        self.name(name)
        bool(flag)
    }

    public mutating func member(_ name: StaticString, strings texts: [String]) {
        self.name(name)
        strings(texts)
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    #if DEBUG
        private mutating func checkOrder(of name: StaticString) {
            guard let last = previousNames.indices.last else { preconditionFailure("a name outside an object") }
            if let previous = previousNames[last] {
                precondition(
                    MemberOrder.precedes(previous.description, name.description),
                    "members are written in the order of RFC 8785")
            }
            previousNames[last] = name
        }
    #endif
}
