internal import AccessLog
internal import Keys
public import Policy
internal import Primitives
public import Storage
internal import Synchronization
public import VaultModel

/// The right of a job of the broker itself to open records: rebuilding the index, preparing an import. Its results
/// cannot reach a reply, and it stands in the log with a beginning and an end.
public struct JobGrant: Sendable {
    /// Names the job in both entries.
    public let id: String
    /// The entry that announced it.
    public let begin: CommittedEntry

    fileprivate init(id: String, begin: CommittedEntry) {
        self.id = id
        self.begin = begin
    }
}

extension Turnstile {
    /// Logs the beginning of a job and gives its grant.
    public func beginJob() async throws(RequestRefusal) -> JobGrant {
        let id = "j_" + Crockford.randomLower(26)
        var draft = EntryDraft(kind: .job, decision: .allow, why: .granted, xid: id)
        draft.policy = policy.sha256
        return JobGrant(id: id, begin: try await appendInternal(draft))
    }

    /// Announces that an erasure is carried out, and gives the grant to open what is to outlive it.
    public func beginErasure(
        _ id: String, of customer: RecordID, _ counts: StoredErasure.Counts
    ) async throws(RequestRefusal) -> JobGrant {
        JobGrant(id: id, begin: try await append(.erase, of: customer, xid: id, change: .begin(id: id, counts)))
    }

    /// Logs the end of a job, with the number of records it opened.
    @discardableResult
    public func endJob(_ grant: JobGrant, opened: Int) async throws(RequestRefusal) -> CommittedEntry {
        var draft = EntryDraft(kind: .job, decision: .allow, why: .granted, xid: grant.id)
        draft.policy = policy.sha256
        draft.subject.scanned = opened
        return try await appendInternal(draft)
    }

    /// The index tags of a record, from its opened values: for rebuilding `index.db`. Tags say as much as the index
    /// itself does, and no more.
    public func tags(_ grant: JobGrant, of record: StoredRecord, kind: String) throws(RequestRefusal) -> [TagRow] {
        guard let key = try opener.keys(of: [record])[record.customer] else { return [] }
        try opener.checkSeal(of: record, key: key)
        var tags: [TagRow] = []
        for place in fieldMap.places(of: kind) where place.definition.index != nil {
            tags += tagRows(
                for: place.definition.name, try opener.values(of: place, in: record, key: key), of: record.id)
        }
        return tags
    }

    /// Adds the records to a table of duplicates.
    public func enter(
        _ grant: JobGrant, _ records: [StoredRecord], into table: DuplicateTable
    ) throws(RequestRefusal) {
        let keys = try opener.keys(of: records)
        let map = fieldMap
        for record in records {
            guard let key = keys[record.customer] else { continue }
            for field in table.fields {
                guard let place = map.place(field) else { continue }
                for value in try opener.values(of: place, in: record, key: key) {
                    table.insert(value, field: place.definition, owner: record.id)
                }
            }
        }
    }
}

/// Which record owns a phone, an e-mail or an ID number, as keyed fingerprints in memory: an import of many rows asks
/// once per row, and opening a thousandth of the vault for each would make it quadratic.
///
/// The key is random, lives in locked memory and goes with the table. A fingerprint has 128 bits, so two values never
/// share one by chance; the table answers who owns a value that is offered and cannot be read out.
public final class DuplicateTable: Sendable {
    public let fields: [FieldName]
    private let key = SecretBytes.random(count: 32)
    private let owners = Mutex<[Fingerprint: RecordID]>([:])

    private struct Fingerprint: Hashable {
        let high: UInt64
        let low: UInt64
    }

    public init(fields: [FieldName]) { self.fields = fields }

    /// The record that owns `value`, which is in its stored form; nil when none does.
    public func owner(of value: String, field: FieldDefinition) -> RecordID? {
        guard let fingerprint = fingerprint(value, field) else { return nil }
        return owners.withLock { $0[fingerprint] }
    }

    /// Notes the owner of a value in its stored form that the caller has at hand; the first one stays.
    public func insert(_ value: String, field: FieldDefinition, owner: RecordID) {
        guard let fingerprint = fingerprint(value, field) else { return }
        owners.withLock { owners in if owners[fingerprint] == nil { owners[fingerprint] = owner } }
    }

    /// Forgets what one record owns: its customer is being erased.
    public func forget(_ owner: RecordID) { owners.withLock { owners in owners = owners.filter { $0.value != owner } } }

    private func fingerprint(_ value: String, _ field: FieldDefinition) -> Fingerprint? {
        guard let normaliser = Normaliser.identity(of: field.type),
            let normalised = try? normaliser.normalise(stored: value)
        else { return nil }
        let hash = BLAKE2b.mac(Array(field.name.description.utf8) + [0] + normalised, key: key, size: 16)
        return Fingerprint(high: Self.word(hash[0..<8]), low: Self.word(hash[8..<16]))
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension Normaliser {
    /// What decides whether two values of a type are the same person's; nil for types that identify nobody.
    public static func identity(of type: FieldType) -> Normaliser? {
        switch type {
        case .phone: .phone
        case .email: .email
        case .idNumber: .idNumber
        case .memberNumber: .memberNumber
        default: nil
        }
    }
}
