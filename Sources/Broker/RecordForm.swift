internal import Policy
internal import Turnstile
internal import VaultModel
internal import Wire

/// Values of a record that have passed the policy: every field known, every value in its stored form.
struct RecordForm {
    /// By field; an empty list says that the field is to be absent.
    let values: [FieldName: [String]]

    /// What is wrong with one field. It names the field and the rule, never the value.
    enum Problem: Error, Equatable {
        case unknownField(String)
        case value(FieldName, FieldValueError)
        case tooMany(FieldName)
        case missing(FieldName)

        /// An enumerated word, for rejects files and scripts.
        var code: String {
            switch self {
            case .unknownField: "unknown-field"
            case .value(_, let error): error.code
            case .tooMany: "too-many-values"
            case .missing: "missing"
            }
        }

        var field: String {
            switch self {
            case .unknownField(let name): name
            case .value(let field, _), .tooMany(let field), .missing(let field): field.field
            }
        }

        var hint: String {
            switch self {
            case .unknownField(let name): "the policy declares no field \(name)"
            case .value(let field, let error): "\(field.field): \(error.problem); \(error.hint)"
            case .tooMany(let field): "\(field.field) takes one value only"
            case .missing(let field): "\(field.field) is required by the policy"
            }
        }
    }

    /// - Parameter isWhole: whether this is a new record, in which required fields must not be missing; otherwise it is
    ///   a change, in which they must not be emptied.
    init(_ fields: FieldValues, record: RecordDefinition, region: Region, isWhole: Bool) throws(Problem) {
        var values: [FieldName: [String]] = [:]
        for name in fields.names {
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
        for name in record.requiredFields {
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
    func merging(_ other: RecordForm, record: RecordDefinition) -> RecordForm {
        var merged = values
        for (field, more) in other.values {
            let present = merged[field] ?? []
            guard present.isEmpty || record.field(named: field.field)?.isMany == true else { continue }
            merged[field] = present + more.filter { value in !present.contains { $0.utf8.elementsEqual(value.utf8) } }
        }
        return RecordForm(values: merged)
    }
}

extension RecordForm.Problem {
    var refusal: RequestRefusal { .invalid(hint) }
}
