public import VaultModel

/// Values of a record that have passed the policy: every field known, every value in its stored form.
public struct RecordForm: Sendable {
    /// By field; an empty list says that the field is to be absent.
    public let values: [FieldName: [String]]

    /// What is wrong with one field. It names the field and the rule, never the value.
    public enum Problem: Error, Equatable {
        case unknownField(String)
        case value(FieldName, FieldValueError)
        case tooMany(FieldName)
        case missing(FieldName)

        /// An enumerated word, for rejects files and scripts.
        public var code: String {
            switch self {
            case .unknownField: "unknown-field"
            case .value(_, let error): error.code
            case .tooMany: "too-many-values"
            case .missing: "missing"
            }
        }

        public var field: String {
            switch self {
            case .unknownField(let name): name
            case .value(let field, _), .tooMany(let field), .missing(let field): field.field
            }
        }

        /// What to do about it; no value.
        public var hint: String {
            switch self {
            case .unknownField(let name): "the policy declares no field \(name)"
            case .value(let field, let error): "\(field.field): \(error.problem); \(error.hint)"
            case .tooMany(let field): "\(field.field) takes one value only"
            case .missing(let field): "\(field.field) is required by the policy"
            }
        }
    }

    /// - Parameters:
    ///   - fields: by the name of a field without its record.
    ///   - isWhole: whether this is a new record, in which required fields must not be missing; otherwise it is a change,
    ///     in which they must not be emptied.
    ///   - isArchived: whether these are values that were stored once. Required fields may be empty then: the policy may
    ///     have been another one.
    public init(
        _ fields: [String: [String]], record: RecordDefinition, region: Region, isWhole: Bool,
        isArchived: Bool = false
    ) throws(Problem) {
        var values: [FieldName: [String]] = [:]
        // In one order, so that of several problems it is always the same that is named.
        for name in fields.keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            guard let definition = record.field(named: name) else { throw .unknownField(name) }
            let raw = (fields[name] ?? []).filter { !$0.allSatisfy(\.isWhitespace) }
            guard definition.isMany || raw.count <= 1 else { throw .tooMany(definition.name) }
            var canonical: [String] = []
            for text in raw {
                let value: String
                do throws(FieldValueError) { value = try definition.canonical(text, region: region) } catch {
                    throw .value(definition.name, error)
                }
                // The same number written in two ways is one number.
                if !canonical.contains(where: { $0.utf8.elementsEqual(value.utf8) }) { canonical.append(value) }
            }
            values[definition.name] = canonical
        }
        for name in record.requiredFields where !isArchived {
            let isGiven = values[name].map { !$0.isEmpty }
            if isGiven == false || (isWhole && isGiven == nil) { throw .missing(name) }
        }
        self.values = values
    }
}

extension RecordForm {
    private init(values: [FieldName: [String]]) { self.values = values }

    /// What two rows about one customer say together: the first one's word where only one value is taken, all values
    /// where many are.
    public func merging(_ other: RecordForm, record: RecordDefinition) -> RecordForm {
        var merged = values
        for (field, more) in other.values {
            let present = merged[field] ?? []
            guard present.isEmpty || record.field(named: field.field)?.isMany == true else { continue }
            merged[field] = present + more.filter { value in !present.contains { $0.utf8.elementsEqual(value.utf8) } }
        }
        return RecordForm(values: merged)
    }
}
