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
    /// Nil where no run has them both; a vault whose own keys and log are still there does without.
    public let keys: (keyring: SignedManifest, log: SignedManifest)?
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
    ///   - isLive: keys, log and who was erased come from the vault's old folder, so that the archives' need not be whole.
    public init(
        _ catalog: ArchiveCatalog, at milliseconds: Int64?, ledgers: [RestoreLedger], acceptsStaleLedger: Bool = false,
        isLive: Bool = false
    ) throws(Failure) {
        guard Set(catalog.manifests.map(\.logKey.bytes)).count <= 1 else { throw .twoVaults }
        guard let set = catalog.sets.last(where: { $0.created <= milliseconds ?? .max }) else { throw .nothing }
        records = set.vault
        // From one run: keys and log of two runs may disagree about the policy in force.
        let newest = catalog.sets.last { $0.keyring != nil }
        keys = newest.flatMap { set in set.keyring.map { (keyring: $0, log: set.log) } }
        guard isLive || keys != nil else { throw .keyring }
        var erased: Set<RecordID> = []
        var longest: [[UInt8]] = []
        for ledger in ledgers {
            let (lines, customers) = ledger.read()
            // Whoever can remove objects can cut the ledger; how long it is stands in every signed manifest.
            guard UInt64(lines.count) >= ledger.announced || acceptsStaleLedger || isLive else {
                throw .staleLedger(lines: lines.count, announced: ledger.announced)
            }
            erased.formUnion(customers)
            if lines.count > longest.count { longest = lines }
        }
        self.erased = erased
        ledger = longest
    }
}

/// One generation's ledger of erasures as it lay on targets.
public struct RestoreLedger: Sendable {
    /// An object of a target.
    public typealias Line = (name: String, bytes: [UInt8])

    private let names: ArchiveNames
    private let manifests: [SignedManifest]
    private let copies: [[Line]]

    /// - Parameter copies: what each target has of the generation, at least one: the archives, read with the quorum's key,
    ///   and the lines in the order of their names.
    public init(_ copies: [(catalog: ArchiveCatalog, lines: [Line])]) {
        precondition(!copies.isEmpty)
        names = copies[0].catalog.names
        manifests = copies.flatMap(\.catalog.manifests)
        self.copies = copies.map(\.lines)
    }

    private var last: ArchiveManifest? {
        manifests.map(\.manifest).max { $0.erasures < $1.erasures }
    }

    /// How many lines the signed manifests tell of.
    var announced: UInt64 { last?.erasures ?? 0 }

    /// The lines of the longest copy that are to be believed, and the customers that any copy names, in the ledger's
    /// order.
    ///
    /// Each line holds the hash of the one before, and manifests hold that of the last: up to there it does not matter who
    /// signed, for lines of earlier lives of the vault are under keys that these targets may know nothing of. After that a
    /// line must be signed by this generation's log; what is not ends the ledger, and whoever put it there has gained
    /// nothing.
    func read() -> (lines: [[UInt8]], customers: [RecordID]) {
        var longest: [[UInt8]] = []
        var customers: [RecordID] = []
        var known: Set<RecordID> = []
        for files in copies {
            let believed = believed(files)
            for customer in believed.map({ RecordID($0.line.customer) }) where known.insert(customer).inserted {
                customers.append(customer)
            }
            if believed.count > longest.count { longest = believed.map(\.file) }
        }
        return (longest, customers)
    }

    private func believed(_ files: [Line]) -> ArraySlice<Link> {
        let chain = Self.chain(files.map(\.bytes), names)
        var count = 0
        for manifest in manifests.map(\.manifest) {
            let announced = Int(clamping: manifest.erasures)
            guard announced > count, chain.count >= announced, chain[announced - 1].hash == manifest.erasureHash else {
                continue
            }
            count = announced
        }
        let keys = Set(manifests.map(\.logKey.bytes))
        while count < chain.count, keys.contains(chain[count].key) { count += 1 }
        return chain.prefix(count)
    }

    private struct Link {
        let line: ErasureLedgerLine
        let key: [UInt8]
        let file: [UInt8]
        let hash: String
    }

    /// Whether all lines follow on each other, from the first.
    static func isChain(_ files: [[UInt8]], _ names: ArchiveNames) -> Bool { chain(files, names).count == files.count }

    /// The lines that follow on each other, whoever signed them.
    private static func chain(_ files: [[UInt8]], _ names: ArchiveNames) -> [Link] {
        var links: [Link] = []
        for file in files {
            guard let envelope = try? DSSEEnvelope(parsing: file),
                let key = Ed25519.PublicKey(envelope.keyid.rawKey), let line = open(envelope, key, names),
                line.place == UInt64(links.count) + 1, line.previous == links.last?.hash ?? ""
            else { break }
            links.append(
                Link(line: line, key: key.bytes, file: file, hash: Hex.encode(SHA256.hash(file))))
        }
        return links
    }

    /// A line whose own key signed it under one of the vault's names so far.
    private static func open(
        _ envelope: DSSEEnvelope, _ key: Ed25519.PublicKey, _ names: ArchiveNames
    ) -> ErasureLedgerLine? {
        for generation in 1...max(1, min(names.generation, 1_000)) {
            let origin = LogOrigin(vault: names.vault, incarnation: generation).description
            if let verifier = VerifierKey(name: origin, key: key),
                let line = try? ErasureLedgerLine.open(envelope, key: verifier)
            {
                return line.vault == names.vault ? line : nil
            }
        }
        return nil
    }
}
