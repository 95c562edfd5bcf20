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
        guard let kind = map.name(ofKind: archived.kind), policy.record(named: kind) != nil else {
            throw .invalid("the policy in force has no such kind of record any more")
        }
        let key = try pickKey(of: archived.customer, version: archived.keyVersion)
        guard archived.isSealed(by: key, vault: vault),
            archived.fields.allSatisfy({ field in
                map.pad(table: archived.kind, field: field.field)
                    .map { opener.opens(field, of: archived, pad: $0, key: key) } ?? false
            })
        else { throw .invalid("a record was not sealed by this vault for this customer, or was changed since") }
        let owner = try owner(of: archived, live)
        var picked: [StoredField] = []
        var touched: Set<UInt16> = []
        var changed: [FieldName] = []
        var tags: [FieldName: [TagRow]] = [:]
        for place in map.places(of: kind) {
            let name = place.definition.name
            let isArchived = archived.fields.contains { $0.field == place.field }
            let stays = !isArchived || place.definition.type == .consent || live != nil && kept.contains(name)
            if stays, live != nil { continue }
            let values = stays ? [] : try opener.values(of: place, in: archived, key: key)
            try requireAllowed(values, of: place.definition)
            let before = try live.map { (live) throws(RequestRefusal) in
                try opener.values(of: place, in: live, key: owner.key)
            }
            if let before, before.elementsEqual(values, by: { $0.utf8.elementsEqual($1.utf8) }) { continue }
            touched.insert(place.field)
            picked += try seal(values, place, owner)
            if before != nil || !values.isEmpty { changed.append(name) }
            if place.definition.index != nil { tags[name] = tagRows(for: name, values, of: archived.id) }
        }
        guard live == nil || !changed.isEmpty else { return nil }
        let content = content(archived, live, owner, picked, touched, columns)
        return PickedRecord(content: content, fields: changed.sorted(), tags: tags)
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

    // MARK: - Sealing

    /// Whose record is sealed, under what, and as which revision.
    private struct Owner {
        let customer: RecordID
        let record: RecordID
        let key: CustomerKey
        let revision: UInt64
    }

    private func owner(of archived: StoredRecord, _ live: StoredRecord?) throws(RequestRefusal) -> Owner {
        let key =
            if let live { try sealingKey(of: live) } else { try pickKey(of: archived.customer, version: nil) }
        // Above both: no revision of a record is given to two contents.
        return Owner(
            customer: archived.customer, record: archived.id, key: key,
            revision: max(archived.rev, live?.rev ?? 0) + 1)
    }

    private func requireAllowed(
        _ values: [String], of definition: FieldDefinition
    ) throws(RequestRefusal) {
        guard definition.isMany || values.count <= 1 else {
            throw .invalid(
                "\(definition.name): the archive has several values, the policy in force allows one; nothing was changed"
            )
        }
        for value in values {
            guard let canonical = try? definition.canonical(value, region: policy.region),
                canonical.utf8.elementsEqual(value.utf8)
            else {
                throw .invalid(
                    "\(definition.name): the archived value is none that the policy in force allows; nothing was changed"
                )
            }
        }
    }

    private func seal(
        _ values: [String], _ place: FieldMap.Place, _ owner: Owner
    ) throws(RequestRefusal) -> [StoredField] {
        let bodies: [FieldBody] = values.isEmpty ? [.absent] : values.map { .text($0) }
        var sealed: [StoredField] = []
        for (ordinal, body) in bodies.enumerated() {
            let context = FieldContext(
                vault: vault, customer: owner.customer, record: owner.record, table: place.table, field: place.field,
                ordinal: UInt32(ordinal))
            do {
                // Nonce: 24 random bytes, and the revision is in the context, so no message key repeats.
                let envelope = try Envelope.seal(
                    body, context: context, key: owner.key, revision: owner.revision, pad: place.pad)
                sealed.append(StoredField(field: place.field, ordinal: UInt32(ordinal), envelope: envelope))
            } catch { throw .integrity("a field") }
        }
        return sealed
    }

    private func content(
        _ archived: StoredRecord, _ live: StoredRecord?, _ owner: Owner, _ picked: [StoredField],
        _ touched: Set<UInt16>, _ columns: PickedColumns
    ) -> PickedRecord.Content {
        let stays = live?.fields.filter { !touched.contains($0.field) } ?? []
        let seal = RecordSeal.compute(
            RecordSeal.Subject(
                vault: vault, customer: owner.customer, record: owner.record, kind: archived.kind,
                revision: owner.revision),
            fields: (stays + picked).map(\.sealed), key: owner.key)
        guard let live else {
            return .insert(
                StoredRecord(
                    id: owner.record, customer: owner.customer, kind: archived.kind, rev: owner.revision, seal: seal,
                    shop: columns.shop, month: columns.month, status: columns.status(owner.revision), logSeq: 0,
                    fields: picked))
        }
        let places = Set(picked.map { FieldPlace(field: $0.field, ordinal: $0.ordinal) })
        let removed = live.fields.map { FieldPlace(field: $0.field, ordinal: $0.ordinal) }
            .filter { touched.contains($0.field) && !places.contains($0) }
        return .update(
            RecordUpdate(
                id: live.id, expectedRev: live.rev, rev: owner.revision, seal: seal, fields: picked, removed: removed))
    }
}
