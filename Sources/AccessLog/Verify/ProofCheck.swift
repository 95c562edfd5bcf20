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
        guard files.paths.contains(ExportLayout.previous) || files.paths.contains(ExportLayout.consistency) else {
            return
        }
        guard let note = files.read(ExportLayout.previous, limit: LogLimits.noteBytes),
            let text = files.read(ExportLayout.consistency, limit: LogLimits.receiptBytes)
        else {
            findings.add(.consistency, .missing)
            return
        }
        guard let old = try? Checkpoint.open(note, key: key) else {
            findings.add(.consistency, .notSigned, file: ExportLayout.previous)
            return
        }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let hashes = lines.dropLast().map { Base64.decode(String($0)) ?? [] }
        guard lines.last?.isEmpty == true,
            Merkle.isConsistent(
                old: old.size, oldRoot: old.root, new: checkpoint.size, newRoot: checkpoint.root, proof: hashes)
        else {
            findings.add(.consistency, .forked, file: ExportLayout.consistency)
            return
        }
    }
}
