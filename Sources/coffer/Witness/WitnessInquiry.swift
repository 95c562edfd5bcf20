import AccessLog
import Client
import Console
import Wire

/// What is asked of witnesses before the vault is unsealed.
enum WitnessInquiry {
    /// The newest checkpoint of the log that this device has seen, or that a witness it knows has cosigned: a signed note,
    /// or empty. A witness that does not answer is named and keeps nobody from unsealing.
    static func newestCheckpoint(_ session: Session, _ output: Output) async -> String {
        let witnesses = (try? session.witnesses.read()) ?? []
        var newest = Array(session.rememberedCheckpoint.utf8)
        guard !witnesses.isEmpty else { return String(decoding: newest, as: UTF8.self) }
        let client = WitnessClient()
        for witness in witnesses {
            do throws(WitnessFailure) {
                guard let note = try await client.lastNote(of: session.logKey.name, at: witness.url) else {
                    output.warning(
                        "witness \(witness.name) knows nothing of this log: what it has seen is not compared")
                    continue
                }
                guard let size = size(note, session) else {
                    output.warning("witness \(witness.name) shows a note that this log's key did not sign")
                    continue
                }
                if size > self.size(newest, session) ?? 0 { newest = note }
            } catch {
                output.warning("witness \(witness.name) does not answer: what it has seen is not compared")
            }
        }
        await client.shutdown()
        return String(decoding: newest, as: UTF8.self)
    }

    private static func size(_ note: [UInt8], _ session: Session) -> UInt64? {
        try? Checkpoint.open(note, key: session.logKey).size
    }
}
