public import Keys
public import Policy
public import Storage
public import VaultModel

/// Turns a form into sealed rows. Sealing needs no grant: nothing leaves.
public struct RecordSealer: Sendable {
    private let vault: VaultID
    private let map: FieldMap

    public init(vault: VaultID, map: FieldMap) { (self.vault, self.map) = (vault, map) }

    /// A new record of a customer; her own when `record` is `customer`. Absent fields are sealed like all
    /// others, so that a thief cannot tell what has been left out.
    public func create(
        _ form: RecordForm, kind: String, record: RecordID, customer: RecordID, key: CustomerKey, shop: String,
        month: UInt32, revision: UInt64 = 1, status: RecordStatus = .active
    ) throws(RequestRefusal) -> StoredRecord {
        let owner = Owner(customer: customer, record: record, key: key)
        guard let table = map.kind(kind) else { throw .denied(.unknownField, hint: "no record kind \(kind)") }
        var fields: [StoredField] = []
        for place in map.places(of: kind) {
            fields += try seal(form.values[place.definition.name] ?? [], place, owner, revision: revision)
        }
        let seal = recordSeal(fields, owner, kind: table, revision: revision)
        return StoredRecord(
            id: record, customer: customer, kind: table, rev: revision, seal: seal, shop: shop, month: month,
            status: status, logSeq: 0, fields: fields)
    }

    /// A later revision of a record, by default the next. Fields that the form does not name keep their envelopes.
    public func update(
        _ record: StoredRecord, with form: RecordForm, key: CustomerKey, revision: UInt64? = nil
    ) throws(RequestRefusal) -> RecordUpdate {
        let revision = revision ?? record.rev + 1
        let owner = Owner(customer: record.customer, record: record.id, key: key)
        var changed: [StoredField] = []
        var touched: Set<UInt16> = []
        for (name, values) in form.values {
            guard let place = map.place(name) else { throw .denied(.unknownField, hint: "no field \(name)") }
            touched.insert(place.field)
            changed += try seal(values, place, owner, revision: revision)
        }
        let places = Set(changed.map { FieldPlace(field: $0.field, ordinal: $0.ordinal) })
        let removed = record.fields.map { FieldPlace(field: $0.field, ordinal: $0.ordinal) }
            .filter { touched.contains($0.field) && !places.contains($0) }
        let kept = record.fields.filter { !touched.contains($0.field) }
        let seal = recordSeal(kept + changed, owner, kind: record.kind, revision: revision)
        return RecordUpdate(
            id: record.id, expectedRev: record.rev, rev: revision, seal: seal, fields: changed, removed: removed)
    }

    /// The next revision of a record with values in places that were empty.
    public func extend(
        _ record: StoredRecord, with missing: [MissingValue], key: CustomerKey
    ) throws(RequestRefusal) -> RecordUpdate {
        let revision = record.rev + 1
        let owner = Owner(customer: record.customer, record: record.id, key: key)
        var added: [StoredField] = []
        for item in missing {
            guard let place = map.place(item.field) else {
                throw .denied(.unknownField, hint: "no field \(item.field)")
            }
            added.append(
                try seal(.text(item.value), place, owner, revision: revision, ordinal: item.ordinal))
        }
        let places = Set(added.map { FieldPlace(field: $0.field, ordinal: $0.ordinal) })
        let kept = record.fields.filter { !places.contains(FieldPlace(field: $0.field, ordinal: $0.ordinal)) }
        let seal = recordSeal(kept + added, owner, kind: record.kind, revision: revision)
        return RecordUpdate(
            id: record.id, expectedRev: record.rev, rev: revision, seal: seal, fields: added)
    }

    /// The envelopes of a field: one for each value, or one that says that there is none.
    func seal(
        _ values: [String], _ place: FieldMap.Place, _ owner: Owner, revision: UInt64
    ) throws(RequestRefusal) -> [StoredField] {
        let bodies: [FieldBody] = values.isEmpty ? [.absent] : values.map { .text($0) }
        var sealed: [StoredField] = []
        for (ordinal, body) in bodies.enumerated() {
            sealed.append(
                try seal(body, place, owner, revision: revision, ordinal: UInt32(ordinal)))
        }
        return sealed
    }

    private func seal(
        _ body: FieldBody, _ place: FieldMap.Place, _ owner: Owner, revision: UInt64, ordinal: UInt32
    ) throws(RequestRefusal) -> StoredField {
        let context = FieldContext(
            vault: vault, customer: owner.customer, record: owner.record, table: place.table, field: place.field,
            ordinal: ordinal)
        do {
            // Nonce: 24 random bytes, and the revision is in the context, so no message key repeats.
            let envelope = try Envelope.seal(
                body, context: context, key: owner.key, revision: revision, pad: place.pad)
            return StoredField(field: place.field, ordinal: ordinal, envelope: envelope)
        } catch {
            throw .invalid("\(place.definition.name.field): longer than \(error.limitBytes) bytes")
        }
    }

    func recordSeal(
        _ fields: [StoredField], _ owner: Owner, kind: UInt16, revision: UInt64
    ) -> [UInt8] {
        RecordSeal.compute(
            RecordSeal.Subject(
                vault: vault, customer: owner.customer, record: owner.record, kind: kind, revision: revision),
            fields: fields.map(\.sealed),
            key: owner.key)
    }

    /// Whose record is sealed, and under what.
    struct Owner {
        let customer: RecordID
        let record: RecordID
        let key: CustomerKey
    }
}
