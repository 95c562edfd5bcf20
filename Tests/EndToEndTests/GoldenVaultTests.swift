import Foundation
import Synchronization
import Testing

extension EndToEnd {
    /// Vaults and archives that earlier versions made, in `Golden/VERSION.tar.gz`: they must open for ever. A change that
    /// breaks these tests needs a new number of a format, and code that reads the old one. Only the vault of a version that
    /// is not released yet is made anew, with `COFFER_GOLDEN=VERSION`.
    @Suite(.enabled(if: PreloadLibrary.canBeMade, "there is no C compiler for the clock of that day"))
    struct GoldenVaultTests {
        private static let versions = ["0.1.0"]
        private static let wanted = ProcessInfo.processInfo.environment["COFFER_GOLDEN"]
        private static func archive(_ version: String) -> String {
            Sandbox.root + "/Tests/EndToEndTests/Golden/\(version).tar.gz"
        }

        /// What is not in the files, in a file of its own.
        private struct Facts: Codable {
            let number: String
            let logKey: String
            /// Seconds since 1970. Rights and requests have a time of their own; it is this one.
            let made: Int
        }

        /// The shop of that version, with a broker of this one, a minute later.
        private func shop(_ version: String) throws -> (BackupShop, Facts) {
            let sandbox = try Sandbox()
            let unpacked = try sandbox.run("/bin/tar", ["-xzf", Self.archive(version), "-C", sandbox.folder])
            try #require(unpacked.code == 0, "\(unpacked.errorText)")
            let json = try Data(contentsOf: URL(fileURLWithPath: sandbox.folder + "/facts.json"))
            let facts = try JSONDecoder().decode(Facts.self, from: json)
            let template = BackupShop.Template(folder: sandbox.folder, number: facts.number)
            let shop = try BackupShop(rows: 0, template: template) { sandbox in
                let ahead = facts.made + 60 - Int(Date().timeIntervalSince1970)
                let clock = try ForwardClock(sandbox, seconds: ahead)
                sandbox.clock.withLock { $0 = clock.environment }
                return []
            }
            return (shop, facts)
        }

        private func expectSample(_ shop: BackupShop) throws {
            let shown = try shop.sandbox.answer(
                "counter", "customer", "show", shop.number, "--fields", "name,phone,address", "--purpose", "order")
            for value in [Sandbox.sample.name, Sandbox.sample.phone, Sandbox.sample.address] {
                #expect(shown.text.contains(value), "\(shown.text)")
            }
            let found = try shop.sandbox.answer(
                "counter", "find", "--phone", Sandbox.sample.phone, "--purpose", "order")
            #expect((try found.json()["matches"] as? [Any])?.count == 1)
        }

        @Test(arguments: versions) func `a vault of an earlier version is opened, read, changed and archived`(
            version: String
        ) throws {
            let (shop, facts) = try shop(version)
            try expectSample(shop)
            try shop.sandbox.answer(
                "counter", "customer", "update", shop.number, "--field", "address=一", "--purpose", "order")
            try shop.sandbox.expectVerifies(facts.logKey)
            try shop.addTarget("fresh")
            #expect(try shop.run("--target", "fresh").code == 0)
            #expect(try shop.sandbox.coffer("owner", "scrub").code == 0)
            #expect(shop.broker.stop() == 0)
        }

        @Test(arguments: versions) func `archives of an earlier version are restored`(version: String) throws {
            let (shop, _) = try shop(version)
            try shop.destroy()
            let restored = try shop.restore(from: [shop.sandbox.folder + "/stick"])
            try #require(restored.code == 0, "\(restored.errorText)")
            try shop.follow(restored, ["owner", "counter", "officer"])
            try expectSample(shop)
            try shop.sandbox.expectVerifies(
                try restored.member("log_key"), quorum: try restored.member("quorum"))
            #expect(shop.broker.stop() == 0)
        }

        @Test(.enabled(if: wanted != nil, "only with COFFER_GOLDEN=VERSION is a vault made for other versions to open"))
        func `a vault for later versions is made`() throws {
            let version = try #require(Self.wanted)
            let shop = try BackupShop(rows: 5, template: BackupShop.Template())
            let folder = shop.sandbox.folder
            try shop.addTarget("stick")
            #expect(try shop.run().code == 0)
            let logKey = try shop.sandbox.logKey()
            try #require(shop.broker.stop() == 0)
            let facts = Facts(number: shop.number, logKey: logKey, made: Int(Date().timeIntervalSince1970))
            _ = try shop.sandbox.write("facts.json", String(decoding: try JSONEncoder().encode(facts), as: UTF8.self))
            let people = ["owner", "counter", "officer", "operator"].flatMap { ["\($0).key", "\($0).key.counter"] }
            let passphrases = ["owner", "counter", "officer", "operator", "vault"].map { $0 + ".pass" }
            let packed = try shop.sandbox.run(
                "/bin/tar",
                [
                    "-czf", Self.archive(version), "--owner=0", "--group=0", "-C", folder, "facts.json", "vault",
                    "cards",
                    "stick", "state",
                ] + people + passphrases)
            try #require(packed.code == 0, "\(packed.errorText)")
        }
    }
}
