public import CanonicalJSON
import VaultModel

/// The values of a record's fields, by the field's name without the record: `{"name":["…"],"phone":["…","…"]}`. It
/// never describes what it holds.
public struct FieldValues: WireValue, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public static let mostFields = 64
    public static let mostValues = 32
    public static let valueBytes = 8 * 1024

    public let values: [String: [String]]

    /// Nil when a name is not that of a field or a limit is passed.
    public init?(_ values: [String: [String]]) {
        guard values.count <= Self.mostFields,
            values.allSatisfy({ name, list in Label.isMember(name) && Self.isWithinLimits(list) })
        else { return nil }
        self.values = values
    }

    public init() { values = [:] }

    public init(_ value: JSONValue) throws(MessageError) {
        guard let members = value.objectValue else { throw .member("fields") }
        var values: [String: [String]] = [:]
        values.reserveCapacity(members.count)
        for (name, list) in members {
            guard let elements = list.arrayValue else { throw .member("fields") }
            var texts: [String] = []
            for element in elements {
                guard let text = element.stringValue else { throw .member("fields") }
                texts.append(text)
            }
            values[name] = texts
        }
        guard let checked = FieldValues(values) else { throw .member("fields") }
        self = checked
    }

    public var jsonValue: JSONValue { .object(values.mapValues { .strings($0) }) }

    public subscript(field: String) -> [String]? { values[field] }

    public var isEmpty: Bool { values.isEmpty }

    /// The names in the order of their bytes.
    public var names: [String] { values.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

    /// By bytes: canonically equivalent texts differ.
    public static func == (lhs: FieldValues, rhs: FieldValues) -> Bool { lhs.jsonValue == rhs.jsonValue }

    public var description: String { "(\(values.count) fields withheld)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }

    private static func isWithinLimits(_ list: [String]) -> Bool {
        list.count <= mostValues && list.allSatisfy { $0.utf8.count <= valueBytes }
    }
}
