import Foundation
import Testing

extension EndToEnd {
    @Suite struct CopiedIdentityTests {
        @Test func `an identity that was copied without its counter is told which file it lacks`() throws {
            let shop = try BackupShop(rows: 0)
            let key = shop.sandbox.folder + "/operator.key"
            let copied = shop.sandbox.folder + "/copied.key"
            try FileManager.default.copyItem(atPath: key, toPath: copied)
            try shop.addTarget("stick")
            // She has asked for a great many things since.
            try Data("0000000000001000\n".utf8).write(to: URL(fileURLWithPath: key + ".counter"))
            #expect(try shop.run().code == 0)
            func run() throws -> Outcome {
                try shop.sandbox.run(
                    Sandbox.binaries + "/coffer",
                    [
                        "backup", "run", "--dir", shop.sandbox.vault, "--identity", copied, "--passphrase-file",
                        try shop.sandbox.passphrase("operator"),
                    ])
            }
            let refused = try run()
            #expect(refused.code == 3 && refused.errorText.contains("counter is behind"), "\(refused.errorText)")
            #expect(refused.errorText.contains("copy IDENTITY.counter"), "\(refused.errorText)")
            // What was refused before it began is no run that failed.
            let status = try shop.sandbox.answer("operator", "backup", "status")
            #expect(try status.member("state") == "none", "\(status.text)")
            try FileManager.default.copyItem(atPath: key + ".counter", toPath: copied + ".counter", overwriting: true)
            #expect(try run().code == 0)
        }
    }
}

extension FileManager {
    fileprivate func copyItem(atPath source: String, toPath target: String, overwriting: Bool) throws {
        if overwriting, fileExists(atPath: target) { try removeItem(atPath: target) }
        try copyItem(atPath: source, toPath: target)
    }
}
