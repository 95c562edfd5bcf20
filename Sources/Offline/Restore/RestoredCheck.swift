public import Host
internal import AccessLog
internal import Archive
internal import Authority
internal import Keys
internal import Policy
public import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel

extension VaultRestoration {
    /// When the records that come back were archived, milliseconds since 1970.
    public var records: Int64 { plan.records.manifest.created }
}

/// Whether a vault that was brought back works: it is opened as the broker opens one, the fields of some records are opened,
/// and the index is made anew. No value leaves the turnstile, and the job stands in the copy's own log.
public struct RestoredCheck: Sendable {
    /// What was found to work.
    public struct Result: Sendable {
        /// Records whose fields were opened, and how many fields those were.
        public let records: Int
        public let fields: Int
        /// Customers in the index that was made.
        public let indexed: Int
    }

    private static let batch = 200
    private static let batches = 5
    /// The kind of record that has an index.
    private static let customerKind = "customer"

    private let folder: String
    private let clock: any WallClock

    /// - Parameter folder: of a restored vault that nobody else uses.
    public init(folder: String, clock: any WallClock = SystemClock()) {
        (self.folder, self.clock) = (folder, clock)
    }

    /// Checks the vault; takes the time of one unsealing, and some milliseconds for each thousand customers.
    ///
    /// - Parameter passphrase: opens the vault.
    public func run(passphrase: borrowing SecretBytes) async throws(VaultRestoration.Failure) -> Result {
        do {
            let seal = try seal(passphrase)
            let keyset = try seal.keyset()
            let directory = VaultDirectory(folder)
            if !Folder.exists(directory.path(of: .index)) {
                try Stores.createIndex(at: directory, vault: seal.facts.vault)
            }
            let stores = try Stores.open(at: directory, vault: seal.facts.vault)
            let result = try await check(seal, keyset, stores, directory)
            try stores.close()
            return result
        } catch let error as VaultRestoration.Failure {
            throw error
        } catch let error as StorageError {
            throw .storage("\(error)", hint: error.hint)
        } catch let error as HostError {
            throw .host(error)
        } catch { throw .keys }
    }

    private func seal(_ passphrase: borrowing SecretBytes) throws -> VerifiedSeal {
        let path = FilePaths.join(folder, "vault.seal")
        let file = try SealFile.parse(DurableFile.read(path, limit: SealFile.largestBytes))
        return try file.verify(with: file.rootKey(passphrase: passphrase))
    }

    private func check(
        _ seal: VerifiedSeal, _ keyset: Keyset, _ stores: Stores, _ directory: VaultDirectory
    ) async throws -> Result {
        let facts = seal.facts
        let anchor = try VaultAnchor(in: directory, vault: facts.vault, root: seal.root)
        let tags = StateTags(keyset, incarnation: facts.incarnation)
        try stores.keyring.attach(tags, to: anchor)
        try stores.records.attach(tags, to: anchor) {}
        guard let bytes = try stores.records.policy(sha256: facts.policyPin),
            case .success(let policy) = PolicyDocument.parse(bytes, file: "policy")
        else { throw VaultRestoration.Failure.policy }
        let live = LiveKeyset(keyset)
        let logKeys = KeysetLogKeys(live, origin: LogOrigin(vault: facts.vault, incarnation: facts.incarnation))
        let writer = try LogWriter(
            stores.log, keys: logKeys, keyring: stores.keyring, anchor: anchor, clock: clock)
        let registry = try stores.records.registry()
        // Nobody asks this turnstile anything, so whoever was enrolled does not matter to it.
        let controls = Controls(
            authority: AuthorityState(vault: facts.vault, authority: facts.authority), policy: policy,
            fields: FieldMap(policy: policy, registry: registry), keyset: keyset)
        let turnstile = Turnstile(
            controls: controls, keyset: live, keyring: stores.keyring, log: writer, clock: clock)
        let job = try await turnstile.beginJob()
        let (records, fields) = try sample(stores, turnstile, registry, job)
        let indexed = try await index(stores, turnstile, job)
        try await turnstile.endJob(job, opened: records + indexed)
        await writer.close()
        return Result(records: records, fields: fields, indexed: indexed)
    }

    /// Opens every field of the oldest thousand records of each kind.
    private func sample(
        _ stores: Stores, _ turnstile: Turnstile, _ registry: Registry, _ job: JobGrant
    ) throws -> (records: Int, fields: Int) {
        var (records, fields) = (0, 0)
        for kind in registry.kinds {
            var scan = stores.records.scan(kind: kind.number, batch: Self.batch)
            for _ in 0..<Self.batches {
                guard let batch = try scan.next() else { break }
                for record in batch {
                    let found = turnstile.inspect(job, record, kind: kind.name)
                    guard found.problem == nil else { throw VaultRestoration.Failure.keys }
                    records += 1
                    fields += found.opened
                }
            }
        }
        return (records, fields)
    }

    /// Makes the index from all customers, and finds the oldest thousand of them by each of their tags: a tag is shared by
    /// many, so that finding everybody would take longer than the restore.
    private func index(_ stores: Stores, _ turnstile: Turnstile, _ job: JobGrant) async throws -> Int {
        guard let kind = turnstile.fieldMap.kind(Self.customerKind) else { return 0 }
        try stores.index.deleteAll()
        var indexed = 0
        var scan = stores.records.scan(kind: kind, batch: Self.batch)
        while let batch = try scan.next() {
            var tags: [TagRow] = []
            for record in batch { tags += try turnstile.tags(job, of: record, kind: Self.customerKind) }
            try await stores.index.insert(tags)
            for tag in tags where indexed < Self.batch * Self.batches {
                let found = try stores.index.candidates(
                    field: tag.field, index: tag.index, generation: tag.generation, tag: tag.tag)
                guard found.contains(tag.record) else { throw VaultRestoration.Failure.keys }
            }
            indexed += batch.count
        }
        return indexed
    }
}
