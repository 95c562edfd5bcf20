public import Authority
public import Keys
public import Policy
public import Storage
public import VaultModel

/// What decides at one moment: blocks, policy, and where fields and tags are stored. A new object replaces the old one
/// when a block is registered; whoever holds the old one finishes with it, and the log's writer checks again.
///
/// An object rather than a value: every request looks at it several times, and a copy would count a dozen references.
public final class Controls: Sendable {
    public let authority: AuthorityState
    public let policy: PolicyDocument
    public let fields: FieldMap
    /// The blind indexes of each indexed field, the deciding generation first.
    let indexes: [FieldName: [BlindIndex]]

    public init(authority: AuthorityState, policy: PolicyDocument, fields: FieldMap, keyset: Keyset) {
        self.authority = authority
        self.policy = policy
        self.fields = fields
        var indexes: [FieldName: [BlindIndex]] = [:]
        for record in policy.records {
            for field in record.fields {
                guard let definition = fields.index(of: field.name) else { continue }
                indexes[field.name] = keyset.blindIndexes(vault: authority.vault, definition: definition)
            }
        }
        self.indexes = indexes
    }

    /// The same with other blocks.
    init(_ other: Controls, authority: AuthorityState) {
        self.authority = authority
        policy = other.policy
        fields = other.fields
        indexes = other.indexes
    }
}

extension Turnstile {
    /// The tags of a field's values under every enabled generation. The values are those a caller is about to store.
    public func tagRows(for field: FieldName, _ values: [String], of record: RecordID) -> [TagRow] {
        let controls = controls
        guard let place = controls.fields.place(field), let index = place.definition.index,
            let normaliser = index.normaliser(for: place.definition.type), let indexes = controls.indexes[field]
        else { return [] }
        var rows: [TagRow] = []
        for value in values {
            guard let normalised = try? normaliser.normalise(stored: value) else { continue }
            for blind in indexes {
                rows.append(
                    TagRow(
                        field: place.field, index: blind.definition.index, generation: blind.generation,
                        tag: blind.tag(normalised), record: record))
            }
        }
        return rows
    }

    /// Where to look for records that may hold a value: the tag under the deciding generation. Nil when the field has no
    /// index or the value cannot be normalised.
    public func tag(for field: FieldName, value: String) -> TagRow? {
        let controls = controls
        guard let place = controls.fields.place(field), let index = place.definition.index,
            let normaliser = index.normaliser(for: place.definition.type),
            let blind = controls.indexes[field]?.first,
            let normalised = try? normaliser.normalise(value, region: controls.policy.region)
        else { return nil }
        return TagRow(
            field: place.field, index: blind.definition.index, generation: blind.generation,
            tag: blind.tag(normalised), record: .none)
    }
}
