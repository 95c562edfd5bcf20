public import Archive
internal import AccessLog
internal import Authority
internal import Keys
public import Primitives
public import VaultModel

/// Which archives a vault is put together from: the records of a moment, and with them the newest keyring and the newest
/// log there are, so that nobody who was erased, locked out or found out since comes back.
public struct RestorePlan: Sendable {
    public let records: SignedManifest
    public let keyring: SignedManifest
    public let log: SignedManifest
    /// The line of the ledger for each customer who was erased, whichever generation wrote it.
    public let erased: Set<RecordID>
    /// The files of the newest ledger, in its order.
    public let ledger: [[UInt8]]

    public enum Failure: Error, Equatable, Sendable {
        /// There is no whole set, or none before the moment asked for.
        case nothing
        /// There are keyring archives, and none of them is whole.
        case keyring
        /// A line of the ledger of erasures is missing, damaged or not the vault's.
        case ledger(name: String)
    }

    /// - Parameters:
    ///   - catalog: the newest generation.
    ///   - milliseconds: the newest set not after this moment; nil for the newest.
    ///   - ledgers: the ledger files of each generation, in their order, with the key of its log.
    public init(
        _ catalog: ArchiveCatalog, at milliseconds: Int64?, ledgers: [RestoreLedger]
    ) throws(Failure) {
        guard let set = catalog.sets.last(where: { $0.created <= milliseconds ?? .max }) else { throw .nothing }
        records = set.vault
        func newest(_ part: ArchivePart) -> SignedManifest? {
            catalog.manifests.last { $0.manifest.part == part && catalog.isWhole($0) }
        }
        guard let keyring = newest(.keyring), let log = newest(.log) else { throw .keyring }
        (self.keyring, self.log) = (keyring, log)
        var erased: Set<RecordID> = []
        for ledger in ledgers { erased.formUnion(try ledger.erased(catalog.names.vault)) }
        self.erased = erased
        self.ledger = ledgers.max { $0.files.count < $1.files.count }?.files.map(\.bytes) ?? []
    }
}

/// One generation's ledger of erasures as it lay on a target.
public struct RestoreLedger: Sendable {
    let files: [(name: String, bytes: [UInt8])]
    private let keys: [UInt64: Ed25519.PublicKey]

    /// - Parameter keys: the log keys of the generations, from manifests that were believed.
    public init(files: [(name: String, bytes: [UInt8])], keys: [UInt64: Ed25519.PublicKey]) {
        self.files = files
        self.keys = keys
    }

    /// The customers it names. Each line holds the hash of the one before: none can be left out of the middle.
    fileprivate func erased(_ vault: VaultID) throws(RestorePlan.Failure) -> Set<RecordID> {
        var erased: Set<RecordID> = []
        var previous = ""
        for (index, file) in files.enumerated() {
            guard let envelope = try? DSSEEnvelope(parsing: file.bytes), let line = open(envelope, vault),
                line.place == UInt64(index) + 1, line.previous == previous
            else { throw .ledger(name: file.name) }
            previous = Hex.encode(SHA256.hash(file.bytes))
            erased.insert(RecordID(line.customer))
        }
        return erased
    }

    private func open(_ envelope: DSSEEnvelope, _ vault: VaultID) -> ErasureLedgerLine? {
        for (generation, key) in keys {
            let origin = LogOrigin(vault: vault, incarnation: generation).description
            if let verifier = VerifierKey(name: origin, key: key),
                let line = try? ErasureLedgerLine.open(envelope, key: verifier)
            {
                return line.vault == vault ? line : nil
            }
        }
        return nil
    }
}
