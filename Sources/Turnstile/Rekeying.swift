internal import AccessLog
@_spi(Turnstile) public import Keys
internal import Policy
public import Storage
public import VaultModel

extension Turnstile {
    /// The key version a record's fields are sealed under.
    public static func keyVersion(of record: StoredRecord) -> UInt32 { record.keyVersion }

    /// A record sealed anew under another version of its customer's key: every field is opened and sealed again, and
    /// nothing of it leaves this function. The old key stays in the cache: a read that fetched the record before may open it
    /// after the keyring has lost that version.
    public func rekeyed(
        _ grant: JobGrant, _ record: StoredRecord, to key: CustomerKey
    ) throws(RequestRefusal) -> RecordUpdate {
        guard let old = try opener.keys(of: [record])[record.customer] else {
            throw .notFound("this customer has been erased")
        }
        try opener.checkSeal(of: record, key: old)
        let revision = record.rev + 1
        var fields: [StoredField] = []
        for stored in record.fields {
            guard let pad = fieldMap.pad(table: record.kind, field: stored.field) else { throw .integrity("a field") }
            let context = FieldContext(
                vault: vault, customer: record.customer, record: record.id, table: record.kind, field: stored.field,
                ordinal: stored.ordinal)
            do {
                let body = try Envelope.open(
                    stored.envelope, context: context, key: old, pad: pad, recordRevision: record.rev)
                fields.append(
                    StoredField(
                        field: stored.field, ordinal: stored.ordinal,
                        envelope: try Envelope.seal(body, context: context, key: key, revision: revision, pad: pad)))
            } catch { throw .integrity("a field") }
        }
        let seal = RecordSealer(vault: vault, map: fieldMap).recordSeal(
            fields, RecordSealer.Owner(customer: record.customer, record: record.id, key: key), kind: record.kind,
            revision: revision)
        return RecordUpdate(
            id: record.id, expectedRev: record.rev, rev: revision, seal: seal, fields: fields, replacesAll: true)
    }

    /// Logs a change of rows that a job is about to make; the entry is its intent. A change of content would name the new
    /// seals; here only the keys change.
    public func logJobChange(
        _ grant: JobGrant, numbers: [CustomerNumber], updates: [RecordUpdate]
    ) async throws(RequestRefusal) -> CommittedEntry {
        var draft = EntryDraft(kind: .job, decision: .allow, why: .granted, policy: policy.sha256, xid: grant.id)
        draft.subject = EntrySubject(
            customers: numbers.map(\.text), revisions: updates.map(\.rev), scanned: updates.count)
        return try await appendJob(draft, intent: updates.map { LogIntent.Record(id: $0.id, rev: $0.rev) })
    }
}
