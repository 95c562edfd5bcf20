internal import Keys
internal import Policy
public import Storage

/// What is wrong with a record, or with its tags.
public enum RecordProblem: String, CaseIterable, Hashable, Sendable {
    /// No key of the keyring opens it.
    case key
    /// A field was changed, added or taken away.
    case seal
    /// A field does not open.
    case field
    /// The index would not find it, or finds it for a value it does not have.
    case tags
}

extension Turnstile {
    /// Opens every field of a record and compares what the index says with its values. Nothing of it leaves this function
    /// but what is wrong, and the tags it should have.
    ///
    /// - Parameter kind: the name of the record's kind; nil for one the policy no longer has, which has no tags.
    public func inspect(
        _ grant: JobGrant, _ record: StoredRecord, kind: String?
    ) -> (problem: RecordProblem?, opened: Int, tags: [TagRow]) {
        guard let key = (try? opener.keys(of: [record]))?[record.customer] else { return (.key, 0, []) }
        guard (try? opener.checkSeal(of: record, key: key)) != nil else { return (.seal, 0, []) }
        for stored in record.fields {
            guard let pad = fieldMap.pad(table: record.kind, field: stored.field),
                opener.opens(stored, of: record, pad: pad, key: key)
            else { return (.field, 0, []) }
        }
        guard let kind else { return (nil, record.fields.count, []) }
        guard let tags = try? tags(grant, of: record, kind: kind) else { return (.field, 0, []) }
        return (nil, record.fields.count, tags)
    }
}
