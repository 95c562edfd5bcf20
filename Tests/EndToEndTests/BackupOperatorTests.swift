import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// Whoever carries archives holds nothing that could be read, and needs nothing but the socket.
    @Suite(.serialized) struct BackupOperatorTests {
        @Test func `targets, spool, logs and the operator's home hold no value of a customer and no key`() throws {
            let shop = try BackupShop(rows: 5)
            let folder = shop.sandbox.folder
            try shop.addTarget("stick")
            let away = try shop.addTarget("away")
            try shop.erase(try shop.addLeaver())
            #expect(try shop.run().code == 0)
            // One target is gone, so that a set waits in the spool.
            try FileManager.default.moveItem(atPath: away, toPath: away + ".moved")
            let some = try shop.run("--full")
            #expect(some.code == 10)
            #expect(try BackupShop.files(shop.sandbox.vault + "/spool/backup").contains { $0.contains("set/p/") })
            let status = try shop.sandbox.answer("operator", "backup", "status")
            try shop.sandbox.answer("operator", "backup", "check", "--target", "stick", "--all")

            var values = [
                Sandbox.sample.name, Sandbox.sample.phone, "+86" + Sandbox.sample.phone, Sandbox.sample.address,
                "文三路 100 号", BackupShop.leaver.name, BackupShop.leaver.phone, "13710000001", "客户3", "杭州市西湖区 4 号",
            ]
            // What opens the vault, the archives and people's keys: passphrases, cards, an age identity.
            for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasSuffix(".pass") {
                let text = try String(contentsOfFile: folder + "/" + file, encoding: .utf8)
                values.append(String(try #require(text.split(separator: "\n").first)))
            }
            for index in 1...3 {
                let card = try String(contentsOfFile: shop.card(index), encoding: .utf8)
                let shares = card.split(separator: "\n").filter { $0.utf8.count > 30 && !$0.contains(" ") }
                values += shares.map(String.init)
            }
            values.append("AGE-SECRET" + "-KEY-1")

            let places = ["vault", "stick", "away.moved", "state", "config"]
            let logs = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".log") }
            var count = 0
            for place in places + logs {
                let root = folder + "/" + place
                let files = place.hasSuffix(".log") ? [root] : try BackupShop.files(root).map { root + "/" + $0 }
                for file in files {
                    let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
                    PlaintextForms.expectNone(of: values, in: [UInt8](bytes), of: file)
                    count += 1
                }
            }
            for outcome in [some, status] {
                PlaintextForms.expectNone(of: values, in: outcome.out + outcome.err, of: "messages")
            }
            #expect(count > 40 && values.count > 16, "\(count) files, \(values.count) values")
            shop.broker.stop()
        }

        @Test(.enabled(if: geteuid() == 0, "needs a second user"))
        func `the operator is another user, with a home of her own and the socket`() throws {
            let shop = try BackupShop(rows: 0)
            let sandbox = shop.sandbox
            let home = sandbox.folder + "/home"
            try FileManager.default.createDirectory(atPath: home + "/stick", withIntermediateDirectories: true)
            for name in ["operator.key", "operator.key.counter", "operator.pass"] {
                try? FileManager.default.moveItem(atPath: "\(sandbox.folder)/\(name)", toPath: "\(home)/\(name)")
            }
            for file in try #require(FileManager.default.enumerator(atPath: home)).compactMap({ $0 as? String }) + [""]
            {
                #expect(unsafe chown(home + "/" + file, 65_534, 65_534) == 0)
            }
            // The folder that this was built in may be closed to others.
            let program = sandbox.folder + "/coffer"
            try FileManager.default.copyItem(atPath: Sandbox.binaries + "/coffer", toPath: program)
            // Others may pass through the folder, and only the group of the vault's into that.
            #expect(unsafe chmod(sandbox.folder, 0o711) == 0)
            func asOperator(_ group: Int, _ arguments: [String]) throws -> Outcome {
                try sandbox.run(
                    "/usr/bin/setpriv",
                    [
                        "--reuid=65534", "--regid=\(group)", "--clear-groups", "/usr/bin/env", "-i",
                        "PATH=/usr/bin:/bin", "LANG=C.UTF-8", "SWIFT_BACKTRACE=enable=no", "HOME=" + home,
                        program,
                    ] + arguments + [
                        "--dir", sandbox.vault, "--identity", home + "/operator.key", "--passphrase-file",
                        home + "/operator.pass", "--json",
                    ])
            }
            let group = Int(getegid())
            let outside = try asOperator(65_534, ["backup", "status"])
            #expect(outside.code == 5 && outside.errorText.contains("in the group"), "\(outside.errorText)")
            let added = try asOperator(group, ["backup", "targets", "add", "stick", home + "/stick"])
            try #require(added.code == 0, "\(added.errorText)")
            let run = try asOperator(group, ["backup", "run"])
            try #require(run.code == 0, "\(run.errorText)")
            #expect(try asOperator(group, ["backup", "check", "--all"]).number("checked") > 4)
            #expect(
                try asOperator(
                    group,
                    [
                        "customer", "show", shop.number, "--fields", "name", "--purpose", "order",
                    ]
                ).code == 3)
            #expect(try BackupShop.files(home + "/stick").contains { $0.contains("/m/") })
            // Whatever stands in the vault's folder is closed to her.
            for file in ["vault.db", "vault.seal", "spool/backup/last.json"] {
                let read = try sandbox.run(
                    "/usr/bin/setpriv",
                    [
                        "--reuid=65534", "--regid=\(group)", "--clear-groups", "/usr/bin/cat",
                        sandbox.vault + "/" + file,
                    ])
                #expect(read.code != 0, "\(file)")
            }
            shop.broker.stop()
        }
    }
}
