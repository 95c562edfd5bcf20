/// Reads an object member by member and refuses what is left over: the strict reader of every format.
///
/// ```swift
/// var members = try JSONMembers(value)
/// let shop = try members.string("shop")
/// let customers = try members.strings("customer")
/// try members.finish()
/// ```
///
/// Each member is taken out as it is read, so reading one twice is an error (`missing`), and forgetting one is an error
/// too (`unknownMember`). Errors name only what the caller asked for.
public struct JSONMembers: Sendable {
    private var remaining: [String: JSONValue]

    /// Throws `notAnObject` for any other value.
    public init(_ value: consuming JSONValue) throws(JSONError) {
        guard case .object(let members) = consume value else { throw .notAnObject }
        remaining = members
    }

    public init(_ members: consuming [String: JSONValue]) { remaining = members }

    /// Parses and opens an object in one step.
    public init(parsing bytes: [UInt8], limits: JSONLimits) throws(JSONError) {
        try self.init(JSONValue.parse(bytes, limits: limits))
    }

    /// Whether the member is there and not yet read. For members that may be absent.
    public func contains(_ name: String) -> Bool { remaining[name] != nil }

    /// Any value.
    public mutating func value(_ name: String) throws(JSONError) -> JSONValue {
        guard let value = remaining.removeValue(forKey: name) else { throw .missing(name) }
        return value
    }

    public mutating func string(_ name: String) throws(JSONError) -> String {
        guard case .string(let text) = try value(name) else { throw .wrongType(name) }
        return text
    }

    /// 0...2^53-1.
    public mutating func integer(_ name: String) throws(JSONError) -> Int64 {
        guard case .integer(let number) = try value(name) else { throw .wrongType(name) }
        return number
    }

    public mutating func bool(_ name: String) throws(JSONError) -> Bool {
        guard case .bool(let flag) = try value(name) else { throw .wrongType(name) }
        return flag
    }

    public mutating func array(_ name: String) throws(JSONError) -> [JSONValue] {
        guard case .array(let elements) = try value(name) else { throw .wrongType(name) }
        return elements
    }

    /// An array of strings only.
    public mutating func strings(_ name: String) throws(JSONError) -> [String] {
        var texts: [String] = []
        for element in try array(name) {
            guard case .string(let text) = element else { throw .wrongType(name) }
            texts.append(text)
        }
        return texts
    }

    /// An array of integers only.
    public mutating func integers(_ name: String) throws(JSONError) -> [Int64] {
        var numbers: [Int64] = []
        for element in try array(name) {
            guard case .integer(let number) = element else { throw .wrongType(name) }
            numbers.append(number)
        }
        return numbers
    }

    /// A nested object; its reader must be finished too.
    public mutating func members(_ name: String) throws(JSONError) -> JSONMembers {
        guard case .object(let members) = try value(name) else { throw .wrongType(name) }
        return JSONMembers(members)
    }

    /// An array of objects only; each reader must be finished too.
    public mutating func objects(_ name: String) throws(JSONError) -> [JSONMembers] {
        var objects: [JSONMembers] = []
        for element in try array(name) {
            guard case .object(let members) = element else { throw .wrongType(name) }
            objects.append(JSONMembers(members))
        }
        return objects
    }

    /// Throws `unknownMember` when a member has not been read.
    public func finish() throws(JSONError) {
        guard remaining.isEmpty else { throw .unknownMember }
    }
}
