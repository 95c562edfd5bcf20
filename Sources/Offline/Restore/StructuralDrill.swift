internal import AccessLog
public import Archive
public import Backup
public import Host
internal import Keys
internal import Primitives
internal import Storage
internal import VaultModel

/// Puts the databases of the newest set together with a drill host's key, and checks all that can be checked without a key
/// of a customer: it shows that a target gives back what was archived, and leaves the cards in the safe.
public struct StructuralDrill {
    /// What came back.
    public struct Report: Hashable, Sendable {
        public let set: String
        /// When the records were archived, milliseconds since 1970.
        public let records: Int64
        /// Rows of records, and entries of the log.
        public let rows: Int
        public let entries: UInt64
        /// Lines of the ledger of erasures; of these, customers erased after the records were archived whose rows a restore
        /// would leave out.
        public let erased: Int
        public let leftOut: Int
    }

    public enum Failure: Error, Sendable {
        /// The target is not as it was written.
        case problems([ArchiveCatalog.Problem])
        case plan(RestorePlan.Failure)
        /// A restore would not believe these archives: the cards' key has not certified the key that signed them.
        case uncertified
        case archive(ArchiveError)
        /// A target could not be read: what it said.
        case fetch(any Error)
        case host(HostError)
        /// A database is not what it was, or could not be written here.
        case storage(String, hint: String, isDamage: Bool)
        /// The archived log has fewer entries than a signed checkpoint, or others.
        case log
        /// Rows of a customer who was erased before the archive was made.
        case erasedRows
        /// The drill key opens the archive of the keys, which it never should.
        case opensKeys
    }

    private let catalog: ArchiveCatalog
    private let ledgers: [RestoreLedger]
    private let plan: RestorePlan
    private let keyring: SignedManifest
    private let log: SignedManifest
    private let identity: AgeIdentity
    private let reader: ArchiveReader
    private let report: (_ bytes: Int) -> Void
    private let fetch: ArchiveReader.Fetch

    /// Reads what the target says and chooses the newest set; nothing is fetched yet.
    ///
    /// - Parameters:
    ///   - catalog: the newest generation, read with the log's key.
    ///   - ledgers: that of each generation.
    ///   - identity: the drill host's.
    ///   - fetch: the bytes of an object of the target, at most `limit`.
    ///   - report: told of each byte that came.
    public init(
        _ catalog: ArchiveCatalog, ledgers: [RestoreLedger], identity: AgeIdentity,
        report: @escaping (_ bytes: Int) -> Void, fetch: @escaping ArchiveReader.Fetch
    ) throws(Failure) {
        guard catalog.problems.isEmpty else { throw .problems(catalog.problems) }
        do throws(RestorePlan.Failure) {
            plan = try RestorePlan(catalog, at: nil, ledgers: ledgers)
            guard let keys = plan.keys else { throw RestorePlan.Failure.keyring }
            (keyring, log) = keys
        } catch { throw .plan(error) }
        for manifest in [plan.records, keyring, log] {
            let facts = manifest.manifest
            guard
                facts.recovery.certifies(manifest.logKey, vault: facts.vault, incarnation: facts.generation)
            else { throw .uncertified }
        }
        (self.catalog, self.ledgers, self.identity) = (catalog, ledgers, identity)
        (self.report, self.fetch) = (report, fetch)
        reader = ArchiveReader(catalog, identity: identity, report: report, fetch: fetch)
    }

    /// The run whose records come back.
    public var set: String { plan.records.manifest.set }
    /// When they were archived, milliseconds since 1970.
    public var records: Int64 { plan.records.manifest.created }

    /// How many bytes will be fetched.
    public var bytes: Int64 {
        reader.bytes(of: plan.records) + reader.bytes(of: log) + keyring.manifest.storedBytes
    }

    /// Fetches and checks. Takes as long as fetching, decrypting and reading everything twice.
    ///
    /// - Parameter folder: one that is empty and of this user alone; the caller removes it.
    public func run(in folder: String) throws(Failure) -> Report {
        let directory = VaultDirectory(folder)
        do {
            try requireClosedKeyring()
            try reader.restoreDatabase(plan.records, to: directory.path(of: .vault))
            try reader.restoreDatabase(log, to: directory.path(of: .log))
            // Keys and index stay empty: opening compares files, schema and the log's own last checkpoint.
            try Stores.complete(at: directory, vault: catalog.names.vault)
            let stores = try Stores.open(at: directory, vault: catalog.names.vault)
            try stores.records.checkIntegrity()
            try stores.log.checkIntegrity()
            let entries = try checkLog(stores.log)
            let (erased, leftOut) = try checkErasures(stores.records)
            let rows = try stores.records.counts().values.reduce(0, +)
            try stores.close()
            return Report(
                set: set, records: records, rows: rows, entries: entries, erased: erased, leftOut: leftOut)
        } catch let error as Failure {
            throw error
        } catch let error as ArchiveError {
            throw .archive(error)
        } catch let error as StorageError {
            throw .storage("\(error)", hint: error.hint, isDamage: error.isDamage)
        } catch let error as HostError {
            throw .host(error)
        } catch { throw .fetch(error) }
    }

    /// The bytes of the keys are there, and this key does not open them.
    private func requireClosedKeyring() throws {
        for pack in keyring.manifest.packs {
            let name = catalog.names.pack(pack.name)
            let file = try fetch(name, ArchivePack.largestBytes)
            report(file.count)
            guard pack.matches(file) else { throw ArchiveError.damaged(name) }
            guard
                case .failure(.noMatch) = Result(catching: { () throws(AgeError) in
                    try AgeFile.open(file, with: identity)
                })
            else { throw Failure.opensKeys }
        }
    }

    // MARK: - Log

    /// Makes the tree anew from every entry, and compares it with what was signed: in the manifests, and by the log itself.
    ///
    /// - Returns: the number of entries.
    private func checkLog(_ log: LogStore) throws -> UInt64 {
        let origin = LogOrigin(vault: catalog.names.vault, incarnation: catalog.names.generation).description
        guard let key = VerifierKey(name: origin, key: self.log.logKey) else { throw Failure.log }
        let size = try log.size()
        var signed: [UInt64: [UInt8]] = [:]
        func take(_ note: [UInt8]) throws {
            guard let checkpoint = try? Checkpoint.open(note, key: key), checkpoint.size <= size,
                signed.updateValue(checkpoint.root, forKey: checkpoint.size).map({ $0 == checkpoint.root }) ?? true
            else { throw Failure.log }
        }
        for manifest in [plan.records, keyring, self.log] { try take(Array(manifest.manifest.checkpoint.utf8)) }
        try take(log.checkpoint() ?? [])
        guard signed[size] != nil else { throw Failure.log }
        var frontier = MerkleFrontier()
        while frontier.size < size {
            let end = min(size, frontier.size + UInt64(LogStore.entriesAtOnce))
            for leaf in try log.leaves(frontier.size..<end) {
                frontier.append(leaf.hash)
                if let root = signed[frontier.size], frontier.root() != root { throw Failure.log }
            }
        }
        return size
    }

    // MARK: - Erasures

    /// Whoever stood in the ledger when the archive was made had no rows any more: they go before the line is written. Of
    /// lines that came later nothing can be said but that a restore would leave these rows out.
    private func checkErasures(_ records: RecordStore) throws -> (erased: Int, leftOut: Int) {
        let before = plan.records.manifest.erasures
        var known: Set<RecordID> = []
        if let ledger = ledgers.last { known = Set(ledger.read().customers.prefix(Int(clamping: before))) }
        var leftOut = 0
        for customer in plan.erased where try !records.records(of: customer, limit: 1).isEmpty {
            guard !known.contains(customer) else { throw Failure.erasedRows }
            leftOut += 1
        }
        return (plan.erased.count, leftOut)
    }
}

extension StorageError {
    /// Whether what is there is not what was archived; else this machine is the reason.
    fileprivate var isDamage: Bool {
        switch self {
        case .full, .busy, .unavailable, .folder, .exposed, .alreadyExists, .limit: false
        default: true
        }
    }
}
