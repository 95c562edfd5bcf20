public import AccessLog
internal import Authority
public import Host
internal import Keys
internal import Policy
public import Primitives
internal import Storage
internal import Turnstile
public import VaultModel

/// Makes a vault: its keys, its files and the first three entries of its log.
///
/// In two steps, because the identities of owner and authority name the vault's keys and must exist before anything
/// they sign: `init` draws all keys in memory, `write` makes the folder. The folder appears complete or not at all.
public struct VaultCreation: Sendable {
    public let vault: VaultID
    /// Verifies the log; belongs on paper.
    public let logKey: VerifierKey
    /// Verifies replies.
    public let replyKey: KeyID
    /// SHA-256 of the TLS certificate.
    public let tlsPin: [UInt8]

    private let policy: PolicyDocument
    private let profile: VaultProfile
    private let keyset: Keyset
    private let certificate: BrokerCertificate
    private let clock: any WallClock

    /// The role the first person must have.
    public static let ownerRole = "owner"

    public enum Failure: Error, Sendable {
        /// The policy has mistakes; `coffer policy check` lists them.
        case policy(mistakes: Int, firstLine: Int)
        /// The policy has no role `owner`, so nobody could ever unseal.
        case noOwnerRole
        /// Neither `default` nor `test`.
        case profile
        /// Something is at the folder's place.
        case exists
        case host(HostError)
        case storage(String, hint: String)
        /// The passphrase could not be stretched.
        case passphrase(String)
        case certificate
        /// The authority's key did not sign.
        case signature
    }

    /// Draws the keys of a new vault; nothing is written.
    public init(
        policy bytes: [UInt8], profile name: String, clock: any WallClock = SystemClock()
    ) throws(Failure) {
        switch PolicyDocument.parse(bytes, file: "policy") {
        case .success(let policy): self.policy = policy
        case .failure(let found):
            throw .policy(mistakes: found.problems.count, firstLine: found.problems.first?.line ?? 0)
        }
        guard let role = RoleName(Self.ownerRole), policy.role(role) != nil else { throw .noOwnerRole }
        guard let profile = VaultProfile(name: name) else { throw .profile }
        self.profile = profile
        self.clock = clock
        vault = VaultID.random()
        keyset = Keyset.generate()
        let origin = LogOrigin(vault: vault, incarnation: 1)
        guard let logKey = VerifierKey(name: origin.description, key: keyset.logPublicKey) else { throw .certificate }
        self.logKey = logKey
        replyKey = KeyID(keyset.replyPublicKey)
        do { certificate = try BrokerCertificate.make(vault: vault, now: clock.nowMilliseconds()) } catch {
            throw .certificate
        }
        tlsPin = certificate.pin
    }

    /// Who the first person is.
    public struct Owner: Sendable {
        public let name: String
        public let kid: KeyID
        /// Days of the agreement and the training, `YYYY-MM-DD`.
        public let nda: String
        public let training: String

        public init(name: String, kid: KeyID, nda: String, training: String) {
            (self.name, self.kid, self.nda, self.training) = (name, kid, nda, training)
        }
    }

    /// Makes the folder with everything in it. A failure leaves nothing behind.
    ///
    /// - Parameters:
    ///   - folder: must not exist. Gets mode 0710.
    ///   - passphrase: opens the first slot. Stretching it takes seconds and up to 512 MiB.
    ///   - authority: the key that signs blocks.
    ///   - ceremony: the cards that open the vault besides the passphrase, and those for recovery. They must lie where
    ///     they can be printed before this is called: what is made here relies on them.
    ///   - sign: returns the 64-byte signature of the authority over the bytes given.
    public func write(
        to folder: String, owner: Owner, passphrase: borrowing SecretBytes, authority: KeyID,
        ceremony: CardCeremony? = nil, sign: (_ message: [UInt8]) throws -> [UInt8]
    ) async throws(Failure) {
        let before = FileModeMask.set(0o077)
        defer { FileModeMask.set(before) }
        let new: NewVault
        do throws(HostError) { new = try NewVault(at: folder) } catch {
            throw error.fileExists ? .exists : .host(error)
        }
        do throws(Failure) {
            do throws(HostError) {
                try new.write(certificate)
                try Folder.create(new.path("spool"), mode: 0o700)
            } catch { throw Failure.host(error) }
            let root = RootKey.generate()
            let registry = try await fill(new, owner: owner, authority: authority, root: root, sign: sign)
            try seal(new, registry: registry, authority: authority, root: root, passphrase: passphrase, ceremony)
            do throws(HostError) { try new.publish() } catch { throw error.fileExists ? .exists : .host(error) }
        } catch {
            new.discard()
            throw error
        }
    }

    private func seal(
        _ new: NewVault, registry: Registry, authority: KeyID, root: RootKey, passphrase: borrowing SecretBytes,
        _ ceremony: CardCeremony?
    ) throws(Failure) {
        var facts = SealFacts(
            vault: vault, profile: profile, createdAtMilliseconds: clock.nowMilliseconds(),
            registryHash: registry.digest, policyPin: SHA256.hash(policy.bytes), authority: authority,
            logKey: keyset.logPublicKey, replyKey: keyset.replyPublicKey, tlsPin: tlsPin)
        if let (recovery, recipient) = ceremony?.recoveryFacts(logKey: keyset.logPublicKey) {
            facts.recovery = recovery
            facts.recoveryRecipients = [recipient]
        }
        var slots: [SlotSecret] = [.passphrase(HeldSecret(passphrase.clone()))]
        if let cards = ceremony?.slot { slots.append(cards) }
        let seal: VerifiedSeal
        do throws(UnsealError) {
            seal = try VerifiedSeal.create(facts, keyset: keyset, root: root, slots: slots)
        } catch { throw .passphrase(Self.words(for: error)) }
        do throws(HostError) { try new.write(seal) } catch { throw .host(error) }
    }

    static func words(for error: UnsealError) -> String {
        switch error {
        case .outOfMemory: "the memory to stretch the passphrase could not be had"
        default: "the passphrase is not valid UTF-8 text"
        }
    }

    // MARK: - Databases and the first entries

    private func fill(
        _ new: NewVault, owner: Owner, authority: KeyID, root: RootKey, sign: ([UInt8]) throws -> [UInt8]
    ) async throws(Failure) -> Registry {
        do {
            try Stores.create(at: new.directory, vault: vault)
            let stores = try Stores.open(at: new.directory, vault: vault)
            try stores.records.storePolicy(policy.bytes)
            let registry = try stores.records.register(FieldMap.registrations(of: policy))
            let person = PersonID.random()
            guard let role = RoleName(Self.ownerRole) else { throw Failure.noOwnerRole }
            let name: [UInt8]
            do {
                name = try keyset.sealStaffName(owner.name, person: person, vault: vault, revision: 1)
            } catch { throw Failure.storage("the owner's name is too long", hint: "use a shorter one") }
            try stores.records.insert(
                StaffRow(person: person, name: name, role: role, state: .enrolled, kid: owner.kid))
            try await begin(stores, owner: owner, person: person, role: role, authority: authority, sign: sign)
            try new.anchor(stores, keyset, incarnation: 1, root: root)
            try stores.close()
            return registry
        } catch let error as StorageError {
            throw .storage("\(error)", hint: error.hint)
        } catch let error as Failure {
            throw error
        } catch { throw .signature }
    }

    /// The log begins with the policy, the owner's enrolment and her root: blocks of the authority, each in an entry.
    private func begin(
        _ stores: Stores, owner: Owner, person: PersonID, role: RoleName, authority: KeyID,
        sign: ([UInt8]) throws -> [UInt8]
    ) async throws {
        let keys = KeysetLogKeys(keyset, origin: LogOrigin(vault: vault, incarnation: 1))
        let writer = try LogWriter(stores.log, keys: keys, keyring: stores.keyring, clock: clock)
        let now = clock.nowSeconds()
        let header = { BlockHeader(vault: vault, issuer: authority, at: now) }
        guard let policyBlock = PolicyBlock(header: header(), sha256: policy.sha256, previous: nil) else {
            preconditionFailure("a policy's hash is one")
        }
        let enrolment = EnrolBlock(
            header: header(), person: person, kid: owner.kid, role: role, nda: CalendarDay(owner.nda),
            training: CalendarDay(owner.training), uid: nil)
        let root = CapabilityBlock.root(
            vault: vault, authority: authority, audience: owner.kid, role: role, notBefore: now,
            expires: now + CapabilityBlock.rootSeconds)
        var state = AuthorityState(vault: vault, authority: authority)
        let blocks: [(EntryKind, DSSEEnvelope)] = [
            (.policy, try DSSEEnvelope.sealing(policyBlock, sign: sign)),
            (.enrol, try DSSEEnvelope.sealing(enrolment, sign: sign)),
            (.role, try DSSEEnvelope.sealing(root, sign: sign)),
        ]
        for (index, (kind, envelope)) in blocks.enumerated() {
            // Held to the rules every later block is held to: a vault must not begin with a block it would refuse.
            let signed = try Block.open(envelope, vault: vault)
            try state.register(signed, at: UInt64(index), time: now * 1_000)
            _ = try await writer.append(offline: signed, as: kind, policy: policy.sha256)
        }
        await writer.close()
    }
}
