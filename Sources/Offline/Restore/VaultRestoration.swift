public import AccessLog
public import Archive
internal import Authority
public import Backup
public import Host
internal import Keys
internal import Policy
public import Primitives
internal import Storage
internal import Turnstile
public import VaultModel

/// Puts a vault together again from archives and recovery cards, in a folder of its own: never over anything that is there.
///
/// Records, log and the keys of customers and months come back as they were. Everything that opens or vouches for the vault
/// is new: root key, keyring key, index key, state key, the keys of log and replies, the certificate. The log goes on under
/// a new origin, and its first new entry is the quorum's order that says which people's keys live.
public struct VaultRestoration {
    /// Who may go on with the key she had.
    public enum Living: Hashable, Sendable {
        /// Whoever was enrolled and not locked out when the log was archived.
        case everybody
        /// Those in the role `owner`.
        case owners
        case keys([KeyID])
    }

    /// What was done, for people and for the officer's file.
    public struct Receipt: Sendable {
        public let vault: VaultID
        public let incarnation: UInt64
        /// The log's new key, under its new name.
        public let logKey: VerifierKey
        /// The entry that says so, and how many there were before.
        public let entry: UInt64
        /// Whether keys and log came from the vault's old folder: then no entry is lost.
        public let isLive: Bool
        /// When the records, the keys and the log were archived, milliseconds since 1970; keys and log of an old folder are
        /// of now.
        public let records: Int64
        public let keys: Int64
        public let log: Int64
        /// Customers who have a key.
        public let customers: Int
        /// Erased customers, and how many records of theirs were taken out again.
        public let erased: Int
        public let removed: Int
        /// Records whose seals were checked with their customers' keys.
        public let sampled: Int
        /// The people whose keys live.
        public let living: [KeyID]
        public let quorum: String
    }

    public enum Failure: Error, Sendable {
        case exists
        case plan(RestorePlan.Failure)
        case archive(ArchiveError)
        /// A target could not be read: what it said.
        case fetch(any Error)
        case host(HostError)
        /// There is less room where the vault is to be than it needs.
        case room(neededBytes: Int64)
        case storage(String, hint: String)
        /// A key of the keyring archive does not open, or its log does not fit it.
        case keys
        /// The log's own signature does not hold.
        case log
        /// The policy of the archive is not there or no policy.
        case policy
        /// Policies that the log names and nothing has: their SHA-256.
        case policies([String])
        /// The old folder whose keys and log were to be taken.
        case live(LiveVault.Problem)
        /// Nobody's key would live: there is no owner left who could go on.
        case nobody
        /// A key that is to live was never enrolled here.
        case unknownKey(KeyID)
        case passphrase(String)
        case certificate
    }

    let plan: RestorePlan
    let reader: ArchiveReader
    let names: ArchiveNames
    let cards: RecoveryCards
    let clock: any WallClock
    /// What the log was when each archive was made.
    private let checkpoints: [String]

    /// - Parameters:
    ///   - catalog: the newest generation, read with the quorum's key.
    ///   - fetch: the bytes of an object of a target, at most `limit`.
    ///   - report: told of each byte that came.
    public init(
        _ plan: RestorePlan, _ catalog: ArchiveCatalog, cards: RecoveryCards, clock: any WallClock = SystemClock(),
        report: @escaping (_ bytes: Int) -> Void, fetch: @escaping ArchiveReader.Fetch
    ) {
        self.plan = plan
        self.cards = cards
        self.clock = clock
        names = catalog.names
        checkpoints = Array(Set(catalog.manifests.map(\.manifest.checkpoint)))
        reader = ArchiveReader(catalog, identity: cards.age, report: report, fetch: fetch)
    }

    /// The run whose records are restored.
    public var set: String { plan.records.manifest.set }

    /// How many bytes will be fetched.
    ///
    /// - Parameter live: whether keys and log come from the vault's old folder.
    public func bytes(live: Bool = false) -> Int64 {
        let log = live ? 0 : plan.keys.map { reader.bytes(of: $0.log) } ?? 0
        return reader.bytes(of: plan.records) + log + (plan.keys?.keyring.manifest.storedBytes ?? 0)
    }

    /// Makes the folder with the vault in it; it appears complete or not at all.
    ///
    /// - Parameters:
    ///   - passphrase: opens the new vault's first slot.
    ///   - live: the vault's old folder, where its keys and its log are still there: they are taken in place of archived ones.
    ///   - policies: files of policies that came into force after the archive.
    ///   - stop: asked before the vault gets its name; throws where nobody wants it any more.
    public func write(
        to folder: String, living: Living, passphrase: borrowing SecretBytes, live: LiveVault.Unsealed? = nil,
        policies: [[UInt8]] = [], stop: () throws -> Void = {}
    ) async throws(Failure) -> Receipt {
        let before = FileModeMask.set(0o077)
        defer { FileModeMask.set(before) }
        try requireRoom(in: FilePaths.folder(of: folder))
        let new: NewVault
        do throws(HostError) { new = try NewVault(at: folder) } catch {
            throw error.fileExists ? .exists : .host(error)
        }
        do throws(Failure) {
            let receipt = try await fill(new, living: living, passphrase: passphrase, live, policies)
            do { try stop() } catch { throw Failure.fetch(error) }
            do throws(HostError) { try new.publish() } catch { throw error.fileExists ? .exists : .host(error) }
            return receipt
        } catch {
            new.discard()
            throw error
        }
    }

    /// Both databases as the manifests tell of them, the keys, and what the log needs to be written at all.
    private var neededBytes: Int64 {
        let databases = [plan.records, plan.keys?.log].compactMap { $0?.manifest }
        return databases.reduce(plan.keys?.keyring.manifest.storedBytes ?? 0) { $0 + $1.count * $1.pageSize }
            + LogWriterOptions().floorBytes
    }

    /// Says so at the beginning and not after an hour. A folder that is not there yet is made later.
    private func requireRoom(in folder: String) throws(Failure) {
        guard let free = try? Folder.freeBytes(at: folder), free < neededBytes else { return }
        throw .room(neededBytes: neededBytes)
    }

    private func fill(
        _ new: NewVault, living: Living, passphrase: borrowing SecretBytes, _ live: LiveVault.Unsealed?,
        _ policies: [[UInt8]]
    ) async throws(Failure) -> Receipt {
        let directory = new.directory
        do {
            try reader.restoreDatabase(plan.records, to: directory.path(of: .vault))
            var (keys, ledger) = try takeKeys(into: new, live)
            try write(ledger, to: new)
            try Stores.complete(at: directory, vault: names.vault)
            let stores = try Stores.open(at: directory, vault: names.vault)
            let erased = try keys.write(
                to: stores, erased: plan.erased, vault: names.vault, time: clock.nowMilliseconds())
            let removed = try stores.records.removeErased(erased)
            let sampled = try SealSample(stores: stores, keyset: keys.keyset).check()
            let policy = try restorePolicy(keys, policies, into: stores)
            let certificate = try makeCertificate()
            var facts = try makeFacts(keys, policy, stores)
            facts.tlsPin = certificate.pin
            let log = try await RestoredLog(
                stores: stores, facts: facts, keyset: keys.keyset, oldKey: keys.logKey,
                oldIncarnation: keys.incarnation, cards: cards, clock: clock, policy: policy
            ).begin(living)
            if live != nil { try RestoredPeople(stores: stores, keyset: keys.keyset).complete(by: log.past) }
            facts.authority = log.authority
            try seal(new, facts, keys.keyset, stores, certificate, passphrase)
            let customers = try stores.keyring.count()
            try stores.close()
            // Made anew from the records when the broker starts: an index holds nothing that they do not.
            try DurableFile.remove(directory.path(of: .index))
            let now = clock.nowMilliseconds()
            let archived = live == nil ? plan.keys : nil
            return Receipt(
                vault: names.vault, incarnation: facts.incarnation, logKey: log.verifier, entry: log.entry,
                isLive: live != nil, records: plan.records.manifest.created,
                keys: archived?.keyring.manifest.created ?? now, log: archived?.log.manifest.created ?? now,
                customers: customers, erased: erased.count, removed: removed, sampled: sampled, living: log.living,
                quorum: cards.fingerprint)
        } catch Failure.log where live != nil {
            throw .live(.log)
        } catch let error as Failure {
            throw error
        } catch let error as LiveVault.Problem {
            throw .live(error)
        } catch let error as ArchiveError {
            throw .archive(error)
        } catch is EnvelopeError {
            throw .keys
        } catch let error as StorageError {
            throw Self.translated(error)
        } catch let error as HostError {
            throw .host(error)
        } catch let refusal as LogRefusal {
            throw refusal == .full
                ? .room(neededBytes: neededBytes)
                : .storage("the log took no entry", hint: "check the disk, then try again")
        } catch { throw .fetch(error) }
    }

    /// There is no broker here that could be started again, and a disk that fills up at COMMIT is a full disk too.
    private static func translated(_ error: StorageError) -> Failure {
        switch error {
        case .full(let file), .unavailable(let file, code: 13):  // SQLITE_FULL
            .storage("no space left for \(file.name)", hint: "make room on that disk, then try again")
        case .unavailable: .storage("\(error)", hint: "check the disk, then try again")
        default: .storage("\(error)", hint: error.hint)
        }
    }

    // MARK: - Keys

    /// The keys, and the log in its place: of the old folder, or of the newest run.
    ///
    /// - Returns: the ledger of erasures too.
    private func takeKeys(
        into new: NewVault, _ live: LiveVault.Unsealed?
    ) throws -> (keys: RestoredKeys, ledger: [[UInt8]]) {
        if let live {
            guard live.incarnation >= names.generation else { throw LiveVault.Problem.earlierLife }
            return try live.take(into: new, ledger: plan.ledger, checkpoints: checkpoints)
        }
        guard let archived = plan.keys else { throw Failure.plan(.keyring) }
        try reader.restoreDatabase(archived.log, to: new.directory.path(of: .log))
        let keys = try RestoredKeys(
            archived.keyring, log: archived.log, generation: names.generation, reader)
        return (keys, plan.ledger)
    }

    private func write(_ ledger: [[UInt8]], to new: NewVault) throws(HostError) {
        try Folder.createAll(new.path("spool/ledger"), mode: 0o700)
        for (index, line) in ledger.enumerated() {
            try DurableFile.create(new.path("spool/ledger/\(index + 1).json"), with: line)
        }
    }

    // MARK: - Policy, seal, anchor

    /// The policies that came with the keys, or otherwise: the records may be older than some.
    ///
    /// - Returns: the one in force.
    private func restorePolicy(
        _ keys: RestoredKeys, _ files: [[UInt8]], into stores: Stores
    ) throws -> PolicyDocument {
        for bytes in try keys.policies + archivedPolicies(keys) { _ = try stores.records.storePolicy(bytes) }
        for bytes in files {
            guard case .success = PolicyDocument.parse(bytes, file: "policy") else { throw Failure.policy }
            _ = try stores.records.storePolicy(bytes)
        }
        let pin = keys.facts.policyPin
        guard let pinned = try stores.records.policy(sha256: pin) else {
            throw keys.policies.isEmpty ? Failure.policies([Hex.encode(pin)]) : Failure.policy
        }
        guard case .success(let policy) = PolicyDocument.parse(pinned, file: "policy") else { throw Failure.policy }
        return policy
    }

    /// Where the keys came without policies: those of the newest archive of keys, which may be younger than the records.
    private func archivedPolicies(_ keys: RestoredKeys) throws -> [[UInt8]] {
        guard keys.policies.isEmpty, let archived = plan.keys?.keyring else { return [] }
        var policies: [[UInt8]] = []
        _ = try reader.restoreKeyring(archived) { rows in
            for case .policy(let bytes) in rows { policies.append(bytes) }
        }
        return policies
    }

    private func makeCertificate() throws(Failure) -> BrokerCertificate {
        do { return try BrokerCertificate.make(vault: names.vault, now: clock.nowMilliseconds()) } catch {
            throw .certificate
        }
    }

    private func makeFacts(_ keys: RestoredKeys, _ policy: PolicyDocument, _ stores: Stores) throws -> SealFacts {
        var facts = keys.facts
        guard let recovery = facts.recovery else { throw Failure.policy }
        facts.incarnation += 1
        facts.registryHash = try stores.records.register(FieldMap.registrations(of: policy)).digest
        facts.logKey = keys.keyset.logPublicKey
        facts.replyKey = keys.keyset.replyPublicKey
        facts.recovery = cards.facts(
            recovery, incarnation: facts.incarnation, logKey: facts.logKey)
        return facts
    }

    private func seal(
        _ new: NewVault, _ facts: SealFacts, _ keyset: Keyset, _ stores: Stores, _ certificate: BrokerCertificate,
        _ passphrase: borrowing SecretBytes
    ) throws {
        let root = RootKey.generate()
        try new.anchor(stores, keyset, incarnation: facts.incarnation, root: root)
        let seal: VerifiedSeal
        do {
            seal = try VerifiedSeal.create(
                facts, keyset: keyset, root: root, slots: [.passphrase(HeldSecret(passphrase.clone()))])
        } catch { throw Failure.passphrase(VaultCreation.words(for: error)) }
        try new.write(seal)
        try new.write(certificate)
        let word = SuccessionStatement(
            vault: facts.vault, generation: facts.incarnation, at: clock.nowSeconds(), authority: facts.authority,
            logKey: KeyID(facts.logKey), replyKey: KeyID(facts.replyKey), tlsPin: Hex.encode(facts.tlsPin)
        ).sealed(by: KeyID(cards.signingKey)) { cards.sign($0) }
        try DurableFile.create(new.path("succession.json"), with: word.encode())
    }
}
