import Host
import VaultModel

/// Checks an export without a broker, a vault or a network.
///
/// It re-hashes every part, recomputes every leaf and the root, re-verifies every signature, compares what was signed
/// with what was recorded, and replays who was allowed what. It shows that nothing in the export was changed since the
/// checkpoint was signed and that no person was made to appear in it; whether the broker recorded everything is shown
/// only by receipts, counters and witnesses.
public enum LogVerifier {
    /// - Parameters:
    ///   - directory: the export.
    ///   - key: the log's key, which must not come from the export.
    ///   - progress: called now and then with the number of entries done and their total.
    ///   - visit: gets every entry in order once it has been checked by itself; what it says is true only if the report
    ///     has no findings.
    /// - Returns: findings as values; a folder that cannot be read is a finding too.
    public static func verify(
        directory: String, key: VerifierKey, options: VerifyOptions = VerifyOptions(),
        progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in },
        visit: (ScannedEntry) -> Void = { _ in }
    ) -> VerifyReport {
        guard let files = try? ExportFiles(directory) else {
            var report = VerifyReport()
            report.findings = [LogFinding(part: .file, problem: .unreadable)]
            return report
        }
        var verification = ExportVerification(files: files, key: key, options: options)
        verification.run(visit, progress)
        return verification.finished()
    }
}
