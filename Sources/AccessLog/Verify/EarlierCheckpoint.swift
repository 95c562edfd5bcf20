import Primitives

/// The earlier checkpoint that an export brings along, with the proof that the export continues it. Witnesses may have
/// cosigned that one and not the export's own, which is a few entries younger.
struct EarlierCheckpoint {
    let checkpoint: Checkpoint
    /// Byte for byte, with its cosignatures.
    let note: [UInt8]

    enum Problem: Error {
        /// One of the two files is not there.
        case missing
        case notSigned
        /// The proof does not lead from it to the export's checkpoint.
        case forked
    }

    /// Reads both files and checks them; nil where the export has neither.
    static func read(
        _ files: ExportFiles, key: VerifierKey, checkpoint: Checkpoint
    ) throws(Problem) -> EarlierCheckpoint? {
        guard files.paths.contains(ExportLayout.previous) || files.paths.contains(ExportLayout.consistency) else {
            return nil
        }
        guard let note = files.read(ExportLayout.previous, limit: LogLimits.noteBytes),
            let text = files.read(ExportLayout.consistency, limit: LogLimits.receiptBytes)
        else { throw .missing }
        guard let old = try? Checkpoint.open(note, key: key) else { throw .notSigned }
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let hashes = lines.dropLast().map { Base64.decode(String($0)) ?? [] }
        guard lines.last?.isEmpty == true,
            Merkle.isConsistent(
                old: old.size, oldRoot: old.root, new: checkpoint.size, newRoot: checkpoint.root, proof: hashes)
        else { throw .forked }
        return EarlierCheckpoint(checkpoint: old, note: note)
    }
}
