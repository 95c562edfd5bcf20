internal import Keys
internal import Policy
public import Storage
internal import VaultModel

extension Turnstile {
    /// What stays of a record when its customer is erased: the fields that are about no person, sealed anew under the
    /// shop's key and for no customer. Nil when there is nothing of that kind in it.
    ///
    /// Its values never leave this function in clear. A record that does not verify gives nothing: whoever spoils a row
    /// must not keep its customer from being erased.
    public func settlement(_ grant: JobGrant, of record: StoredRecord) throws(RequestRefusal) -> RecordUpdate? {
        let map = fieldMap
        guard let kind = policy.records.first(where: { map.kind($0.name) == record.kind })?.name else { return nil }
        let places = map.places(of: kind).filter { !$0.definition.isPersonal }
        guard !places.isEmpty, record.customer != .none, let key = (try? opener.keys(of: [record]))?[record.customer],
            (try? opener.checkSeal(of: record, key: key)) != nil
        else { return nil }
        let revision = record.rev + 1
        var fields: [StoredField] = []
        var hasValue = false
        for place in places {
            guard let values = try? opener.values(of: place, in: record, key: key) else { return nil }
            hasValue = hasValue || !values.isEmpty
            let bodies: [FieldBody] = values.isEmpty ? [.absent] : values.map { .text($0) }
            for (ordinal, body) in bodies.enumerated() {
                fields.append(
                    try sealForShop(body, place, record: record.id, ordinal: UInt32(ordinal), revision: revision))
            }
        }
        guard hasValue else { return nil }
        let seal = RecordSeal.compute(
            RecordSeal.Subject(
                vault: vault, customer: .none, record: record.id, kind: record.kind, revision: revision),
            fields: fields.map(\.sealed),
            key: opener.keyset.shopKey)
        return RecordUpdate(
            id: record.id, expectedRev: record.rev, rev: revision, seal: seal, fields: fields, replacesAll: true,
            customer: RecordID.none)
    }

    private func sealForShop(
        _ body: FieldBody, _ place: FieldMap.Place, record: RecordID, ordinal: UInt32, revision: UInt64
    ) throws(RequestRefusal) -> StoredField {
        let context = FieldContext(
            vault: vault, customer: .none, record: record, table: place.table, field: place.field, ordinal: ordinal)
        do {
            // Nonce: 24 random bytes, and the revision is in the context, so no message key repeats.
            let envelope = try Envelope.seal(
                body, context: context, key: opener.keyset.shopKey, revision: revision, pad: place.pad)
            return StoredField(field: place.field, ordinal: ordinal, envelope: envelope)
        } catch { throw .integrity("a field") }
    }
}
