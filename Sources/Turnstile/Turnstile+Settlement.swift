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
        let sealer = RecordSealer(vault: vault, map: map)
        let owner = RecordSealer.Owner(customer: .none, record: record.id, key: opener.keyset.shopKey)
        var fields: [StoredField] = []
        var hasValue = false
        for place in places {
            guard let values = try? opener.values(of: place, in: record, key: key) else { return nil }
            hasValue = hasValue || !values.isEmpty
            fields += try sealer.seal(values, place, owner, revision: revision)
        }
        guard hasValue else { return nil }
        let seal = sealer.recordSeal(fields, owner, kind: record.kind, revision: revision)
        return RecordUpdate(
            id: record.id, expectedRev: record.rev, rev: revision, seal: seal, fields: fields, replacesAll: true,
            customer: RecordID.none)
    }
}
