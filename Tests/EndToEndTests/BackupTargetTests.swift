import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Archives on real servers, through the programs: OpenSSH's, and buckets that check signatures.
    @Suite(.serialized) struct BackupTargetTests {
        @Test(.enabled(if: SSHServer.isAvailable, "needs sshd"))
        func `archives go to an SSH server, are checked there and come back`() throws {
            let server = try SSHServer()
            let shop = try BackupShop(rows: 3)
            let address = try shop.sftp(server)
            let unpinned = try shop.sandbox.coffer(
                "operator", ["backup", "targets", "add", "office"] + address.dropLast(2))
            #expect(unpinned.code == 2 && unpinned.errorText.contains("ssh-keygen -lf"), "\(unpinned.errorText)")
            let other = try SSHServer([.ed25519]).fingerprint(.ed25519)
            let mismatch = try shop.sandbox.coffer(
                "operator", ["backup", "targets", "add", "office"] + address.dropLast() + [other])
            #expect(mismatch.code == 14, "\(mismatch.errorText)")
            #expect(try BackupShop.files(server.folder) == [], "nothing was written before the server was known")
            #expect(try shop.addTarget("office", address).member("protection") == "mutable")
            let tested = try shop.sandbox.answer("operator", "backup", "targets", "test", "office")
            #expect(tested.text.contains(#""protection":"mutable""#))
            #expect(try shop.run().code == 0)
            #expect(try shop.sandbox.answer("operator", "backup", "check", "--all").number("checked") > 4)
            // A bit flips on the server's disk.
            let pack = try BackupShop.pack(server.folder)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: pack))
            var flipped = bytes
            flipped[bytes.count / 2] ^= 1
            try flipped.write(to: URL(fileURLWithPath: pack))
            let bad = try shop.sandbox.coffer("operator", "backup", "check", "--all", "--json")
            #expect(bad.code == 12 && bad.text.contains((pack as NSString).lastPathComponent), "\(bad.text)")
            try bytes.write(to: URL(fileURLWithPath: pack))
            // The machine is gone, and with it what it knew of targets: the address is all there is.
            try shop.destroy()
            try FileManager.default.removeItem(atPath: shop.sandbox.folder + "/config")
            let restored = try shop.restore(from: address)
            #expect(restored.code == 0, "\(restored.errorText)")
            #expect(try shop.found(after: restored) == 1)
            shop.broker.stop()
        }

        @Test(.enabled(if: S3Server.shared != nil, "needs moto"))
        func `archives in a locked bucket keep their dates, and come back from under delete markers`() throws {
            let bucket = try Bucket(.lockable)
            let shop = try BackupShop(rows: 3)
            #expect(try shop.addTarget("cloud", shop.s3(bucket)).member("protection") == "immutable")
            #expect(try shop.sandbox.answer("operator", "backup", "targets", "test").text.contains("immutable"))
            try shop.erase(try shop.addLeaver())
            let run = try shop.run()
            #expect(run.code == 0, "\(run.errorText)")
            // Key, size, mode, date, as another client of S3 sees them. The ledger is kept by everybody for ever.
            let objects = try bucket.versions().filter { $0.contains("/m/") || $0.contains("/p/") }
            #expect(objects.count >= 8)
            #expect(objects.allSatisfy { $0.contains(" COMPLIANCE 20") }, "\(objects)")
            #expect(try shop.sandbox.answer("operator", "backup", "check", "--all").number("checked") >= 5)

            // A thief of the credentials deletes everything, as far as that goes in a locked bucket.
            try bucket.server.ask("mark", ["bucket": bucket.name])
            #expect(try bucket.versions().contains { $0.hasPrefix("marker ") })
            #expect(try shop.sandbox.coffer("operator", "backup", "check", "--all").code == 0)
            #expect(try shop.run().code == 0, "the next run goes on behind the markers")
            try bucket.server.ask("mark", ["bucket": bucket.name])
            try shop.destroy()
            let restored = try shop.restore(from: ["cloud"])
            #expect(restored.code == 0, "\(restored.errorText)")
            #expect(try restored.number("erased") == 1)
            #expect(try shop.found(after: restored) == 1)
            shop.broker.stop()
        }

        @Test(.enabled(if: SSHServer.isAvailable, "needs sshd"))
        func `a line that breaks in the middle is named, and the next run catches up`() throws {
            let server = try SSHServer()
            let shop = try BackupShop(rows: 3)
            try shop.retryQuickly()
            let stick = try shop.addTarget("stick")
            // Connections fail once more than the mark went through: so many as one object is tried, and one more.
            let relay = try Relay(to: server.port, .cut, after: 40_000, times: 5, in: shop.sandbox.folder)
            try shop.addTarget("office", try shop.sftp(server, port: relay.port))
            let broken = try shop.run()
            #expect(broken.code == 10, "\(broken.code) \(broken.errorText)")
            #expect(broken.errorText.contains("office: the connection broke"), "\(broken.errorText)")
            #expect(try Self.sets(shop, "stick").count == 1)
            #expect(try BackupShop.files(server.folder).allSatisfy { !$0.contains("/m/") }, "no part of a set is one")
            let alone = try shop.run("--target", "office")
            #expect(alone.code == 0, "the rest of the cuts is got over: \(alone.errorText)")
            #expect(try alone.member("set") == broken.member("set"), "it goes on with the set that waits")
            #expect(try Self.sets(shop, "office") == Self.sets(shop, "stick"))

            // The server ends; what is before it still takes connections, as a router would.
            server.stop()
            let unreached = try shop.run("--target", "office")
            #expect(unreached.code == 13, "\(unreached.code) \(unreached.errorText)")
            #expect(unreached.errorText.contains("office: the connection broke"), "\(unreached.errorText)")
            relay.stop()
            let silent = try shop.run("--target", "office")
            #expect(silent.code == 13, "\(silent.code) \(silent.errorText)")
            #expect(silent.errorText.contains("office: nothing answers"), "\(silent.errorText)")
            let some = try shop.run()
            #expect(some.code == 10, "\(some.errorText)")
            #expect(try Self.sets(shop, "stick").count == 2)
            #expect(try BackupShop.files(stick).allSatisfy { !$0.contains(".tmp-") })
            shop.broker.stop()
        }

        @Test(.enabled(if: S3Server.shared != nil, "needs moto"))
        func `a bucket that is busy, refuses or breaks off is named, and the next run catches up`() throws {
            let bucket = try Bucket(.lockable)
            let shop = try BackupShop(rows: 0)
            try shop.retryQuickly()
            try shop.addTarget("cloud", try shop.s3(bucket))
            func planned(_ step: String, _ times: Int) throws -> Outcome {
                try bucket.plan([String](repeating: step, count: times).joined(separator: ","))
                return try shop.run()
            }
            for (step, times, code, words) in [
                ("PUT 503-SlowDown", 4, 13, "too busy"), ("PUT 403-AccessDenied", 1, 3, "does not permit"),
                ("GET 403-InvalidAccessKeyId", 1, 3, "credentials"), ("PUT cut", 4, 13, "connection broke"),
                ("PUT unlock", 1, 12, "did not lock"),
            ] as [(String, Int, Int32, String)] {
                let failed = try planned(step, times)
                #expect(failed.code == code, "\(step): \(failed.code) \(failed.errorText)")
                #expect(failed.errorText.contains("cloud") && failed.errorText.contains(words), "\(failed.errorText)")
                #expect(!failed.errorText.contains(S3Server.secretKey) && !failed.text.contains(S3Server.secretKey))
            }
            // One that passes is got over without a word; the clock is judged before anything is sent.
            #expect(try planned("PUT 500-InternalError", 1).code == 0)
            try bucket.server.ask("clock", ["bucket": bucket.name, "offset": "\(700)"])
            let late = try shop.run()
            #expect(late.code == 16 && late.errorText.contains("differ"), "\(late.errorText)")
            try bucket.server.ask("clock", ["bucket": bucket.name, "offset": "0"])
            #expect(try shop.run().code == 0)
            #expect(try shop.sandbox.coffer("operator", "backup", "check", "--all").code == 0)
            shop.broker.stop()
        }

        private static func sets(_ shop: BackupShop, _ target: String) throws -> [String] {
            let listed = try shop.sandbox.coffer("operator", "backup", "list", "--target", target, "--json")
            return try #require(try listed.json()["sets"] as? [[String: Any]]).compactMap { $0["set"] as? String }
        }
    }
}
