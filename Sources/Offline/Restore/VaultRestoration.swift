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
        /// When the records, the keys and the log were archived, milliseconds since 1970.
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
        reader = ArchiveReader(catalog, identity: cards.age, report: report, fetch: fetch)
    }

    /// The run whose records are restored.
    public var set: String { plan.records.manifest.set }

    /// How many bytes will be fetched.
    public var bytes: Int64 {
        reader.bytes(of: plan.records) + reader.bytes(of: plan.log) + plan.keyring.manifest.storedBytes
    }

    /// Makes the folder with the vault in it; it appears complete or not at all.
    ///
    /// - Parameter passphrase: opens the new vault's first slot.
    public func write(
        to folder: String, living: Living, passphrase: borrowing SecretBytes
    ) async throws(Failure) -> Receipt {
        let before = FileModeMask.set(0o077)
        defer { FileModeMask.set(before) }
        try requireRoom(in: FilePaths.folder(of: folder))
        let new: NewVault
        do throws(HostError) { new = try NewVault(at: folder) } catch {
            throw error.fileExists ? .exists : .host(error)
        }
        do throws(Failure) {
            do throws(HostError) {
                try Folder.createAll(new.path("spool/ledger"), mode: 0o700)
                for (index, line) in plan.ledger.enumerated() {
                    try DurableFile.create(new.path("spool/ledger/\(index + 1).json"), with: line)
                }
            } catch { throw Failure.host(error) }
            let receipt = try await fill(new, living: living, passphrase: passphrase)
            do throws(HostError) { try new.publish() } catch { throw error.fileExists ? .exists : .host(error) }
            return receipt
        } catch {
            new.discard()
            throw error
        }
    }

    /// Both databases as the manifests tell of them, the keys, and what the log needs to be written at all.
    private var neededBytes: Int64 {
        [plan.records, plan.log].map(\.manifest).reduce(plan.keyring.manifest.storedBytes) {
            $0 + $1.count * $1.pageSize
        } + LogWriterOptions().floorBytes
    }

    /// Says so at the beginning and not after an hour. A folder that is not there yet is made later.
    private func requireRoom(in folder: String) throws(Failure) {
        guard let free = try? Folder.freeBytes(at: folder), free < neededBytes else { return }
        throw .room(neededBytes: neededBytes)
    }

    private func fill(
        _ new: NewVault, living: Living, passphrase: borrowing SecretBytes
    ) async throws(Failure) -> Receipt {
        let directory = new.directory
        do {
            try reader.restoreDatabase(plan.records, to: directory.path(of: .vault))
            try reader.restoreDatabase(plan.log, to: directory.path(of: .log))
            try Stores.complete(at: directory, vault: names.vault)
            let stores = try Stores.open(at: directory, vault: names.vault)
            let keyring = try restoreKeyring(into: stores)
            let removed = try stores.records.removeErased(keyring.erased)
            let sampled = try SealSample(stores: stores, keyset: keyring.keyset).check()
            let policy = try restorePolicy(keyring, into: stores)
            let certificate = try makeCertificate()
            var facts = try makeFacts(keyring, policy, stores)
            facts.tlsPin = certificate.pin
            let log = try await RestoredLog(
                stores: stores, facts: facts, keyset: keyring.keyset, oldKey: plan.log.logKey,
                oldIncarnation: plan.log.manifest.generation, cards: cards, clock: clock, policy: policy
            ).begin(living)
            facts.authority = log.authority
            try seal(new, facts, keyring.keyset, stores, certificate, passphrase)
            let customers = try stores.keyring.count()
            try stores.close()
            // Made anew from the records when the broker starts: an index holds nothing that they do not.
            try DurableFile.remove(directory.path(of: .index))
            return Receipt(
                vault: names.vault, incarnation: facts.incarnation, logKey: log.verifier, entry: log.entry,
                records: plan.records.manifest.created, keys: plan.keyring.manifest.created,
                log: plan.log.manifest.created, customers: customers, erased: keyring.erased.count, removed: removed,
                sampled: sampled, living: log.living, quorum: cards.fingerprint)
        } catch let error as Failure {
            throw error
        } catch let error as ArchiveError {
            throw .archive(error)
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

    /// What a keyring archive gave.
    struct Keyring {
        var head: KeyringHead
        var keyset: Keyset
        var policies: [[UInt8]] = []
        var erased: Set<RecordID>
    }

    /// Wraps every key anew under the new vault's KRK, and leaves out those of erased customers.
    private func restoreKeyring(into stores: Stores) throws -> Keyring {
        var pending: [KeyringRow] = []
        let head = try reader.restoreKeyring(plan.keyring) { pending += $0 }
        guard head.facts.incarnation == names.generation else { throw ArchiveError.malformed("a keyring") }
        var result = Keyring(
            head: head, keyset: try head.keys.restored(), erased: plan.erased)
        for case .tombstone(let stone) in pending { result.erased.insert(stone.customer) }
        // The log may know of an erasure that neither the keyring nor the ledger of this target does.
        for erasure in try stores.log.erasures([.begun, .done]) { result.erased.insert(erasure.customer) }
        let now = clock.nowMilliseconds()
        var keys: [WrappedKey] = []
        func flush() throws {
            try stores.keyring.insert(keys)
            keys.removeAll(keepingCapacity: true)
        }
        for row in pending {
            switch row {
            case .key(let key) where !result.erased.contains(key.customer):
                keys.append(try key.rewrapped(from: result.keyset, to: result.keyset, vault: names.vault))
                if keys.count == 1_000 { try flush() }
            case .key: break
            case .month(let key):
                let wrapped = try key.rewrapped(from: result.keyset, to: result.keyset, vault: names.vault)
                try stores.keyring.insert(months: [wrapped])
            case .tombstone(let stone): try stores.keyring.erase([stone.customer], time: stone.time)
            case .destroyed(let month):
                try stores.keyring.destroyMonthKeys([month.month], half: month.half, time: month.time)
            case .policy(let bytes): result.policies.append(bytes)
            }
        }
        try flush()
        let known = Set(try stores.keyring.tombstones().map(\.customer))
        for customer in result.erased.subtracting(known) { try stores.keyring.erase([customer], time: now) }
        result.keyset = try result.keyset.destroyingRetired(.keyring)
        return result
    }

    // MARK: - Policy, seal, anchor

    /// The policies, from the keyring archive: the records may be older than some.
    ///
    /// - Returns: the one in force.
    private func restorePolicy(_ keyring: Keyring, into stores: Stores) throws -> PolicyDocument {
        for bytes in keyring.policies { _ = try stores.records.storePolicy(bytes) }
        let pinned = keyring.policies.first { SHA256.hash($0) == keyring.head.facts.policyPin }
        guard let pinned, case .success(let policy) = PolicyDocument.parse(pinned, file: "policy") else {
            throw Failure.policy
        }
        return policy
    }

    private func makeCertificate() throws(Failure) -> BrokerCertificate {
        do { return try BrokerCertificate.make(vault: names.vault, now: clock.nowMilliseconds()) } catch {
            throw .certificate
        }
    }

    private func makeFacts(_ keyring: Keyring, _ policy: PolicyDocument, _ stores: Stores) throws -> SealFacts {
        var facts = keyring.head.facts
        guard let recovery = facts.recovery else { throw Failure.policy }
        facts.incarnation += 1
        facts.registryHash = try stores.records.register(FieldMap.registrations(of: policy)).digest
        facts.logKey = keyring.keyset.logPublicKey
        facts.replyKey = keyring.keyset.replyPublicKey
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
