internal import Keys
internal import Policy
internal import Storage
internal import Turnstile
internal import VaultModel

/// Turns a form into sealed rows. Sealing needs no grant: nothing leaves.
struct RecordSealer {
    let vault: VaultID
    let map: FieldMap

    /// A new customer's own record, revision 1. Absent fields are sealed like all others, so that a thief cannot tell
    /// what a customer has left out.
    func create(
        _ form: RecordForm, kind: String, customer: RecordID, key: CustomerKey, shop: String, month: UInt32
    ) throws(RequestRefusal) -> StoredRecord {
        guard let table = map.kind(kind) else { throw .denied(.unknownField, hint: "no record kind \(kind)") }
        var fields: [StoredField] = []
        for place in map.places(of: kind) {
            fields += try seal(form.values[place.definition.name] ?? [], place, customer, key, revision: 1)
        }
        let seal = recordSeal(fields, customer: customer, kind: table, revision: 1, key: key)
        return StoredRecord(
            id: customer, customer: customer, kind: table, rev: 1, seal: seal, shop: shop, month: month,
            status: .active, logSeq: 0, fields: fields)
    }

    /// The next revision of a record. Fields that the form does not name keep their envelopes.
    func update(
        _ record: StoredRecord, with form: RecordForm, kind: String, key: CustomerKey
    ) throws(RequestRefusal) -> RecordUpdate {
        let revision = record.rev + 1
        var changed: [StoredField] = []
        var touched: Set<UInt16> = []
        for (name, values) in form.values {
            guard let place = map.place(name) else { throw .denied(.unknownField, hint: "no field \(name)") }
            touched.insert(place.field)
            changed += try seal(values, place, record.customer, key, revision: revision)
        }
        let places = Set(changed.map { FieldPlace(field: $0.field, ordinal: $0.ordinal) })
        let removed = record.fields.map { FieldPlace(field: $0.field, ordinal: $0.ordinal) }
            .filter { touched.contains($0.field) && !places.contains($0) }
        let kept = record.fields.filter { !touched.contains($0.field) }
        let seal = recordSeal(
            kept + changed, customer: record.customer, kind: record.kind, revision: revision, key: key)
        return RecordUpdate(
            id: record.id, expectedRev: record.rev, rev: revision, seal: seal, fields: changed, removed: removed)
    }

    /// The next revision of a record with values in places that were empty.
    func extend(
        _ record: StoredRecord, with missing: [MissingValue], key: CustomerKey
    ) throws(RequestRefusal) -> RecordUpdate {
        let revision = record.rev + 1
        var added: [StoredField] = []
        for item in missing {
            guard let place = map.place(item.field) else {
                throw .denied(.unknownField, hint: "no field \(item.field)")
            }
            added.append(
                try seal(.text(item.value), place, record.customer, key, revision: revision, ordinal: item.ordinal))
        }
        let places = Set(added.map { FieldPlace(field: $0.field, ordinal: $0.ordinal) })
        let kept = record.fields.filter { !places.contains(FieldPlace(field: $0.field, ordinal: $0.ordinal)) }
        let seal = recordSeal(
            kept + added, customer: record.customer, kind: record.kind, revision: revision, key: key)
        return RecordUpdate(
            id: record.id, expectedRev: record.rev, rev: revision, seal: seal, fields: added)
    }

    private func seal(
        _ values: [String], _ place: FieldMap.Place, _ customer: RecordID, _ key: CustomerKey, revision: UInt64
    ) throws(RequestRefusal) -> [StoredField] {
        let bodies: [FieldBody] = values.isEmpty ? [.absent] : values.map { .text($0) }
        var sealed: [StoredField] = []
        for (ordinal, body) in bodies.enumerated() {
            sealed.append(
                try seal(body, place, customer, key, revision: revision, ordinal: UInt32(ordinal)))
        }
        return sealed
    }

    private func seal(
        _ body: FieldBody, _ place: FieldMap.Place, _ customer: RecordID, _ key: CustomerKey, revision: UInt64,
        ordinal: UInt32
    ) throws(RequestRefusal) -> StoredField {
        let context = FieldContext(
            vault: vault, customer: customer, record: customer, table: place.table, field: place.field,
            ordinal: ordinal)
        do {
            // Nonce: 24 random bytes, and the revision is in the context, so no message key repeats.
            let envelope = try Envelope.seal(body, context: context, key: key, revision: revision, pad: place.pad)
            return StoredField(field: place.field, ordinal: ordinal, envelope: envelope)
        } catch {
            throw .invalid("\(place.definition.name.field): longer than \(error.limitBytes) bytes")
        }
    }

    private func recordSeal(
        _ fields: [StoredField], customer: RecordID, kind: UInt16, revision: UInt64, key: CustomerKey
    ) -> [UInt8] {
        RecordSeal.compute(
            RecordSeal.Subject(vault: vault, customer: customer, record: customer, kind: kind, revision: revision),
            fields: fields.map { RecordSeal.Field(field: $0.field, ordinal: $0.ordinal, envelope: $0.envelope) },
            key: key)
    }
}
