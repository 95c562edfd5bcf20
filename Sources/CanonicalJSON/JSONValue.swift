/// A value of canonical JSON: the subset of RFC 8785 without fractions, negative numbers and null.
///
/// Equality is equality of the encoded bytes. Swift's `String ==` takes “é” in one and in two code points for the same
/// text; a signature does not, and neither does this type.
///
/// An object's names are the keys of a Swift dictionary, therefore an object cannot hold two names that differ only in
/// normalisation. The parser refuses such a document as having a duplicate; under `JSONLimits.Names.member` it cannot
/// occur.
public enum JSONValue: Sendable {
    case object([String: JSONValue])
    case array([JSONValue])
    case string(String)
    /// 0...`largestInteger`; encoding any other number is a programming error and traps.
    case integer(Int64)
    case bool(Bool)

    /// 2^53-1, the largest integer every JSON implementation reads exactly.
    public static let largestInteger: Int64 = 1 << 53 - 1
}

extension JSONValue: Equatable {
    public static func == (lhs: JSONValue, rhs: JSONValue) -> Bool {
        switch (lhs, rhs) {
        case (.object(let left), .object(let right)):
            return left.count == right.count
                && left.allSatisfy { name, value in
                    guard let index = right.index(forKey: name) else { return false }
                    return right[index].key.utf8.elementsEqual(name.utf8) && right[index].value == value
                }
        case (.array(let left), .array(let right)): return left == right
        case (.string(let left), .string(let right)): return left.utf8.elementsEqual(right.utf8)
        case (.integer(let left), .integer(let right)): return left == right
        case (.bool(let left), .bool(let right)): return left == right
        default: return false
        }
    }
}

// MARK: - Looking inside

extension JSONValue {
    /// The member `name` of an object; nil for anything else.
    public subscript(name: String) -> JSONValue? { objectValue?[name] }

    public var objectValue: [String: JSONValue]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    public var arrayValue: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    public var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    public var integerValue: Int64? {
        guard case .integer(let number) = self else { return nil }
        return number
    }

    public var boolValue: Bool? {
        guard case .bool(let flag) = self else { return nil }
        return flag
    }
}

// MARK: - Building

extension JSONValue {
    /// An array of strings, in the order given.
    public static func strings(_ texts: some Sequence<String>) -> JSONValue { .array(texts.map(JSONValue.string)) }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    public init(stringLiteral text: String) { self = .string(text) }
    public init(integerLiteral number: Int64) { self = .integer(number) }
    public init(booleanLiteral flag: Bool) { self = .bool(flag) }
}

extension JSONValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// Traps when a name occurs twice.
    public init(dictionaryLiteral members: (String, JSONValue)...) {
        self = .object(Dictionary(uniqueKeysWithValues: members))
    }
}
