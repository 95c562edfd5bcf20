import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// One customer's records come back from real servers: OpenSSH's, and a bucket that checks signatures.
    @Suite(.serialized) struct PickTargetTests {
        private static let later = "上海市黄浦区人民大道 1 号"

        /// Her address is archived, then overwritten.
        private func overwrite(_ shop: BackupShop) throws {
            let run = try shop.run()
            try #require(run.code == 0, "\(run.errorText)")
            try shop.sandbox.answer(
                "counter", "customer", "update", shop.number, "--field", "address=" + Self.later, "--purpose", "care")
        }

        /// - Parameter target: a name, or an address with what goes with it.
        private func pick(_ shop: BackupShop, from target: [String], _ more: String...) throws -> Outcome {
            let outcome = try shop.sandbox.coffer(
                "owner",
                [
                    "backup", "pick", "--customer", shop.number, "--card-file", shop.card(1), "--card-file",
                    shop.card(3), "--scratch", shop.scratch(), "--json", "--from",
                ] + target + more)
            #expect(try BackupShop.files(shop.scratch()) == [], "nothing stays, however it ends")
            return outcome
        }

        private func changed(_ outcome: Outcome) throws -> [[String]] {
            let changes = try #require(
                try outcome.json()["changes"] as? [[String: Any]], "\(outcome.text)\(outcome.errorText)")
            return changes.compactMap { $0["fields"] as? [String] }
        }

        private func address(_ shop: BackupShop) throws -> String { "\(try shop.values(shop.number, "address"))" }

        @Test(.enabled(if: SSHServer.isAvailable, "needs sshd"))
        func `a customer comes back from an SSH server, known or not, and a bad line or a bad pack changes nothing`()
            throws
        {
            let server = try SSHServer()
            let shop = try BackupShop(rows: 3)
            try shop.retryQuickly()
            let office = try shop.sftp(server)
            try shop.addTarget("office", office)
            try overwrite(shop)
            #expect(try changed(pick(shop, from: ["office"], "--dry-run")) == [["address"]])
            // By its address, as from a device that does not know it: the host key is asked for, and compared.
            let unpinned = try pick(shop, from: Array(office.dropLast(2)))
            #expect(unpinned.code == 2 && unpinned.errorText.contains("ssh-keygen -lf"), "\(unpinned.errorText)")
            let other = try SSHServer([.ed25519]).fingerprint(.ed25519)
            #expect(try pick(shop, from: office.dropLast() + [other]).code == 14)
            let packs = try BackupShop.files(server.folder).filter { $0.contains("/p/") }
                .map { URL(fileURLWithPath: server.folder + "/" + $0) }
            let bytes = try packs.map { try Data(contentsOf: $0) }
            for (pack, bytes) in zip(packs, bytes) {
                var flipped = bytes
                flipped[bytes.count / 2] ^= 1
                try flipped.write(to: pack)
            }
            let bad = try pick(shop, from: ["office"])
            #expect(bad.code == 12, "\(bad.code) \(bad.errorText)")
            for (pack, bytes) in zip(packs, bytes) { try bytes.write(to: pack) }
            // A line that breaks again and again is got over while something arrives each time, and else named.
            let relay = try Relay(to: server.port, .cut, after: 3_500, times: 100, in: shop.sandbox.folder)
            #expect(try changed(pick(shop, from: shop.sftp(server, port: relay.port), "--dry-run")) == [["address"]])
            let worse = try Relay(to: server.port, .cut, after: 1_000, times: 100, in: shop.sandbox.folder)
            let broken = try pick(shop, from: shop.sftp(server, port: worse.port))
            #expect(broken.code == 13 && broken.errorText.contains("the connection broke"), "\(broken.errorText)")
            worse.stop()
            relay.stop()
            let silent = try pick(shop, from: shop.sftp(server, port: relay.port))
            #expect(silent.code == 13 && silent.errorText.contains("nothing answers"), "\(silent.errorText)")
            #expect(try address(shop).contains("黄浦区"), "nothing has changed so far")

            let picked = try pick(shop, from: office)
            #expect(try changed(picked) == [["address"]])
            #expect(try address(shop).contains("西湖区"))
            #expect(try changed(pick(shop, from: ["office"])) == [])
            try shop.sandbox.expectVerifies(try shop.sandbox.logKey())
            shop.broker.stop()
        }

        @Test(.enabled(if: S3Server.shared != nil, "needs moto"))
        func `a customer comes back from a bucket, from under delete markers, and a refusal changes nothing`() throws {
            let bucket = try Bucket(.lockable)
            let shop = try BackupShop(rows: 3)
            try shop.retryQuickly()
            let cloud = try shop.s3(bucket)
            try shop.addTarget("cloud", cloud)
            try overwrite(shop)
            for (step, times, code, words) in [
                ("GET 403-AccessDenied", 1, 3, "does not permit"), ("GET 403-InvalidAccessKeyId", 1, 3, "credentials"),
                ("GET 503-SlowDown", 4, 13, "too busy"), ("GET cut", 4, 13, "connection broke"),
            ] as [(String, Int, Int32, String)] {
                try bucket.plan([String](repeating: step, count: times).joined(separator: ","))
                let failed = try pick(shop, from: ["cloud"])
                #expect(failed.code == code, "\(step): \(failed.code) \(failed.errorText)")
                #expect(failed.errorText.contains("cloud") && failed.errorText.contains(words), "\(failed.errorText)")
            }
            #expect(try address(shop).contains("黄浦区"), "nothing has changed so far")
            try bucket.server.ask("mark", ["bucket": bucket.name])
            #expect(try changed(pick(shop, from: cloud, "--dry-run")) == [["address"]])
            #expect(try changed(pick(shop, from: ["cloud"])) == [["address"]])
            #expect(try address(shop).contains("西湖区"))
            try shop.sandbox.expectVerifies(try shop.sandbox.logKey())
            shop.broker.stop()
        }
    }
}
