import CanonicalJSON
import Primitives
import VaultModel

/// Reads the members of a payload into the types of the field, with the refusals of a block.
struct BlockReader {
    private var members: JSONMembers

    init(_ members: JSONMembers) { self.members = members }

    mutating func text(_ name: String) throws(BlockRefusal) -> String {
        do { return try members.string(name) } catch { throw .syntax(error) }
    }

    mutating func integer(_ name: String) throws(BlockRefusal) -> Int64 {
        do { return try members.integer(name) } catch { throw .syntax(error) }
    }

    mutating func object(_ name: String) throws(BlockRefusal) -> [String: JSONValue] {
        let value: JSONValue
        do { value = try members.value(name) } catch { throw .syntax(error) }
        guard case .object(let object) = value else { throw .syntax(.wrongType(name)) }
        return object
    }

    mutating func array(_ name: String) throws(BlockRefusal) -> [JSONValue] {
        do { return try members.array(name) } catch { throw .syntax(error) }
    }

    func finish() throws(BlockRefusal) {
        do { try members.finish() } catch { throw .syntax(error) }
    }

    /// A string that `make` accepts.
    mutating func value<T>(_ name: String, _ make: (String) -> T?) throws(BlockRefusal) -> T {
        guard let value = make(try text(name)) else { throw .value(name) }
        return value
    }

    /// As `value`, with `""` for none.
    mutating func optional<T>(_ name: String, _ make: (String) -> T?) throws(BlockRefusal) -> T? {
        let text = try text(name)
        if text.isEmpty { return nil }
        guard let value = make(text) else { throw .value(name) }
        return value
    }

    /// A sorted list without repetition; an empty one only on demand.
    mutating func set<T>(
        _ name: String, mayBeEmpty: Bool = false, _ make: (String) -> T?
    ) throws(BlockRefusal) -> [T] {
        let texts: [String]
        do { texts = try members.strings(name) } catch { throw .syntax(error) }
        return try Self.set(texts, name, mayBeEmpty: mayBeEmpty, make)
    }

    /// A set, or `["*"]`.
    mutating func scope<T>(_ name: String, _ make: (String) -> T?) throws(BlockRefusal) -> Scope<T> {
        let texts: [String]
        do { texts = try members.strings(name) } catch { throw .syntax(error) }
        return texts == ["*"] ? .any : .only(try Self.set(texts, name, mayBeEmpty: false, make))
    }

    /// `{"any":["*"]}`, `{"customer":[…]}` or `{"order":[…]}`.
    mutating func subjects(_ name: String) throws(BlockRefusal) -> SubjectScope {
        let object = try object(name)
        guard object.count == 1, let (kind, list) = object.first, let elements = list.arrayValue else {
            throw .value(name)
        }
        switch kind {
        case "any":
            guard elements == ["*"] else { throw .value(name) }
            return .any
        case "customer": return .customers(try Self.set(elements, name, Self.customer))
        case "order": return .orders(try Self.set(elements, name, Self.opaqueID))
        default: throw .value(name)
        }
    }

    /// A list inside an object, as a set that is not empty.
    static func set<T>(
        _ elements: [JSONValue], _ name: String, _ make: (String) -> T?
    ) throws(BlockRefusal) -> [T] {
        let texts = elements.compactMap(\.stringValue)
        guard texts.count == elements.count else { throw .value(name) }
        return try set(texts, name, mayBeEmpty: false, make)
    }

    private static func set<T>(
        _ texts: [String], _ name: String, mayBeEmpty: Bool, _ make: (String) -> T?
    ) throws(BlockRefusal) -> [T] {
        guard mayBeEmpty || !texts.isEmpty else { throw .set(name) }
        var values: [T] = []
        var previous: String?
        for text in texts {
            guard let value = make(text) else { throw .value(name) }
            if let previous, !previous.utf8.lexicographicallyPrecedes(text.utf8) { throw .set(name) }
            previous = text
            values.append(value)
        }
        return values
    }

    /// A customer's number in its one written form.
    static func customer(_ text: String) -> String? { CustomerNumber(text)?.text == text ? text : nil }

    /// `[a-z][a-z0-9_-]{0,63}`: ids the vault made, e.g. of an order.
    private static func opaqueID(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard (1...64).contains(bytes.count), (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[0]),
            bytes.allSatisfy({
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
                    UInt8(ascii: "-"):
                    true
                default: false
                }
            })
        else { return nil }
        return text
    }
}
