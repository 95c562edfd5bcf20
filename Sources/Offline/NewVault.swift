internal import AccessLog
internal import Authority
private import Glibc
internal import Host
internal import Keys
internal import Primitives
internal import Storage
internal import VaultModel

/// The folder of a vault while it is made, new or from archives: under a name of its own beside its place, so that it
/// appears complete or not at all.
struct NewVault: Sendable {
    /// Where it is made.
    let folder: String
    private let place: String
    /// Says that somebody is at work here, and goes with the process, however that ends.
    private let lock: DirectoryLock

    static let mark = ".new-"
    static let randomSize = 6

    /// Makes the folder, mode 0710. Fails with EEXIST when something is at its place already.
    init(at path: String) throws(HostError) {
        var place = path
        while place.count > 1, place.hasSuffix("/") { place.removeLast() }
        guard !Folder.exists(place) else { throw HostError(operation: "mkdir", path: place, errno: EEXIST) }
        self.place = place
        try Folder.createAll(FilePaths.folder(of: place), mode: 0o755)
        (folder, lock) = try DirectoryLock.makeFolder(mode: 0o710) {
            place + Self.mark + Hex.encode(Random.bytes(Self.randomSize))
        }
    }

    var directory: VaultDirectory { VaultDirectory(folder) }

    func path(_ name: String) -> String { FilePaths.join(folder, name) }

    /// Gives the folder its name; the vault is there from now on.
    func publish() throws(HostError) { try Folder.rename(folder, to: place) }

    /// Leaves nothing behind.
    func discard() { Folder.removeAll(folder) }

    func write(_ certificate: BrokerCertificate) throws(HostError) {
        try DurableFile.create(path("tls.crt"), with: certificate.certificate)
        try DurableFile.create(path("tls.key"), with: certificate.privateKey)
    }

    func write(_ seal: VerifiedSeal) throws(HostError) {
        try DurableFile.create(path("vault.seal"), with: seal.bytes)
    }

    /// From now on an older copy of any of the files is noticed.
    func anchor(_ stores: Stores, _ keyset: Keyset, incarnation: UInt64, root: RootKey) throws(StorageError) {
        let tags = StateTags(keyset, incarnation: incarnation)
        let size = try stores.log.size()
        let anchor = Anchor(
            vault: stores.vault, incarnation: incarnation, current: try stores.records.begin(tags),
            keyring: try stores.keyring.begin(tags), sealGeneration: 1,
            log: Anchor.Log(size: size, root: try stores.log.root(size: size)))
        try VaultAnchor.create(anchor, in: directory, root: root)
    }
}

extension LogWriter {
    /// Writes the entry that puts a block in force, without a broker: the block is its evidence.
    ///
    /// - Parameter policy: hexadecimal SHA-256 of the one in force.
    func append(offline signed: SignedBlock, as kind: EntryKind, policy: String) async throws -> CommittedEntry {
        var draft = EntryDraft(kind: kind, decision: .allow, why: .granted, kid: signed.issuer)
        draft.policy = policy
        draft.object = Hex.encode(signed.id.bytes)
        draft.via = .offline
        draft.evidence = EntryEvidence(
            base: String(decoding: signed.envelope.pae, as: UTF8.self),
            signature: Base64.encode(signed.envelope.signature))
        return try await append(
            LogSubmission(
                draft: draft,
                block: BlockRegistration(
                    id: signed.id.bytes, type: type(of: signed.block.body).kind.rawValue,
                    envelope: signed.envelope.encode())))
    }
}
