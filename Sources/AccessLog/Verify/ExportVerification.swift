import Authority
import CanonicalJSON
import Primitives
import VaultModel

/// One run of the verifier over one export.
struct ExportVerification {
    let files: ExportFiles
    let key: VerifierKey
    let options: VerifyOptions
    var report = VerifyReport()
    var findings = FindingList()

    init(files: ExportFiles, key: VerifierKey, options: VerifyOptions) {
        self.files = files
        self.key = key
        self.options = options
    }

    mutating func run(_ visit: (ScannedEntry) -> Void, _ progress: (UInt64, UInt64) -> Void) {
        for path in files.strange { findings.add(.file, .unexpected, file: path) }
        guard let checkpoint = openCheckpoint() else { return }
        report.checkpoint = checkpoint
        report.covered = checkpoint.size
        if options.treeOnly {
            report.scope = .tree
            report.entries = checkpoint.size
            var tree = TreeReplay(files: files, checkpoint: checkpoint, previous: openPrevious(checkpoint))
            while tree.nextBundle(&findings) != nil { progress(tree.size, checkpoint.size) }
            tree.finish(&findings)
            return
        }
        guard let (manifest, statement) = openManifest(checkpoint) else { return }
        checkFiles(manifest, checkpoint)
        report.scope = manifest.withheld.isEmpty ? .full : .filtered
        let authority = options.authority ?? statement.authority
        report.authority = authority
        replay(checkpoint, manifest, statement, authority, visit, progress)
    }

    func finished() -> VerifyReport {
        var report = report
        report.findings = findings.list
        return report
    }

    // MARK: - Checkpoint

    private mutating func openCheckpoint() -> Checkpoint? {
        guard let bytes = files.read(ExportLayout.checkpoint, limit: LogLimits.noteBytes) else {
            findings.add(.checkpoint, .missing, file: ExportLayout.checkpoint)
            return nil
        }
        let checkpoint: Checkpoint
        do {
            checkpoint = try Checkpoint.open(bytes, key: key)
        } catch {
            let problem: LogProblem =
                switch error {
                case .note, .form: .malformed
                case .origin: .otherLog
                case .signature: .notSigned
                }
            findings.add(.checkpoint, problem, file: ExportLayout.checkpoint)
            return nil
        }
        guard checkpoint.size > 0 else {
            findings.add(.checkpoint, .malformed, file: ExportLayout.checkpoint)
            return nil
        }
        if let witnesses = options.witnesses, !isWitnessed(checkpoint, bytes, by: witnesses) {
            findings.add(.checkpoint, .notWitnessed, file: ExportLayout.checkpoint)
        }
        return checkpoint
    }

    /// Whether enough witnesses signed the checkpoint, or an earlier one that it is proved to continue.
    private func isWitnessed(_ checkpoint: Checkpoint, _ note: [UInt8], by witnesses: WitnessPolicy) -> Bool {
        func isEnough(_ note: [UInt8]) -> Bool {
            guard let note = try? SignedNote(parsing: note) else { return false }
            return witnesses.isWitnessed(note, notBefore: options.witnessedSince)
        }
        if isEnough(note) { return true }
        let earlier = try? EarlierCheckpoint.read(files, key: key, checkpoint: checkpoint)
        return earlier.map { isEnough($0.note) } ?? false
    }

    /// The checkpoint known from before, when the export can be compared with it.
    private mutating func openPrevious(_ checkpoint: Checkpoint) -> Checkpoint? {
        guard let bytes = options.previous else { return nil }
        guard let previous = try? Checkpoint.open(bytes, key: key) else {
            findings.add(.consistency, .otherLog)
            return nil
        }
        guard previous.size <= checkpoint.size else {
            findings.add(.consistency, .rolledBack)
            return nil
        }
        return previous
    }

    // MARK: - Manifest

    private mutating func openManifest(_ checkpoint: Checkpoint) -> (ExportManifest, ExportStatement)? {
        let name = ExportManifest.fileName
        guard let bytes = files.read(name, limit: ExportManifest.limits.maxBytes) else {
            findings.add(.manifest, .missing, file: name)
            return nil
        }
        guard let manifest = try? ExportManifest(parsing: bytes) else {
            findings.add(.manifest, .malformed, file: name)
            return nil
        }
        let statement: ExportStatement
        do {
            statement = try ExportStatement.open(manifest.statement, key: key)
        } catch {
            let problem: LogProblem =
                switch error {
                case .signature: .notSigned
                case .value("origin"): .otherLog
                default: .malformed
                }
            findings.add(.manifest, problem, file: name)
            return nil
        }
        guard statement.checkpoint == checkpoint, LogOrigin(checkpoint.origin)?.vault == statement.vault else {
            findings.add(.manifest, .otherLog, file: name)
            return nil
        }
        // The ranges are not signed themselves, their hash is.
        if manifest.withheld.digest != statement.withheld || statement.filter.isEmpty && !manifest.withheld.isEmpty {
            findings.add(.manifest, .withheld, file: name)
        }
        return (manifest, statement)
    }

    /// Every file the manifest names is there and unchanged, and there is none besides.
    private mutating func checkFiles(_ manifest: ExportManifest, _ checkpoint: Checkpoint) {
        for (path, hash) in manifest.files.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            guard files.paths.contains(path) else {
                findings.add(.file, .missing, file: path)
                continue
            }
            guard let found = files.hash(path) else {
                findings.add(.file, .unreadable, file: path)
                continue
            }
            if found != hash { findings.add(.file, .hash, file: path) }
        }
        let known = Set(manifest.files.keys).union([ExportManifest.fileName])
        for path in files.paths.subtracting(known).sorted() {
            // Leaves that nobody signed for are more than a stray file.
            let isTree = path.utf8.starts(with: "tile/".utf8)
            findings.add(isTree ? .tile : .file, isTree ? .notCovered : .unexpected, file: path)
        }
    }

    // MARK: - Entries

    private mutating func replay(
        _ checkpoint: Checkpoint, _ manifest: ExportManifest, _ statement: ExportStatement, _ authority: KeyID,
        _ visit: (ScannedEntry) -> Void, _ progress: (UInt64, UInt64) -> Void
    ) {
        guard var parts = PartLines(files) else {
            for path in [ExportLayout.core, ExportLayout.subject, ExportLayout.evidence]
            where !files.paths.contains(path) {
                findings.add(.file, .missing, file: path)
            }
            return
        }
        var tree = TreeReplay(files: files, checkpoint: checkpoint, previous: openPrevious(checkpoint))
        var proofs = ProofCheck(files: files, key: key, checkpoint: checkpoint, &findings)
        var entries = EntryReplay(
            withheld: manifest.withheld,
            rights: RightsReplay(
                files: files, vault: statement.vault, authority: authority, quorum: options.quorum))
        let keys = PublicKeyCache()
        while let (first, leaves) = tree.nextBundle(&findings) {
            var batch: [EntryInput] = []
            batch.reserveCapacity(leaves.count)
            for (place, leaf) in leaves.enumerated() {
                let index = first + UInt64(place)
                proofs.take(leaf, at: index)
                batch.append(EntryInput(index: index, leaf: leaf, lines: parts.next(at: index, &findings)))
            }
            for entry in EntryInput.check(
                batch, vault: statement.vault, keys: keys, threads: options.threads)
            {
                entries.apply(entry, into: &findings)
                visit(entry.scanned)
            }
            progress(tree.size, checkpoint.size)
        }
        tree.finish(&findings)
        entries.finish(into: &findings)
        proofs.finish(&findings)
        let behind = parts.skipToEnd(&findings)
        report.entries = tree.size + behind
        if behind > 0 { findings.add(.core, .notCovered, at: checkpoint.size) }
        report.signaturesVerified = entries.signaturesVerified
        report.signaturesNotChecked = entries.signaturesNotChecked
        report.notes = entries.notes
        report.recoveries = entries.recoveries
    }
}
