@_spi(Turnstile) internal import Keys
internal import Policy
internal import Primitives
public import Storage
public import VaultModel
internal import Wire

/// A record that an archive has otherwise than the vault, as it will stand.
public struct PickedRecord: Sendable {
    public enum Content: Sendable {
        /// The vault has lost it.
        case insert(StoredRecord)
        case update(RecordUpdate)
    }

    public let content: Content
    /// The fields that differ.
    public let fields: [FieldName]
    /// The index tags of their new values.
    public let tags: [FieldName: [TagRow]]

    public var record: RecordID {
        switch content {
        case .insert(let record): record.id
        case .update(let update): update.id
        }
    }

    public var rev: UInt64 {
        switch content {
        case .insert(let record): record.rev
        case .update(let update): update.rev
        }
    }
}

/// What a record that comes back has besides its fields: plain columns, which no seal covers.
public struct PickedColumns: Sendable {
    public let shop: String
    public let month: UInt32
    /// Given the revision the record will have.
    public let status: @Sendable (_ revision: UInt64) -> RecordStatus

    public init(shop: String, month: UInt32, status: @escaping @Sendable (_ revision: UInt64) -> RecordStatus) {
        (self.shop, self.month, self.status) = (shop, month, status)
    }
}

extension Turnstile {
    /// Refuses whoever has been erased, is unknown, or has another key since.
    ///
    /// - Parameter version: the one the archived records are sealed under.
    private func pickKey(of customer: RecordID, version: UInt32?) throws(RequestRefusal) -> CustomerKey {
        let found: CustomerKeys?
        do { found = try opener.keyring.fetch(customers: [customer])[customer] } catch {
            throw RequestRefusal(storage: error)
        }
        switch found {
        case .erased: throw .erased
        case nil: throw .notFound("the vault has no key of this customer; check the number")
        case .keys(let versions):
            // The keyring decides, not the cache: that keeps an old version for reads that are under way.
            let wrap = version.map { version in versions.first { $0.version == version } } ?? versions.last
            guard let wrap else {
                throw .conflict(
                    "her key was replaced after this archive was made, and what it holds cannot be opened; take a newer "
                        + "archive, or restore this one with its own keys: coffer backup restore --into DIR")
            }
            guard
                let key = try? opener.keyset.unwrapCEK(
                    wrap.wrap, vault: vault, customer: customer, version: wrap.version)
            else { throw .integrity("a customer's key") }
            return key
        }
    }

    /// What is to be done so that a record is as it was archived; nil when it is. Opens both, and seals what differs anew:
    /// nothing leaves but the names of fields.
    ///
    /// A consent is never taken from an archive: whoever has withdrawn one since would have it back.
    ///
    /// - Parameters:
    ///   - archived: not believed yet; its seal is checked with its customer's key.
    ///   - live: the record the vault has under this id, of the same customer and kind.
    ///   - kept: fields that stay as they are where the vault has the record.
    ///   - columns: what a record gets that the vault has lost.
    public func pick(
        _ grant: CompareGrant, _ archived: StoredRecord, over live: StoredRecord?, keeping kept: Set<FieldName>,
        columns: PickedColumns
    ) throws(RequestRefusal) -> PickedRecord? {
        let map = fieldMap
        guard let kind = map.name(ofKind: archived.kind), let record = policy.record(named: kind) else {
            throw .invalid("the policy in force has no such kind of record any more")
        }
        let key = try pickKey(of: archived.customer, version: archived.keyVersion)
        guard archived.isSealed(by: key, vault: vault),
            archived.fields.allSatisfy({ field in
                map.pad(table: archived.kind, field: field.field)
                    .map { opener.opens(field, of: archived, pad: $0, key: key) } ?? false
            })
        else { throw .invalid("a record was not sealed by this vault for this customer, or was changed since") }
        let own = try live.map { (live) throws(RequestRefusal) in try sealingKey(of: live) }
        var values: [FieldName: [String]] = [:]
        for place in map.places(of: kind) {
            let name = place.definition.name
            let isArchived = archived.fields.contains { $0.field == place.field }
            guard isArchived, place.definition.type != .consent, live == nil || !kept.contains(name) else { continue }
            let value = try opener.values(of: place, in: archived, key: key)
            if let live, let own {
                let before = try opener.values(of: place, in: live, key: own)
                guard !before.elementsEqual(value, by: { $0.utf8.elementsEqual($1.utf8) }) else { continue }
            }
            values[name] = value
        }
        guard live == nil || !values.isEmpty else { return nil }
        let form = try allowed(values, of: record)
        // Above both: a later change of the live record must not be taken for this one.
        let revision = max(archived.rev, live?.rev ?? 0) + 1
        let sealer = RecordSealer(vault: vault, map: map)
        let content: PickedRecord.Content =
            if let live, let own {
                .update(try sealer.update(live, with: form, key: own, revision: revision))
            } else {
                .insert(
                    try sealer.create(
                        form, kind: kind, record: archived.id, customer: archived.customer,
                        key: try pickKey(of: archived.customer, version: nil), shop: columns.shop,
                        month: columns.month, revision: revision, status: columns.status(revision)))
            }
        let changed = values.filter { live != nil || !$0.value.isEmpty }.keys.sorted()
        let indexed = values.filter { map.place($0.key)?.definition.index != nil }
        let tags = Dictionary(uniqueKeysWithValues: indexed.map { ($0, tagRows(for: $0, $1, of: archived.id)) })
        return PickedRecord(content: content, fields: changed, tags: tags)
    }

    /// Archived values, if the policy in force would take them just so.
    private func allowed(
        _ values: [FieldName: [String]], of record: RecordDefinition
    ) throws(RequestRefusal) -> RecordForm {
        func refusal(_ problem: String) -> RequestRefusal {
            .invalid("the policy in force does not allow what the archive has: \(problem); nothing was changed")
        }
        let form: RecordForm
        do throws(RecordForm.Problem) {
            form = try RecordForm(
                Dictionary(uniqueKeysWithValues: values.map { ($0.field, $1) }), record: record, region: policy.region,
                isWhole: false, isArchived: true)
        } catch { throw refusal(error.hint) }
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            guard form.values[name]?.elementsEqual(value, by: { $0.utf8.elementsEqual($1.utf8) }) == true else {
                throw refusal("\(name.field) is written in another form by now")
            }
        }
        return form
    }

    /// Which of these records have a value of `field` that the archived record has too: the same person under two numbers.
    public func sharing(
        _ grant: CompareGrant, _ candidates: [FieldCandidate], field: FieldName, with archived: StoredRecord
    ) throws(RequestRefusal) -> [RecordID] {
        guard let place = fieldMap.place(field), let normaliser = Normaliser.identity(of: place.definition.type) else {
            return []
        }
        let key = try pickKey(of: archived.customer, version: archived.keyVersion)
        var found: [RecordID] = []
        for value in try opener.values(of: place, in: archived, key: key) {
            guard let wanted = try? normaliser.normalise(stored: value) else { continue }
            found += try matching(grant, candidates, field: field, by: normaliser, with: wanted)
        }
        return found
    }
}
