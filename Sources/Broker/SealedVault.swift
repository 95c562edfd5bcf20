internal import AccessLog
internal import Authority
internal import Host
internal import Keys
internal import Policy
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// A vault whose keys are not in memory: the databases are open and checked, blocks and policy are read, so that it can
/// be told who asks for it to be unsealed.
///
/// Blocks carry their own signatures and the policy is pinned by one of them; the authority's key comes from
/// `vault.seal`, whose MAC is checked as soon as there is a key to check it with.
final class SealedVault: Sendable {
    let files: VaultFiles
    let stores: Stores
    let facts: SealFacts
    let authority: AuthorityState
    /// The rows of the register it was made of: which entry each block is said to stand in.
    let replayed: [[UInt8]: UInt64]
    let policy: PolicyDocument
    let onFatal: @Sendable () -> Void
    /// Whether the index is made anew once there are keys to make it with.
    let rebuildsIndex: Bool

    init(
        files: VaultFiles, rebuildsIndex: Bool, onFatal: @escaping @Sendable () -> Void
    ) throws(RequestRefusal) {
        self.files = files
        self.rebuildsIndex = rebuildsIndex
        self.onFatal = onFatal
        facts = try files.readSeal().facts
        do throws(StorageError) {
            let index = FilePaths.join(files.folder, StorageFile.index.name)
            if rebuildsIndex, !Folder.exists(index) {
                try Stores.createIndex(at: VaultDirectory(files.folder), vault: facts.vault)
            }
            stores = try Stores.open(
                at: VaultDirectory(files.folder), vault: facts.vault,
                options: StorageOptions(onFatal: { _ in onFatal() }))
        } catch { throw RequestRefusal(storage: error) }
        (authority, replayed) = try Self.replay(stores.log, facts, now: files.clock.nowSeconds())
        policy = try Self.policy(in: stores.records, authority)
    }

    /// The blocks of the log in their order, each verified again, but for what was lent or approved and ran out long ago:
    /// a shop makes thousands of those a month.
    private static func replay(
        _ log: LogStore, _ facts: SealFacts, now: Int64
    ) throws(RequestRefusal) -> (AuthorityState, [[UInt8]: UInt64]) {
        let blocks: [StoredBlock]
        do { blocks = try log.blocks() } catch { throw RequestRefusal(storage: error) }
        var state = AuthorityState(
            vault: facts.vault, authority: firstAuthority(of: blocks) ?? facts.authority,
            quorum: facts.recovery.map { KeyID($0.signingKey) })
        for stored in blocks where !hasEnded(stored, before: now - Turnstile.keptSeconds) {
            do throws(BlockRefusal) {
                let signed = try Block.open(DSSEEnvelope(parsing: stored.envelope), vault: facts.vault)
                guard signed.id.bytes == stored.id else { throw .signature }
                try state.register(signed, at: stored.place.seq, time: stored.place.time)
            } catch { throw .integrity("a block of log.db") }
        }
        // Whoever ruled first, only the quorum's word leads from there to the authority that the seal file names.
        // The seal file follows the entry: a crash in between leaves it one such word behind, and `recover` moves it. A
        // seal file that was put back is refused by the anchor.
        guard state.isAuthority(facts.authority, orWasUntilLastRecovery: facts.incarnation) else {
            throw .integrity("the authority in log.db")
        }
        return (state, Dictionary(blocks.map { ($0.id, $0.place.seq) }) { first, _ in first })
    }

    /// Who signed the first block of the log: the vault's policy.
    private static func firstAuthority(of blocks: [StoredBlock]) -> KeyID? {
        guard let first = blocks.min(by: { $0.place.seq < $1.place.seq }) else { return nil }
        return try? DSSEEnvelope(parsing: first.envelope).keyid
    }

    /// Whether a stored block lent or approved something that ran out before `seconds`. Its signature does not matter
    /// then, a block that claims to be over gives nothing; its id does, or it could take the place of a revocation.
    private static func hasEnded(_ stored: StoredBlock, before seconds: Int64) -> Bool {
        guard let payload = try? DSSEEnvelope(parsing: stored.envelope).payload, SHA256.hash(payload) == stored.id
        else { return false }
        switch stored.type {
        case BlockKind.capability.rawValue:
            guard let block = try? CapabilityBlock(parsing: payload) else { return false }
            return block.parent != nil && block.expires < seconds
        case BlockKind.approve.rawValue:
            return ((try? ApproveBlock(parsing: payload))?.expires ?? .max) < seconds
        default: return false
        }
    }

    private static func policy(
        in records: RecordStore, _ authority: AuthorityState
    ) throws(RequestRefusal) -> PolicyDocument {
        guard let pin = authority.policy, let hash = Hex.decode(pin.sha256) else { throw .integrity("the policy") }
        let bytes: [UInt8]?
        do { bytes = try records.policy(sha256: hash) } catch { throw RequestRefusal(storage: error) }
        guard let bytes, case .success(let policy) = PolicyDocument.parse(bytes, file: "policy") else {
            throw .integrity("the policy in vault.db")
        }
        return policy
    }

    var gate: Gate { Gate(authority: authority, policy: policy) }

    // MARK: - Unsealing

    /// Opens the keys and checks the vault. Takes seconds; releases nothing.
    ///
    /// - Parameter onTamper: called when a row turns out to have been changed from outside while the vault is open.
    func open(
        _ key: UnsealKey, onTamper: @escaping @Sendable () -> Void
    ) throws(RequestRefusal) -> OpenVault {
        let memory = LockedMemory.status()
        guard memory.suffices else {
            throw RequestRefusal(
                .unavailable, .unavailable,
                hint: "only \(memory.lockedBytes) of \(memory.neededBytes) bytes for keys can be locked in memory; "
                    + "raise the limit (ulimit -l, LimitMEMLOCK)")
        }
        let seal = try files.unseal(key)
        guard seal.facts == facts else { throw .integrity("vault.seal") }
        let keyset: Keyset
        do { keyset = try seal.keyset() } catch { throw .integrity("the keyset in vault.seal") }
        do throws(StorageError) {
            let anchor = try verify(seal, keyset, onTamper: onTamper)
            files.follow(anchor)
            let registry = try stores.records.registry()
            try requirePins(registry)
            let live = LiveKeyset(keyset)
            let logKeys = KeysetLogKeys(live, origin: LogOrigin(vault: facts.vault, incarnation: facts.incarnation))
            let writer = try LogWriter(
                stores.log, keys: logKeys, keyring: stores.keyring, anchor: anchor, clock: files.clock)
            let controls = Controls(
                authority: authority, policy: policy, fields: FieldMap(policy: policy, registry: registry),
                keyset: keyset)
            let turnstile = Turnstile(
                controls: controls, keyset: live, keyring: stores.keyring, log: writer, clock: files.clock)
            return OpenVault(
                files: files, keyset: live, logKeys: logKeys, stores: stores, turnstile: turnstile, writer: writer,
                anchor: anchor, replayed: replayed)
        } catch { throw RequestRefusal(storage: error) }
    }

    /// Compares policy and registry with what the seal file pins.
    ///
    /// A policy is applied in three steps: fields are numbered, the block is logged, the pins move. A crash in between
    /// leaves older pins, which must then fit the log and the registry of that time exactly; `OpenVault.recover` moves
    /// them. Pins that fit no moment of this vault's history mean that a file was put back or edited.
    private func requirePins(_ registry: Registry) throws(StorageError) {
        let pin = Hex.encode(facts.policyPin)
        guard let pinned = authority.policies.lastIndex(where: { $0.sha256 == pin }) else { throw .corrupt(.log) }
        if registry.digest == facts.registryHash { return }
        var names: Set<String> = []
        for earlier in authority.policies[...pinned] {
            guard let hash = Hex.decode(earlier.sha256), let bytes = try stores.records.policy(sha256: hash),
                case .success(let policy) = PolicyDocument.parse(bytes, file: "policy")
            else { throw .corrupt(.vault) }
            for field in FieldMap.registrations(of: policy) { names.insert(field.kind + "." + field.name) }
        }
        let then = registry.keeping { names.contains($0 + "." + $1) }
        guard then.digest == facts.registryHash else { throw .corrupt(.vault) }
    }

    /// Refuses a vault that is behind, or beside, a checkpoint somebody remembers.
    func requireConsistency(with note: String) throws(RequestRefusal) {
        guard !note.isEmpty else { return }
        let origin = LogOrigin(vault: facts.vault, incarnation: facts.incarnation)
        guard let key = VerifierKey(name: origin.description, key: facts.logKey) else { return }
        // A note that is not under our own key proves nothing: anybody could have made it.
        guard let remembered = try? Checkpoint.open(Array(note.utf8), key: key) else { return }
        let root: [UInt8]?
        do { root = try stores.log.root(size: remembered.size) } catch { root = nil }
        guard root == remembered.root else {
            throw RequestRefusal(
                .integrity, .integrity,
                hint:
                    "the log does not contain what it showed you before: the vault's files were put back or replaced; "
                    + "it stays sealed")
        }
    }
}

extension OpenVault {
    /// Makes all index tags anew from the records, as a job with a beginning and an end in the log.
    func rebuildIndex() async throws(RequestRefusal) {
        guard let kind = turnstile.fieldMap.kind(Self.customerKind) else { return }
        let grant = try await turnstile.beginJob()
        var opened = 0
        do {
            try stores.index.deleteAll()
            var scan = stores.records.scan(kind: kind, batch: 256)
            while let batch = try scan.next() {
                var tags: [TagRow] = []
                for record in batch { tags += try turnstile.tags(grant, of: record, kind: Self.customerKind) }
                try await stores.index.insert(tags)
                opened += batch.count
            }
        } catch let error as StorageError {
            throw RequestRefusal(storage: error)
        } catch let refusal as RequestRefusal {
            throw refusal
        } catch { throw RequestRefusal(.internal, .unavailable) }
        try await turnstile.endJob(grant, opened: opened)
    }

    /// Brings what a crash left in order: rows that were announced and never stored are reported as aborted.
    func recover() async throws(RequestRefusal) {
        // Idempotent: moves the pins only where an application of a policy was cut short.
        try enforce(turnstile.policy)
        try restoreBindings()
        try await requireWholeRegister()
        try await completeRecovery()
        try await finishPurges()
        try await finishErasures()
        let intents: [LogIntent]
        do { intents = try stores.log.unresolvedIntents() } catch { throw RequestRefusal(storage: error) }
        for intent in intents {
            let isApplied: Bool
            do { isApplied = try stores.records.isApplied(logSeq: intent.seq) } catch {
                throw RequestRefusal(storage: error)
            }
            if isApplied { writer.resolve(intent: intent.seq) } else { await turnstile.logAborted(seq: intent.seq) }
        }
        // Below the oldest open intent nobody will ask again which batches are durable.
        do throws(StorageError) {
            let settled = if let oldest = intents.first { oldest.seq } else { try stores.log.size() }
            try stores.records.forgetApplied(below: settled)
        } catch {
            throw RequestRefusal(storage: error)
        }
    }
}
