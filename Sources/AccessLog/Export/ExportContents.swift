public import Authority
import CanonicalJSON
import Host
import Primitives
import VaultModel

/// What an export holds besides its entries, for whoever reads it after it has been verified.
public struct ExportContents {
    private let files: ExportFiles
    /// What the log signed about the export.
    public let statement: ExportStatement

    /// Nil when the folder has no statement that the log's key signed. Says nothing about the rest: `LogVerifier` does.
    public init?(_ directory: String, key: VerifierKey) {
        guard let files = try? ExportFiles(directory),
            let bytes = files.read(ExportManifest.fileName, limit: ExportManifest.limits.maxBytes),
            let manifest = try? ExportManifest(parsing: bytes),
            let statement = try? ExportStatement.open(manifest.statement, key: key)
        else { return nil }
        self.files = files
        self.statement = statement
    }

    /// The block of an id; nil when it is missing or another one.
    public func block(_ id: BlockID) -> DSSEEnvelope? {
        guard let bytes = files.read(ExportLayout.block(id)), let envelope = try? DSSEEnvelope(parsing: bytes),
            BlockID(payload: envelope.payload) == id
        else { return nil }
        return envelope
    }

    /// When one of the shop's own witnesses last signed what the export shows or continues; nil for never. `key` is the
    /// log's.
    public func witnessed(log key: VerifierKey) -> LogReport.Witnessed? {
        let witnesses = files.read(ExportLayout.witnesses).flatMap { try? WitnessPolicy(parsing: $0) }?.witnesses ?? []
        let notes = [ExportLayout.checkpoint, ExportLayout.previous].compactMap {
            files.read($0, limit: LogLimits.noteBytes)
        }
        return notes.lazy.compactMap { LogReport.Witnessed(note: $0, log: key, witnesses: witnesses) }.first
    }

    /// The policy of a hash; nil when it is missing or another one.
    public func policy(_ sha256: String) -> [UInt8]? {
        guard let bytes = files.read(ExportLayout.policy(sha256)), Hex.encode(SHA256.hash(bytes)) == sha256 else {
            return nil
        }
        return bytes
    }
}
