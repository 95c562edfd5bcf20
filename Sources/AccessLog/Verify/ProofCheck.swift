import Primitives

/// The proof files of an export: they must lead from the leaf of their index to the signed root.
struct ProofCheck {
    private let key: VerifierKey
    private let files: ExportFiles
    private let checkpoint: Checkpoint
    private var proofs: [UInt64: (LogProof, file: String)] = [:]

    init(files: ExportFiles, key: VerifierKey, checkpoint: Checkpoint, _ findings: inout FindingList) {
        self.files = files
        self.key = key
        self.checkpoint = checkpoint
        let folder = ExportLayout.proofs + "/"
        for path in files.paths.filter({ $0.utf8.starts(with: folder.utf8) }).sorted().prefix(LogLimits.proofFiles) {
            guard let bytes = files.read(path, limit: LogLimits.receiptBytes) else {
                findings.add(.proof, .unreadable, file: path)
                continue
            }
            guard let proof = try? LogProof(parsing: bytes), ExportLayout.proof(proof.index) == path else {
                findings.add(.proof, .malformed, file: path)
                continue
            }
            proofs[proof.index] = (proof, path)
        }
    }

    /// Checks the proof of this entry, if there is one.
    mutating func take(_ leaf: Leaf, at index: UInt64) {
        guard let (proof, _) = proofs[index], let proved = try? proof.open(leaf: leaf, key: key), proved == checkpoint
        else {
            return
        }
        proofs[index] = nil
    }

    /// Reports what was not proved, and checks the consistency proof if there is one.
    func finish(_ findings: inout FindingList) {
        for (index, proof) in proofs.sorted(by: { $0.key < $1.key }) {
            findings.add(.proof, .root, at: index, file: proof.file)
        }
        do {
            _ = try EarlierCheckpoint.read(files, key: key, checkpoint: checkpoint)
        } catch {
            switch error {
            case .missing: findings.add(.consistency, .missing)
            case .notSigned: findings.add(.consistency, .notSigned, file: ExportLayout.previous)
            case .forked: findings.add(.consistency, .forked, file: ExportLayout.consistency)
            }
        }
    }
}
