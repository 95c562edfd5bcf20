import AccessLog
import Authority
import Console
import Policy
import VaultModel

/// The log as an export holds it, verified while it is read.
struct ExportReading: LogReading {
    let made: Int64
    let entry: UInt64? = nil
    private let folder: String
    private let key: VerifierKey
    private let files: ExportContents

    init(_ folder: String, key: VerifierKey) throws(Failure) {
        guard let files = ExportContents(folder, key: key) else { throw Self.unverified }
        self.folder = folder
        self.key = key
        self.files = files
        made = files.statement.made
    }

    func read(_ output: Output, _ take: (ScannedEntry) -> Void) async throws(Failure) -> Checkpoint {
        var progress = Progress("verify", unit: .things("entries"), output: output)
        let report = LogVerifier.verify(directory: folder, key: key) { done, total in
            progress.show(done: Int64(clamping: done), of: Int64(clamping: total))
        } visit: {
            take($0)
        }
        progress.finish()
        guard report.ok, let checkpoint = report.checkpoint else { throw Self.unverified }
        return checkpoint
    }

    func block(_ id: BlockID) throws(Failure) -> SignedBlock {
        guard let envelope = files.block(id) else { throw Self.unverified }
        do throws(BlockRefusal) { return try Block.open(envelope, vault: files.statement.vault) } catch {
            throw Self.unverified
        }
    }

    func policy(_ sha256: String) throws(Failure) -> PolicyDocument? { files.policy(sha256).flatMap(Self.parsed) }

    var authority: KeyID { files.statement.authority }

    func end() {}

    var witnessed: LogReport.Witnessed? { files.witnessed(log: key) }

    /// An export holds no names.
    func names() -> [String: String] { [:] }

    private static var unverified: Failure {
        Failure(
            code: "check", why: "verify", message: "the export does not verify",
            hint: "coffer log verify DIR --key LOGKEY says what is wrong with it", exitCode: 1)
    }
}
