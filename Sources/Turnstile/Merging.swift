internal import Keys
internal import Policy
internal import Primitives
public import Storage
public import VaultModel
internal import Wire

/// A value that a record lacks, and the place where it may be stored.
public struct MissingValue: Sendable {
    public let field: FieldName
    public let ordinal: UInt32
    public let value: String
}

extension Turnstile {
    /// Which of the offered values a record lacks: those of empty fields, and further ones of fields that take many. A
    /// single-valued field that is filled keeps what it has. Says nothing about the values that are there.
    public func missing(
        _ grant: CompareGrant, in record: StoredRecord, of offered: [FieldName: [String]]
    ) throws(RequestRefusal) -> [MissingValue] {
        guard let key = try opener.keys(of: [record])[record.customer] else { return [] }
        try opener.checkSeal(of: record, key: key)
        var missing: [MissingValue] = []
        for (field, values) in offered.sorted(by: { $0.key < $1.key }) {
            guard let place = fieldMap.place(field) else { continue }
            let present = try opener.values(of: place, in: record, key: key)
            guard present.isEmpty || place.definition.isMany else { continue }
            // An absent field has one envelope that says so; the first value takes its place.
            var ordinal = present.isEmpty ? 0 : (record.fields.last { $0.field == place.field }?.ordinal ?? 0) + 1
            let room = FieldValues.mostValues - present.count
            for value in values.prefix(max(0, room))
            where !present.contains(where: { $0.utf8.elementsEqual(value.utf8) }) {
                missing.append(MissingValue(field: field, ordinal: ordinal, value: value))
                ordinal += 1
            }
        }
        return missing
    }
}
