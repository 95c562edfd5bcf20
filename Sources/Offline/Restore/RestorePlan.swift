public import Archive
internal import AccessLog
internal import Authority
internal import Keys
internal import Primitives
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
        /// Two vaults were restored from the same archives, and both have written here.
        case twoVaults
        /// The manifests tell of more erasures than the ledger has lines.
        case staleLedger(lines: Int, announced: UInt64)
    }

    /// - Parameters:
    ///   - catalog: the newest generation.
    ///   - milliseconds: the newest records not after this moment; nil for the newest.
    ///   - ledgers: that of each generation.
    ///   - acceptsStaleLedger: goes on although lines of the ledger are missing: somebody who was erased may come back.
    public init(
        _ catalog: ArchiveCatalog, at milliseconds: Int64?, ledgers: [RestoreLedger], acceptsStaleLedger: Bool = false
    ) throws(Failure) {
        guard Set(catalog.manifests.map(\.logKey.bytes)).count <= 1 else { throw .twoVaults }
        guard let set = catalog.sets.last(where: { $0.created <= milliseconds ?? .max }) else { throw .nothing }
        records = set.vault
        // From one run: keys and log of two runs may disagree about the policy in force.
        guard let newest = catalog.sets.last(where: { $0.keyring != nil }), let keyring = newest.keyring else {
            throw .keyring
        }
        (self.keyring, log) = (keyring, newest.log)
        var erased: Set<RecordID> = []
        var longest: [[UInt8]] = []
        for ledger in ledgers {
            let (lines, customers) = ledger.read()
            // Whoever can remove objects can cut the ledger; how long it is stands in every signed manifest.
            guard UInt64(lines.count) >= ledger.announced || acceptsStaleLedger else {
                throw .staleLedger(lines: lines.count, announced: ledger.announced)
            }
            erased.formUnion(customers)
            if lines.count > longest.count { longest = lines }
        }
        self.erased = erased
        ledger = longest
    }
}

/// One generation's ledger of erasures as it lay on a target.
public struct RestoreLedger: Sendable {
    private let catalog: ArchiveCatalog
    private let files: [(name: String, bytes: [UInt8])]

    /// - Parameters:
    ///   - catalog: the generation, read with the quorum's key.
    ///   - files: in the order of their names.
    public init(_ catalog: ArchiveCatalog, files: [(name: String, bytes: [UInt8])]) {
        self.catalog = catalog
        self.files = files
    }

    private var last: ArchiveManifest? {
        catalog.manifests.map(\.manifest).max { $0.erasures < $1.erasures }
    }

    /// How many lines the signed manifests tell of.
    var announced: UInt64 { last?.erasures ?? 0 }

    /// The lines that are to be believed, and the customers they name, in the ledger's order.
    ///
    /// Each line holds the hash of the one before, and manifests hold that of the last: up to there it does not matter who
    /// signed, for lines of earlier lives of the vault are under keys that this target may know nothing of. After that a line
    /// must be signed by this generation's log; what is not ends the ledger, and whoever put it there has gained nothing.
    func read() -> (lines: [[UInt8]], customers: [RecordID]) {
        let chain = chain()
        let announced = Int(clamping: self.announced)
        var count = 0
        if announced > 0, chain.count >= announced, chain[announced - 1].hash == last?.erasureHash { count = announced }
        let keys = Set(catalog.manifests.map(\.logKey.bytes))
        while count < chain.count, keys.contains(chain[count].key) { count += 1 }
        let believed = chain.prefix(count)
        return (believed.map(\.file), believed.map { RecordID($0.line.customer) })
    }

    private struct Link {
        let line: ErasureLedgerLine
        let key: [UInt8]
        let file: [UInt8]
        let hash: String
    }

    /// The lines that follow on each other, whoever signed them.
    private func chain() -> [Link] {
        var links: [Link] = []
        for file in files {
            guard let envelope = try? DSSEEnvelope(parsing: file.bytes),
                let key = Ed25519.PublicKey(envelope.keyid.rawKey), let line = open(envelope, key),
                line.place == UInt64(links.count) + 1, line.previous == links.last?.hash ?? ""
            else { break }
            links.append(
                Link(line: line, key: key.bytes, file: file.bytes, hash: Hex.encode(SHA256.hash(file.bytes))))
        }
        return links
    }

    /// A line whose own key signed it under one of the vault's names so far.
    private func open(_ envelope: DSSEEnvelope, _ key: Ed25519.PublicKey) -> ErasureLedgerLine? {
        for generation in 1...max(1, min(catalog.names.generation, 1_000)) {
            let origin = LogOrigin(vault: catalog.names.vault, incarnation: generation).description
            if let verifier = VerifierKey(name: origin, key: key),
                let line = try? ErasureLedgerLine.open(envelope, key: verifier)
            {
                return line.vault == catalog.names.vault ? line : nil
            }
        }
        return nil
    }
}
