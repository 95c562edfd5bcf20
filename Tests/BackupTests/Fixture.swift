import AccessLog
import Archive
import Authority
import Backup
import Foundation
import Host
import Keys
import Policy
import Primitives
import Storage
import Testing
import Turnstile
import VaultModel

/// Real databases in a folder of their own, and a quorum that can open what is made of them.
final class Fixture {
    let folder: String
    let vault = VaultID.random()
    let keyset = Keyset.generate()
    let stores: Stores
    let identity: AgeIdentity
    var facts: SealFacts
    /// Announces each run in the log, as the broker's does.
    let turnstile: Turnstile
    let spool: BackupSpool
    let quorum: Ed25519.PublicKey
    /// What a target would have: objects by name.
    var objects: [String: [UInt8]] = [:]

    init() throws {
        folder = NSTemporaryDirectory() + "coffer-backup-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Stores.create(at: VaultDirectory(folder), vault: vault)
        stores = try Stores.open(at: VaultDirectory(folder), vault: vault)
        let (set, secret, _) = ShareSet.generate(.recovery, vault: vault, threshold: 2, count: 3)
        let recovery = RecoveryIdentity(vault: vault, secret: secret.value)
        identity = AgeIdentity(secret: recovery.ageSecret())
        quorum = recovery.signingKey
        var facts = SealFacts(
            vault: vault, profile: .test, createdAtMilliseconds: 0, registryHash: [UInt8](repeating: 0, count: 32),
            policyPin: [UInt8](repeating: 1, count: 32), authority: KeyID(keyset.replyPublicKey),
            logKey: keyset.logPublicKey, replyKey: keyset.replyPublicKey, tlsPin: [UInt8](repeating: 0, count: 32))
        facts.recovery = recovery.facts(vault: vault, set: set, logKey: keyset.logPublicKey)
        facts.recoveryRecipients = [recovery.recipient]
        self.facts = facts
        spool = BackupSpool(vault: folder)
        turnstile = try Self.turnstile(stores, keyset, facts)
    }

    private static func turnstile(_ stores: Stores, _ keyset: Keyset, _ facts: SealFacts) throws -> Turnstile {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = [UInt8](try Data(contentsOf: root.appendingPathComponent("policies/takeout.yaml")))
        let policy = try PolicyDocument.parse(file, file: "takeout.yaml").get()
        let registry = try stores.records.register(FieldMap.registrations(of: policy))
        let keys = KeysetLogKeys(keyset, origin: LogOrigin(vault: facts.vault, incarnation: facts.incarnation))
        return Turnstile(
            controls: Controls(
                authority: AuthorityState(vault: facts.vault, authority: facts.authority), policy: policy,
                fields: FieldMap(policy: policy, registry: registry), keyset: keyset),
            keyset: LiveKeyset(keyset), keyring: stores.keyring,
            log: try LogWriter(stores.log, keys: keys, keyring: stores.keyring, clock: SystemClock()),
            clock: SystemClock())
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Makes the database larger by some random pages.
    func grow(_ kibibytes: Int) throws {
        for _ in 0..<kibibytes / 16 { _ = try stores.records.storePolicy(Random.bytes(16_000)) }
    }

    /// One run, and its way to the target.
    ///
    /// - Parameter bases: nil for what the target has.
    @discardableResult
    func run(
        _ day: Int64 = 0, full: Bool = false, bases: [String: Int64]? = nil, set: String = UUID().uuidString
    ) async throws -> [SignedManifest] {
        let source = try #require(BackupSource(facts))
        let head = try catalog().manifests.last
        let run = BackupRun(
            source: source, facts: facts, keyset: keyset, stores: stores, folder: VaultDirectory(folder), spool: spool,
            report: { _ in })
        let made = try await run.make(
            BackupOrder(
                set: set, isFull: full,
                head: head.map { .init(sequence: $0.manifest.sequence, hash: $0.hash, created: $0.manifest.created) },
                bases: try bases ?? catalog().bases, now: 1_795_000_000_000 + day * 86_400_000, wholeBelowBytes: 0),
            under: try await turnstile.beginJob())
        for manifest in made {
            for pack in manifest.manifest.objects {
                objects[manifest.manifest.names.pack(pack.name)] = spool.pack(pack.name, from: 0, most: .max)?.data
            }
            objects[manifest.name] = manifest.file
        }
        try spool.finish()
        return made
    }

    var names: ArchiveNames { ArchiveNames(vault: vault, generation: 1) }

    func catalog() throws -> ArchiveCatalog {
        let listing = objects.map { (name: $0.key, sizeBytes: Int64($0.value.count)) }
        return ArchiveCatalog(names, trust: .quorum(quorum), listing: listing) { objects[$0] ?? [] }
    }

    /// - Parameter identity: whose; the quorum's by default.
    func reader(_ identity: AgeIdentity? = nil) throws -> ArchiveReader {
        ArchiveReader(try catalog(), identity: identity ?? self.identity) { [objects] name, _ in
            guard let object = objects[name] else { throw ArchiveError.missing(name) }
            return object
        }
    }

    /// Puts a database together; its bytes.
    func restored(_ manifest: SignedManifest) throws -> [UInt8] {
        let path = folder + "/restored-" + UUID().uuidString
        try reader().restoreDatabase(manifest, to: path)
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// A copy of `vault.db` as SQLite's backup gives it.
    func copy() throws -> [UInt8] {
        let path = folder + "/copy-" + UUID().uuidString
        _ = try DatabaseSnapshot.take(.vault, in: VaultDirectory(folder), to: path)
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }
}
