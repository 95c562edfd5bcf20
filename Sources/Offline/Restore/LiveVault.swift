internal import AccessLog
internal import Archive
internal import Backup
public import Host
internal import Keys
public import Primitives
internal import Storage
public import VaultModel

/// The folder of a vault whose records are lost, and whose log, keys and anchor are still there: locked as long as the value
/// lives, read, and never written to. What must be opened by SQLite is copied first.
public struct LiveVault: Sendable {
    public enum Problem: Error, Sendable {
        /// A file that is needed is not there: which.
        case missing(String)
        /// A broker serves the folder.
        case held
        case wrongPassphrase
        case unsealing(String)
        /// `vault.seal` does not verify.
        case seal
        /// The folder is of another vault than the archives.
        case otherVault
        /// The archives are of a later life of the vault than the folder.
        case earlierLife
        /// Keyring, anchor or log is not what the vault has written: what was found.
        case altered(String)
        /// The log does not verify.
        case log
        /// It verifies, and is not, or not as far as, what it was when a checkpoint was made that somebody has: a copy of
        /// the whole folder was put back.
        case rolledBack
        /// Lines of the ledger of erasures are missing.
        case ledger
        case host(HostError)
    }

    private static let seal = "vault.seal"
    private let folder: String
    private let lock: DirectoryLock?
    private let file: SealFile

    /// Takes the folder's lock, and reads `vault.seal`.
    public init(_ folder: String) throws(Problem) {
        self.folder = folder
        for name in [Self.seal, VaultAnchor.name, StorageFile.keyring.name, StorageFile.log.name]
        where !Folder.exists(FilePaths.join(folder, name)) {
            throw .missing(name)
        }
        // Made where it is missing: a broker that is started meanwhile must find it taken.
        do throws(HostError) { lock = try DirectoryLock(folder: folder) } catch {
            guard !DirectoryLock.isHeld(error) else { throw .held }
            // No broker serves a folder that nobody can write to: an image of a disk, say.
            guard error.isReadOnly else { throw .host(error) }
            lock = nil
        }
        let bytes: [UInt8]
        do throws(HostError) {
            bytes = try DurableFile.read(FilePaths.join(folder, Self.seal), limit: SealFile.largestBytes)
        } catch { throw .host(error) }
        do throws(SealFileError) { file = try SealFile.parse(bytes) } catch { throw .seal }
    }

    /// The vault with its keys.
    public struct Unsealed: Sendable {
        let live: LiveVault
        let verified: VerifiedSeal
        let keyset: Keyset
        /// The newest checkpoint that a device has seen, a signed note; empty for none.
        let remembered: String

        /// The life that the folder is of.
        public var incarnation: UInt64 { verified.facts.incarnation }
    }

    /// Opens the seal file. Takes seconds.
    ///
    /// - Parameter remembered: the newest checkpoint this device has seen of the vault, a signed note; empty for none.
    public func unseal(
        _ passphrase: borrowing SecretBytes, vault: VaultID, remembered: String = ""
    ) throws(Problem) -> Unsealed {
        guard file.facts.vault == vault else { throw .otherVault }
        let root: RootKey
        do throws(UnsealError) { root = try file.rootKey(passphrase: passphrase) } catch {
            switch error {
            case .wrongPassphrase: throw .wrongPassphrase
            case .outOfMemory, .notText: throw .unsealing(VaultCreation.words(for: error))
            default: throw .seal
            }
        }
        guard let seal = try? file.verify(with: root), let keyset = try? seal.keyset() else { throw .seal }
        return Unsealed(live: self, verified: seal, keyset: keyset, remembered: remembered)
    }

    // MARK: - Copies

    private static let piece = 1 << 20

    /// Copies a file of the folder, and what SQLite has left beside it, as far as there is any.
    fileprivate func copy(_ name: String, into target: String) throws(HostError) {
        for suffix in ["", "-wal", "-journal"] {
            let path = FilePaths.join(folder, name + suffix)
            guard suffix.isEmpty || Folder.exists(path) else { continue }
            let reader = try FileReader(path)
            let writer = try FileWriter(creating: FilePaths.join(target, name + suffix))
            while case let bytes = try reader.read(upTo: Self.piece), !bytes.isEmpty { try writer.write(bytes) }
            try writer.sync()
        }
    }

    fileprivate func ledgerLine(_ place: UInt64) -> [UInt8]? {
        let name = FilePaths.join(FilePaths.join(folder, "spool/ledger"), "\(place).json")
        return try? DurableFile.read(name, limit: ErasureLedgerLine.largestBytes)
    }
}

extension LiveVault.Unsealed {
    private static let batch: UInt64 = 500

    /// Copies the log to where the new vault has it, once it was compared with everything that vouches for it.
    ///
    /// - Parameters:
    ///   - ledger: the lines that a target has.
    ///   - checkpoints: those in the target's manifests, signed notes.
    /// - Returns: the keys that live on, and the ledger.
    func take(
        into new: NewVault, ledger: [[UInt8]], checkpoints: [String]
    ) throws -> (keys: RestoredKeys, ledger: [[UInt8]]) {
        let facts = verified.facts
        let copies = VaultDirectory(new.path("live"))
        try Folder.create(copies.path, mode: 0o700)
        for name in [StorageFile.log.name, StorageFile.keyring.name, VaultAnchor.name] {
            try live.copy(name, into: copies.path)
        }
        let stores: Stores
        let archive = ArchiveKeyset(of: keyset)
        var rows: [KeyringRow] = []
        let lines: [[UInt8]]
        do {
            try Stores.complete(at: copies, vault: facts.vault)
            stores = try Stores.open(at: copies, vault: facts.vault)
            let anchor = try VaultAnchor(in: copies, vault: facts.vault, root: verified.root)
            try anchor.compare(facts, stores.log)
            try stores.keyring.attach(StateTags(keyset, incarnation: facts.incarnation), to: anchor)
            try verifyLog(stores, checkpoints + [remembered])
            var source = KeyringRows(stores.keyring, keyset: keyset, archive: archive, vault: facts.vault)
            while let some = try source.next() { rows += some }
            lines = try newest(ledger, stores.log)
            try stores.close()
        } catch let error as StorageError {
            throw LiveVault.Problem.altered("\(error)")
        } catch is EnvelopeError {
            throw LiveVault.Problem.altered("a key in keyring.db does not open")
        }
        for suffix in ["", "-wal"] where Folder.exists(copies.path(of: .log) + suffix) {
            try Folder.rename(copies.path(of: .log) + suffix, to: new.directory.path(of: .log) + suffix)
        }
        Folder.removeAll(copies.path)
        let archived = try SealFacts(parsingArchive: facts.encodeForArchive())
        return (
            RestoredKeys(
                facts: archived, keyset: try archive.restored(), rows: rows, logKey: facts.logKey,
                incarnation: facts.incarnation), lines
        )
    }

    /// Opens every entry, and computes the tree anew from what was opened. The anchor cannot tell that it was put back with
    /// all the other files; checkpoints that lie elsewhere can.
    private func verifyLog(_ stores: Stores, _ elsewhere: [String]) throws {
        let facts = verified.facts
        let keys = KeysetLogKeys(keyset, origin: LogOrigin(vault: facts.vault, incarnation: facts.incarnation))
        guard let note = try stores.log.checkpoint(),
            let verifier = VerifierKey(name: keys.verifier.name, key: facts.logKey),
            let checkpoint = try? Checkpoint.open(note, key: verifier)
        else { throw LiveVault.Problem.log }
        let reader = LogReader(stores.log, keyring: stores.keyring, keys: keys)
        var tree = MerkleFrontier()
        while tree.size < checkpoint.size {
            let end = min(checkpoint.size, tree.size + Self.batch)
            let entries = try reader.entries(tree.size..<end)
            guard entries.count == Int(end - tree.size) else { throw LiveVault.Problem.log }
            for entry in entries { tree.append(entry.leaf.hash) }
        }
        guard tree.root() == checkpoint.root else { throw LiveVault.Problem.log }
        for note in elsewhere {
            // Under another key, or of another life, a note says nothing of this log.
            guard let known = try? Checkpoint.open(Array(note.utf8), key: verifier) else { continue }
            guard known.size <= checkpoint.size, try stores.log.root(size: known.size) == known.root else {
                throw LiveVault.Problem.rolledBack
            }
        }
    }

    /// The ledger as the log's database says it ends: the folder's own lines, or those of a target.
    private func newest(_ ledger: [[UInt8]], _ log: LogStore) throws -> [[UInt8]] {
        guard let end = try log.ledgerEnd() else { return ledger }
        let names = ArchiveNames(vault: verified.facts.vault, generation: incarnation)
        func ends(_ lines: [[UInt8]]) -> Bool {
            lines.count == Int(clamping: end.place) && lines.last.map(SHA256.hash) == end.hash
                && RestoreLedger.isChain(lines, names)
        }
        var own: [[UInt8]] = []
        while UInt64(own.count) < end.place, let line = live.ledgerLine(UInt64(own.count) + 1) { own.append(line) }
        if ends(own) { return own }
        guard ends(ledger) else { throw LiveVault.Problem.ledger }
        return ledger
    }
}
