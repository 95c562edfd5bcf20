import Foundation
import Testing

extension Sandbox {
    /// The officer exports the whole log and verifies it, without the vault.
    func verifyLog(_ logKey: String) throws -> Outcome {
        let export = "\(folder)/export-\(UUID().uuidString.prefix(6))"
        try answer("officer", "log", "export", "--out", export)
        return try coffer("officer", "log", "verify", export, "--key", logKey, "--json")
    }

    /// Expects that it verifies.
    @discardableResult
    func expectVerifies(_ logKey: String, _ place: SourceLocation = #_sourceLocation) throws -> Outcome {
        let verified = try verifyLog(logKey)
        #expect(verified.code == 0, "\(verified.text)", sourceLocation: place)
        return verified
    }
}
