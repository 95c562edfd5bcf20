import Foundation
import Testing

extension Sandbox {
    /// The officer exports the whole log and verifies it, without the vault.
    ///
    /// - Parameter quorum: the fingerprint that stands on the cards, where a quorum has spoken.
    func verifyLog(_ logKey: String, quorum: String? = nil) throws -> Outcome {
        let export = "\(folder)/export-\(UUID().uuidString.prefix(6))"
        try answer("officer", "log", "export", "--out", export)
        let trust = quorum.map { ["--quorum", $0] } ?? []
        return try coffer("officer", ["log", "verify", export, "--key", logKey, "--json"] + trust)
    }

    /// What stands on the recovery cards, if there are any.
    private var cardsQuorum: String? {
        let text = try? String(contentsOfFile: folder + "/cards/recovery.pub", encoding: .utf8)
        return text?.split(separator: "\n").first { $0.hasPrefix("fingerprint ") }.map { String($0.dropFirst(12)) }
    }

    /// Expects that it verifies.
    @discardableResult
    func expectVerifies(_ logKey: String, quorum: String? = nil, _ place: SourceLocation = #_sourceLocation) throws
        -> Outcome
    {
        let verified = try verifyLog(logKey, quorum: quorum ?? cardsQuorum)
        #expect(verified.code == 0, "\(verified.text)", sourceLocation: place)
        return verified
    }
}
