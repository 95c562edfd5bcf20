public import AccessLog
import Authority
import CanonicalJSON
public import Keys
public import Primitives
public import VaultModel

/// What one archive consists of, signed with the log's key, which the recovery quorum has certified: whoever steals the
/// credentials of a target can add nothing that a restore would take.
///
/// It is written last and makes the archive exist. It holds hashes, sizes and times, nothing of any customer: DSSE with a
/// payload type of its own over canonical JSON.
public struct ArchiveManifest: Equatable, Sendable {
    public static let payloadType = "application/vnd.coffer.archive.v1+json"
    /// No manifest file is larger: room for 30,000 packs, 240 GB.
    public static let largestBytes = 4 << 20

    public var vault: VaultID
    /// The vault's incarnation.
    public var generation: UInt64
    /// One more with each archive of the generation; numbers may be left out, none is given twice.
    public var sequence: UInt64
    /// The same for all parts of one run.
    public var set: String
    public var part: ArchivePart
    public var retention: RetentionClass
    /// Milliseconds since 1970.
    public var created: Int64
    public var retainUntil: Int64
    /// The hash of the manifest before this one, in the order of sequences; empty for the first of a generation.
    public var previous: String
    /// The hash of the manifest of the full archive this one adds to; empty when it is full itself.
    public var base: String
    /// Bytes of a database page; 0 for the keyring.
    public var pageSize: Int64
    /// Pages of the whole database, or rows of the keyring.
    public var count: Int64
    public var packs: [ArchivePack]
    /// Which pages lie where, sealed like the packs; nil for the keyring.
    public var map: ArchivePack?
    /// How far the ledger of erasures had come, and the hash of its last line; 0 and empty for none.
    public var erasures: UInt64
    public var erasureHash: String
    /// The log's last checkpoint, a signed note.
    public var checkpoint: String
    /// The recovery cards, and the quorum's signature over the key that signs this.
    public var recovery: RecoveryFacts

    public init(
        vault: VaultID, generation: UInt64, sequence: UInt64, set: String, part: ArchivePart,
        retention: RetentionClass, created: Int64, retainUntil: Int64, previous: String, base: String = "",
        pageSize: Int64 = 0, count: Int64 = 0, packs: [ArchivePack] = [], map: ArchivePack? = nil,
        erasures: UInt64 = 0, erasureHash: String = "", checkpoint: String, recovery: RecoveryFacts
    ) {
        (self.vault, self.generation, self.sequence, self.set) = (vault, generation, sequence, set)
        (self.part, self.retention, self.created, self.retainUntil) = (part, retention, created, retainUntil)
        (self.previous, self.base, self.pageSize, self.count) = (previous, base, pageSize, count)
        (self.packs, self.map, self.erasures, self.erasureHash) = (packs, map, erasures, erasureHash)
        (self.checkpoint, self.recovery) = (checkpoint, recovery)
    }

    public var names: ArchiveNames { ArchiveNames(vault: vault, generation: generation) }
    public var isFull: Bool { base.isEmpty }
    /// Everything that must be on a target before this manifest may be.
    public var objects: [ArchivePack] { packs + (map.map { [$0] } ?? []) }
    /// Bytes on the target, without the manifest.
    public var storedBytes: Int64 { objects.reduce(0) { $0 + $1.sizeBytes } }

    // MARK: - Form

    public func encode() -> [UInt8] {
        let value: JSONValue = [
            "base": .string(base), "checkpoint": .string(checkpoint), "class": .string(retention.rawValue),
            "count": .integer(count), "created": .integer(created),
            "erasure_hash": .string(erasureHash), "erasures": .integer(Int64(clamping: erasures)),
            "gen": .integer(Int64(clamping: generation)), "map": .array(map.map { [Self.value($0)] } ?? []),
            "packs": .array(packs.map(Self.value)), "page_size": .integer(pageSize), "part": .string(part.rawValue),
            "prev": .string(previous), "recovery": .string(Base64.encode(recovery.encode())),
            "retain_until": .integer(retainUntil),
            "seq": .integer(Int64(clamping: sequence)), "set": .string(set), "typ": "archive", "v": 1,
            "vlt": .string(vault.description),
        ]
        return value.encode()
    }

    private static func value(_ pack: ArchivePack) -> JSONValue {
        ["name": .string(pack.name), "size": .integer(pack.sizeBytes)]
    }

    private static let limits = JSONLimits(maxBytes: 3 << 20, maxDepth: 4, names: .member)
    static let envelopeLimits = JSONLimits(maxBytes: largestBytes, maxDepth: 3, names: .any)

    init(parsing payload: [UInt8]) throws(StatementProblem) {
        let texts: (type: String, vault: String, part: String, retention: String, recovery: String)
        let numbers: (version: Int64, generation: Int64, sequence: Int64, erasures: Int64)
        let lists: (packs: [JSONValue], map: [JSONValue])
        do throws(JSONError) {
            var members = try JSONMembers(parsing: payload, limits: Self.limits)
            base = try members.string("base")
            checkpoint = try members.string("checkpoint")
            texts.retention = try members.string("class")
            count = try members.integer("count")
            created = try members.integer("created")
            erasureHash = try members.string("erasure_hash")
            numbers.erasures = try members.integer("erasures")
            numbers.generation = try members.integer("gen")
            lists.map = try members.array("map")
            lists.packs = try members.array("packs")
            pageSize = try members.integer("page_size")
            texts.part = try members.string("part")
            previous = try members.string("prev")
            texts.recovery = try members.string("recovery")
            retainUntil = try members.integer("retain_until")
            numbers.sequence = try members.integer("seq")
            set = try members.string("set")
            texts.type = try members.string("typ")
            numbers.version = try members.integer("v")
            texts.vault = try members.string("vlt")
            try members.finish()
        } catch { throw .json(error) }
        guard texts.type == "archive", numbers.version == 1 else { throw .type }
        guard let vault = VaultID(texts.vault) else { throw .value("vlt") }
        guard let part = ArchivePart(rawValue: texts.part) else { throw .value("part") }
        guard let retention = RetentionClass(rawValue: texts.retention) else { throw .value("class") }
        guard let bytes = Base64.decode(texts.recovery), let recovery = RecoveryFacts(parsing: bytes) else {
            throw .value("recovery")
        }
        (self.vault, self.part, self.retention) = (vault, part, retention)
        self.recovery = recovery
        generation = UInt64(numbers.generation)
        sequence = UInt64(numbers.sequence)
        erasures = UInt64(numbers.erasures)
        packs = try lists.packs.map { (value) throws(StatementProblem) in try Self.pack(value) }
        guard lists.map.count <= 1 else { throw .value("map") }
        map = try lists.map.first.map { (value) throws(StatementProblem) in try Self.pack(value) }
        guard [base, previous].allSatisfy({ $0.isEmpty || Self.isHash($0) }) else { throw .value("prev") }
        guard (map != nil) == (part != .keyring), pageSize <= 65_536, count <= 1 << 32 else { throw .value("map") }
        guard (part == .keyring) == (pageSize == 0) else { throw .value("page_size") }
        guard encode() == payload else { throw .value("form") }
    }

    private static func pack(_ value: JSONValue) throws(StatementProblem) -> ArchivePack {
        let (name, size): (String, Int64)
        do throws(JSONError) {
            var members = try JSONMembers(value)
            (name, size) = (try members.string("name"), try members.integer("size"))
            try members.finish()
        } catch { throw .json(error) }
        guard isHash(name), size <= ArchivePack.largestBytes else { throw .value("packs") }
        return ArchivePack(name: name, sizeBytes: size)
    }

    private static func isHash(_ text: String) -> Bool { Hex.decode(text)?.count == 32 && text.utf8.count == 64 }
}

/// A manifest that has been believed, with the hash of its file.
public struct SignedManifest: Equatable, Sendable {
    public let manifest: ArchiveManifest
    public let file: [UInt8]
    /// BLAKE2b-256 of the file, in hexadecimal.
    public let hash: String
    /// The key that signed it.
    public let logKey: Ed25519.PublicKey

    public var name: String { manifest.names.manifest(manifest.sequence, hash: hash) }

    /// The signed file of a manifest. `sign` gets the bytes to sign and returns 64 bytes of Ed25519 by the log's key.
    public init<Failure: Error>(
        _ manifest: ArchiveManifest, logKey: Ed25519.PublicKey, sign: (_ pae: [UInt8]) throws(Failure) -> [UInt8]
    ) throws(Failure) {
        let payload = manifest.encode()
        let envelope = DSSEEnvelope(
            payloadType: ArchiveManifest.payloadType, payload: payload, keyid: KeyID(logKey),
            signature: try sign(DSSEEnvelope.pae(ArchiveManifest.payloadType, payload)))
        self.manifest = manifest
        self.logKey = logKey
        file = envelope.encode()
        hash = ArchivePack.name(of: file)
    }

    /// The recovery quorum's key, which has certified the key that signed this: that of the vault's other lives as well.
    public var quorum: Ed25519.PublicKey { manifest.recovery.signingKey }

    /// Whom a reader of archives trusts.
    public enum Trust: Sendable {
        /// The key of a vault's log, for its present generation.
        case logKey(Ed25519.PublicKey)
        /// The recovery quorum's key, which certifies the log keys of all generations.
        case quorum(Ed25519.PublicKey)
    }

    /// The trust in whoever holds the recovery cards that this manifest names: for archives of other generations, whose log
    /// keys they have certified. As good as the trust in this manifest.
    public var quorumTrust: Trust { .quorum(manifest.recovery.signingKey) }

    /// The recovery cards that a manifest's file names, whoever signed it: to tell which cards to ask for.
    public static func claimedRecovery(in file: [UInt8]) -> RecoveryFacts? {
        guard let envelope = try? DSSEEnvelope(parsing: file, limits: ArchiveManifest.envelopeLimits) else {
            return nil
        }
        return (try? ArchiveManifest(parsing: envelope.payload))?.recovery
    }

    /// Reads a manifest's file and checks who signed it.
    public init(parsing file: [UInt8], vault: VaultID, trust: Trust) throws(StatementProblem) {
        let envelope: DSSEEnvelope
        do { envelope = try DSSEEnvelope(parsing: file, limits: ArchiveManifest.envelopeLimits) } catch {
            throw .value("envelope")
        }
        guard envelope.payloadType == ArchiveManifest.payloadType else { throw .type }
        guard let key = Ed25519.PublicKey(envelope.keyid.rawKey),
            key.isValid(signature: envelope.signature, for: envelope.pae)
        else { throw .signature }
        let manifest = try ArchiveManifest(parsing: envelope.payload)
        guard manifest.vault == vault else { throw .value("vlt") }
        switch trust {
        case .logKey(let expected): guard key == expected else { throw .signature }
        case .quorum(let quorum):
            guard manifest.recovery.signingKey == quorum,
                manifest.recovery.certifies(key, vault: vault, incarnation: manifest.generation)
            else {
                throw .value("recovery")
            }
        }
        self.manifest = manifest
        self.file = file
        logKey = key
        hash = ArchivePack.name(of: file)
    }
}
