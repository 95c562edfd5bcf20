internal import AccessLog
internal import Authority
internal import Keys
internal import Policy
internal import Storage
internal import Synchronization
internal import Turnstile
internal import VaultModel
internal import Wire

/// An unsealed vault: everything an operation may use. It exists between unsealing and sealing and is never copied out.
final class OpenVault: Sendable {
    /// The record kind of the people the vault is about.
    static let customerKind = "customer"

    let vault: VaultID
    let liveKeyset: LiveKeyset
    var keyset: Keyset { liveKeyset.value }
    let jobs = BackgroundJobs()
    let rotations: BackgroundJob<RotationProgress>
    let scrubs: BackgroundJob<ScrubProgress>
    let backups: BackgroundJob<BackupRunProgress>
    let stores: Stores
    let turnstile: Turnstile
    /// One change of rows at a time.
    let writes = WriteQueue()
    /// One purge at a time.
    let purges = WriteQueue()
    /// One erasure at a time.
    let erasures = WriteQueue()
    /// Requests being answered; those about erasures are not among them, because they wait for the others.
    let calls = CallBarrier()
    let imports = ImportSessions()
    let exports = ExportSessions()
    let picks = PickSessions()
    /// The rows of the register that the authority was made of: which entry each block is said to stand in.
    let replayed: [[UInt8]: UInt64]
    /// What the entries say was registered, as of the last comparison.
    let compared = Mutex(RegisterState())
    let follows = FollowSessions()
    let connections = OpenConnections()
    let files: VaultFiles
    /// Signs checkpoints and statements under the log's name.
    let logKeys: KeysetLogKeys
    let reader: LogReader
    let writer: LogWriter
    /// How far the files had come.
    let anchor: VaultAnchor

    init(
        files: VaultFiles, keyset: LiveKeyset, logKeys: KeysetLogKeys, stores: Stores, turnstile: Turnstile,
        writer: LogWriter, anchor: VaultAnchor, replayed: [[UInt8]: UInt64]
    ) {
        rotations = BackgroundJob(.rotation, of: jobs)
        scrubs = BackgroundJob(.scrub, of: jobs)
        backups = BackgroundJob(.backup, of: jobs)
        self.anchor = anchor
        self.replayed = replayed
        self.writer = writer
        self.files = files
        self.logKeys = logKeys
        reader = LogReader(stores.log, keyring: stores.keyring, keys: logKeys)
        vault = turnstile.vault
        liveKeyset = keyset
        self.stores = stores
        self.turnstile = turnstile
    }

    // MARK: - Deciding

    /// Decides a request; a refusal is logged as an entry of `kind` before it is thrown. One that lacks approvals alone
    /// waits from then on, and the refusal says under which id.
    ///
    /// - Parameter block: the signed block that the head names by its hash, for those who are to approve it.
    func admit(
        _ verified: VerifiedRequest, _ ask: PolicyAsk, as kind: EntryKind, block: [UInt8] = []
    ) async throws(RequestRefusal) -> Decision {
        let gate = turnstile.gate
        let decision = gate.decide(verified, ask)
        guard case .refused(let refusal) = decision.outcome else { return decision }
        guard refusal.reason == .approvalRequired, Self.approvableActs.contains(decision.head.act) else {
            throw await refuse(decision, refusal, as: kind)
        }
        return try await admitWaiting(decision, ask, gate, as: kind, block: block)
    }

    /// Logs a refusal found after the decision, and gives it back to be thrown.
    func refuse(
        _ decision: Decision, _ refusal: RequestRefusal, as kind: EntryKind, records: [StoredRecord] = []
    ) async -> RequestRefusal {
        // Whoever is not enrolled cannot fill the log: such requests are counted, and the counts are logged.
        if refusal.code == .unauthenticated {
            turnstile.countUnauthenticated()
            return refusal
        }
        do throws(RequestRefusal) {
            try await turnstile.logRefusal(decision.refused(refusal), as: kind, records: records)
            return refusal
        } catch { return error }
    }

    // MARK: - Reading ciphertext

    /// What a store says, with its failures in the requester's words.
    func stored<R>(_ body: () throws(StorageError) -> R) throws(RequestRefusal) -> R {
        do throws(StorageError) { return try body() } catch { throw RequestRefusal(storage: error) }
    }

    /// The records of the customers in the head, in its order. One that is not there, or in another's shop, refuses the
    /// whole request; both are the same to the person who asks. So does one who is being erased.
    func customers(
        of decision: Decision, as kind: EntryKind, thoughFrozen: Bool = false
    ) async throws(RequestRefusal) -> [StoredRecord] {
        let numbers = decision.head.customerNumbers
        let records = try fetch(numbers.map { RecordID($0) })
        guard records.count == numbers.count, records.allSatisfy({ maySee($0, decision) }) else {
            throw await refuse(decision, try missing(numbers, besides: records), as: kind)
        }
        if !thoughFrozen { try await requireNotFrozen(records, decision, as: kind) }
        return records
    }

    func fetch(_ ids: [RecordID]) throws(RequestRefusal) -> [StoredRecord] {
        try stored { () throws(StorageError) in try stores.records.fetch(records: ids) }
    }

    /// Whether a record is of this kind, and of a shop that the requester's blocks cover.
    func maySee(_ record: StoredRecord, _ decision: Decision, kind: String = OpenVault.customerKind) -> Bool {
        guard record.kind == turnstile.fieldMap.kind(kind) else { return false }
        return maySee(shop: record.shop, decision)
    }

    /// The records a tag points to that hold the value: one field of each is opened, the few that match are fetched
    /// whole, compared again and their seals checked.
    func matches(
        _ grant: CompareGrant, _ tag: TagRow, field: FieldName, by normaliser: Normaliser, with wanted: [UInt8]
    ) throws(RequestRefusal) -> ComparisonResult {
        let candidates = try candidates(tag)
        let matching = try turnstile.matching(grant, candidates, field: field, by: normaliser, with: wanted)
        let whole = try turnstile.compare(grant, try fetch(matching), field: field, by: normaliser, with: wanted)
        return ComparisonResult(matches: whole.matches, scanned: candidates.count)
    }

    /// The tagged field of each record a tag points to.
    func candidates(_ tag: TagRow) throws(RequestRefusal) -> [FieldCandidate] {
        do {
            let ids = try stores.index.candidates(
                field: tag.field, index: tag.index, generation: tag.generation, tag: tag.tag)
            var candidates: [FieldCandidate] = []
            candidates.reserveCapacity(ids.count)
            for start in stride(from: 0, to: ids.count, by: StorageLimits.recordsAtOnce) {
                let end = min(start + StorageLimits.recordsAtOnce, ids.count)
                candidates += try stores.records.candidates(Array(ids[start..<end]), field: tag.field)
            }
            return candidates
        } catch { throw RequestRefusal(storage: error) }
    }

    /// Compares the names of all customers. Names have no index: this opens every one of them and takes seconds in a
    /// large vault; other requests go on meanwhile.
    func scanNames(
        _ grant: CompareGrant, field: FieldName, wanted: [UInt8]
    ) async throws(RequestRefusal) -> ComparisonResult {
        guard let kind = turnstile.fieldMap.kind(Self.customerKind) else {
            return ComparisonResult(matches: [], scanned: 0)
        }
        var scan = stores.records.scan(kind: kind)
        var matches: [StoredRecord] = []
        var scanned = 0
        while true {
            let batch: [StoredRecord]?
            do { batch = try scan.next() } catch { throw RequestRefusal(storage: error) }
            guard let batch, matches.count <= FindCustomers.mostMatches else { break }
            let result = try turnstile.compare(grant, batch, field: field, by: .name, with: wanted)
            matches += result.matches
            scanned += result.scanned
            await Task.yield()
        }
        return ComparisonResult(matches: matches, scanned: scanned)
    }
}
