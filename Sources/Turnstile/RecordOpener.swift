@_spi(Turnstile) internal import Keys
internal import Policy
public import Storage
internal import VaultModel
internal import Wire

/// Opens ciphertext. Internal to this module: the three grants are the only way in.
struct RecordOpener: Sendable {
    let vault: VaultID
    let live: LiveKeyset
    var keyset: Keyset { live.value }
    let keyring: KeyringStore
    let cache: CustomerKeyCache

    /// The keys of the customers who own these records, from the cache or unwrapped from the keyring in one read. A
    /// customer who was erased has none.
    func keys(of records: [some SealedItem]) throws(RequestRefusal) -> [RecordID: CustomerKey] {
        var keys: [RecordID: CustomerKey] = [:]
        keys.reserveCapacity(records.count)
        var missing: [RecordID: UInt32] = [:]
        for record in records where keys[record.customer] == nil {
            let version = record.keyVersion
            if record.customer == .none {
                keys[.none] = keyset.shopKey
            } else if let key = cache.key(of: record.customer, version: version) {
                keys[record.customer] = key
            } else {
                missing[record.customer] = version
            }
        }
        guard !missing.isEmpty else { return keys }
        let wrapped: [RecordID: CustomerKeys]
        do { wrapped = try keyring.fetch(customers: Array(missing.keys)) } catch {
            throw RequestRefusal(storage: error)
        }
        for (customer, version) in missing {
            guard case .keys(let versions)? = wrapped[customer] else { continue }
            guard let wrap = versions.first(where: { $0.version == version }) else {
                throw .integrity("a customer's key")
            }
            let key = try unwrap(wrap)
            cache.insert(key, of: customer)
            keys[customer] = key
        }
        return keys
    }

    /// A rotation may have wrapped the key anew, and destroyed what the wrap read here needs, a moment ago: then it is
    /// read again, once.
    private func unwrap(_ wrap: WrappedKey) throws(RequestRefusal) -> CustomerKey {
        let (customer, version) = (wrap.customer, wrap.version)
        if let key = try? keyset.unwrapCEK(wrap.wrap, vault: vault, customer: customer, version: version) { return key }
        let again: [RecordID: CustomerKeys]
        do { again = try keyring.fetch(customers: [customer]) } catch { throw RequestRefusal(storage: error) }
        guard case .keys(let versions)? = again[customer],
            let wrap = versions.first(where: { $0.version == version }),
            let key = try? keyset.unwrapCEK(wrap.wrap, vault: vault, customer: customer, version: version)
        else { throw .integrity("a customer's key") }
        return key
    }

    /// Checks the seal over all fields of a record. Done for every record that matches, not for mere candidates: a
    /// field's own tag cannot notice that a sibling was deleted or rolled back.
    func checkSeal(of record: StoredRecord, key: CustomerKey) throws(RequestRefusal) {
        guard record.isSealed(by: key, vault: vault) else { throw .integrity("a record") }
    }

    /// Whether a field opens, whatever it holds.
    func opens(_ stored: StoredField, of record: StoredRecord, pad: PadPolicy, key: CustomerKey) -> Bool {
        let context = FieldContext(
            vault: vault, customer: record.customer, record: record.id, table: record.kind, field: stored.field,
            ordinal: stored.ordinal)
        return
            (try? Envelope.open(
                stored.envelope, context: context, key: key, pad: pad, recordRevision: record.rev)) != nil
    }

    /// The values of one field, in the order of their ordinals; none when it is absent.
    func values(
        of place: FieldMap.Place, in record: some SealedItem, key: CustomerKey
    ) throws(RequestRefusal) -> [String] {
        guard record.kind == place.table else { throw .integrity("a record") }
        var values: [String] = []
        for stored in record.fields where stored.field == place.field {
            let context = FieldContext(
                vault: vault, customer: record.customer, record: record.id, table: place.table, field: place.field,
                ordinal: stored.ordinal)
            do {
                let body = try Envelope.open(
                    stored.envelope, context: context, key: key, pad: place.pad, recordRevision: record.rev)
                if case .text(let text) = body { values.append(text) }
            } catch { throw .integrity("a field") }
        }
        return values
    }
}

/// A record or a part of one, with what opening a field of it needs.
protocol SealedItem {
    var id: RecordID { get }
    var customer: RecordID { get }
    var kind: UInt16 { get }
    var rev: UInt64 { get }
    var fields: [StoredField] { get }
}

extension SealedItem {
    /// The key version the fields are sealed under. All fields of a record share one version.
    var keyVersion: UInt32 { fields.first.flatMap { Envelope.keyVersion(of: $0.envelope) } ?? 0 }
}

extension StoredRecord: SealedItem {}

extension FieldCandidate: SealedItem {
    var fields: [StoredField] { values }
}

extension RequestRefusal {
    /// What a store's failure means to whoever asked.
    public init(storage error: StorageError) {
        switch error {
        case .full:
            self.init(.unavailable, .unavailable, hint: "\(error); \(error.hint)")
        case .conflict:
            self.init(.conflict, .conflict, hint: "\(error); \(error.hint)")
        case .notFound, .erased:
            self.init(.notFound, .notFound, hint: "\(error)")
        case .corrupt, .swapped, .schemaMismatch, .logInconsistent, .foreign, .tampered, .rolledBack,
            .anchor(.missing), .anchor(.damaged), .anchor(.forged), .anchor(.foreign),
            .anchor(.oldSeal):
            self.init(.integrity, .integrity, hint: "\(error); \(error.hint)")
        case .missing, .alreadyExists, .exposed, .version, .setting, .busy, .unavailable, .limit, .folder,
            .anchor(.unwritable):
            self.init(.unavailable, .unavailable, hint: "\(error); \(error.hint)")
        }
    }
}
