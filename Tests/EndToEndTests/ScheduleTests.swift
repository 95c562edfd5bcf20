import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// Archives and drills with nobody there: the units, and the commands in them as systemd would start them.
    @Suite(.serialized) struct ScheduleTests {
        private static let packaged = [
            "coffer-backup.service", "coffer-backup.timer", "coffer-backup-drill.service", "coffer-backup-drill.timer",
        ]
        private static let places = [
            "backup", "schedule", "--user", "coffer-backup", "--dir", "/var/lib/coffer/vault", "--identity",
            "/var/lib/coffer-backup/identity", "--passphrase-file", "/etc/coffer/backup.passphrase", "--drill-key",
            "/etc/coffer/drill.key",
        ]

        private func units(_ outcome: Outcome) throws -> [String: String] {
            let units = try #require(try outcome.json()["units"] as? [[String: String]], "\(outcome.errorText)")
            return Dictionary(uniqueKeysWithValues: units.map { ($0["name"] ?? "", $0["text"] ?? "") })
        }

        private func settings(_ unit: String, _ key: String) -> [String] {
            unit.split(separator: "\n").filter { $0.hasPrefix(key + "=") }.map { String($0.dropFirst(key.count + 1)) }
        }

        /// Made anew with `COFFER_UNITS=write`.
        @Test func `the units that come along are those that schedule prints for the places of the instructions`()
            throws
        {
            let sandbox = try Sandbox()
            let environment = ["PATH": "/usr/bin:/bin", "HOME": "/var/lib/coffer-backup"]
            let printed = try units(
                sandbox.run(Sandbox.binaries + "/coffer", Self.places + ["--json"], in: environment))
            #expect(Set(printed.keys) == Set(Self.packaged))
            for (name, text) in printed {
                let path = Sandbox.root + "/packaging/systemd/" + name
                if ProcessInfo.processInfo.environment["COFFER_UNITS"] == "write" {
                    try text.write(toFile: path, atomically: true, encoding: .utf8)
                }
                #expect(try String(contentsOfFile: path, encoding: .utf8) == text, "\(name)")
            }
            // What closes the broker closes them too, but for the network.
            let broker = try String(
                contentsOfFile: Sandbox.root + "/packaging/systemd/cofferd.service", encoding: .utf8)
            let others = ["PrivateNetwork", "RestrictAddressFamilies", "IPAddressDeny", "ProtectHome"]
            for line in broker.split(separator: "[Service]")[1].split(separator: "[Install]")[0].split(separator: "\n")
            where line.contains("=") && !line.hasPrefix("#") {
                let key = String(line.prefix { $0 != "=" })
                guard
                    ["Protect", "Private", "Restrict", "SystemCall", "Limit", "Capab", "Ambient", "NoNew", "Lock"]
                        .contains(where: key.hasPrefix), !key.hasPrefix("RestartP"), !others.contains(key)
                else { continue }
                for name in Self.packaged where name.hasSuffix(".service") {
                    #expect(printed[name]?.contains("\n\(line)\n") == true, "\(name) lacks \(line)")
                }
            }
            // The files go into a folder once.
            let out = sandbox.folder + "/units"
            try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: false)
            let written = try sandbox.run(
                Sandbox.binaries + "/coffer", Self.places + ["--out", out], in: environment)
            #expect(written.code == 0 && written.text.split(separator: "\n").count == 4, "\(written.errorText)")
            for (name, text) in printed {
                #expect(try String(contentsOfFile: out + "/" + name, encoding: .utf8) == text)
            }
            let again = try sandbox.run(Sandbox.binaries + "/coffer", Self.places + ["--out", out], in: environment)
            #expect(again.code == 7 && again.errorText.contains("--out"), "\(again.errorText)")
        }

        @Test func `what cannot stand in a unit is refused, and what lies in a home or a folder is named`() throws {
            let sandbox = try Sandbox()
            let person = "/home" + "/mei"
            let environment = ["PATH": "/usr/bin:/bin", "HOME": person]
            func schedule(_ more: String...) throws -> Outcome {
                try sandbox.run(
                    Sandbox.binaries + "/coffer", ["backup", "schedule", "--json"] + more, in: environment)
            }
            let secret = sandbox.folder + "/p"
            #expect(try schedule().code == 2, "nobody is there to type a passphrase")
            for path in ["", "../a", "/a/../b", "/a b", "/a\nExecStart=/x", "/a%h", "/a\"", "/a;b", "/a$HOME", "/a#b"] {
                let refused = try schedule("--passphrase-file", path)
                #expect(refused.code == 2 && refused.text.contains("\"why\":\"path\""), "\(path): \(refused.text)")
            }
            #expect(try schedule("--passphrase-file", secret, "--user", "root\nUser=x").code == 2)
            let home = try units(schedule("--passphrase-file", secret))
            #expect(home.keys.sorted() == ["coffer-backup.service", "coffer-backup.timer"], "no key, no drills")
            let service = try #require(home["coffer-backup.service"])
            #expect(settings(service, "ProtectHome") == ["read-only"])
            #expect(
                settings(service, "ReadWritePaths")
                    == [person + "/.config/coffer", "-" + person + "/.local/state/coffer"])
            // A variable that nobody has set names no folder of this place.
            let added = try sandbox.coffer("machine", "backup", "targets", "add", "stick", "", "--json")
            #expect(added.code != 0 && !FileManager.default.fileExists(atPath: "target.json"), "\(added.text)")
        }

        @Test func `what the units start works without a terminal, with secrets that systemd hands over`() throws {
            let shop = try BackupShop(rows: 3)
            let sandbox = shop.sandbox
            try sandbox.enrol("machine", role: "backup-machine")
            let (key, recipient) = try shop.newDrillKey(by: "machine")
            try sandbox.answer("owner", "backup", "drill-key", "set", recipient)
            // A folder that is named from where the person stands is found from everywhere.
            for name in ["stick", "second"] {
                try FileManager.default.createDirectory(
                    atPath: sandbox.folder + "/" + name, withIntermediateDirectories: false)
            }
            let add = ["backup", "targets", "add", "stick", "stick"]
            let added = try sandbox.run(
                "/usr/bin/env",
                ["-C", sandbox.folder, Sandbox.binaries + "/coffer"] + sandbox.arguments("machine", add))
            #expect(added.code == 0, "\(added.errorText)")
            try sandbox.answer("machine", "backup", "targets", "add", "second", sandbox.folder + "/second")

            let printed = try units(sandbox.coffer("machine", "backup", "schedule", "--drill-key", key, "--json"))
            let run = try #require(printed["coffer-backup.service"])
            // One each: a target that is down must not keep the other from being tried.
            let drills = try ["second", "stick"].map { try #require(printed["coffer-backup-drill-\($0).service"]) }
            #expect(printed.count == 6, "\(printed.keys)")
            let folders = settings(run, "ReadWritePaths")
            #expect(folders.contains("-\(sandbox.folder)/stick") && folders.contains("-\(sandbox.folder)/second"))
            #expect(
                drills.map { settings($0, "ExecStart").map { $0.suffix(11) } } == [["from second"], ["-from stick"]])
            for unit in [run] + drills {
                for line in settings(unit, "ExecStart") {
                    let outcome = try start(line, of: unit, sandbox)
                    #expect(outcome.code == 0, "\(line): \(outcome.errorText)")
                    #expect(!outcome.errorText.contains("can be read by other"), "\(outcome.errorText)")
                }
            }
            let status = try sandbox.answer("operator", "backup", "status")
            #expect(try !status.member("t3").isEmpty && !status.member("last_stored").isEmpty)
            // That key can do no more than its timer does.
            for more in [["status"], ["drill-key", "show"], ["drill-key", "remove"]] {
                #expect(try sandbox.coffer("machine", ["backup"] + more).code == 3, "\(more)")
            }
            #expect(try sandbox.coffer("machine", "customer", "show", shop.number).code != 0)
            // A secret that is missing ends it with a word, and does not wait for somebody.
            let line = try #require(settings(run, "ExecStart").first)
            let none = try start(line.replacing(" --passphrase-file %d/passphrase", with: ""), of: run, sandbox)
            #expect(none.code == 2 && none.errorText.contains("no terminal"), "\(none.code) \(none.errorText)")
            shop.broker.stop()
        }

        /// Starts a line as systemd does: no terminal, from the root, with the unit's variables and its credentials, which
        /// are root's and shown to the service's user by an access list.
        private func start(_ line: String, of unit: String, _ sandbox: Sandbox) throws -> Outcome {
            let credentials = sandbox.folder + "/credentials"
            try? FileManager.default.removeItem(atPath: credentials)
            try FileManager.default.createDirectory(atPath: credentials, withIntermediateDirectories: false)
            for credential in settings(unit, "LoadCredential") {
                let halves = credential.split(separator: ":", maxSplits: 1).map(String.init)
                try FileManager.default.copyItem(atPath: halves[1], toPath: credentials + "/" + halves[0])
                #expect(unsafe chmod(credentials + "/" + halves[0], geteuid() == 0 ? 0o440 : 0o400) == 0)
            }
            var environment = ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "CREDENTIALS_DIRECTORY": credentials]
            for variable in settings(unit, "Environment") {
                let halves = variable.split(separator: "=", maxSplits: 1).map(String.init)
                environment[halves[0]] = halves[1]
            }
            let words = line.replacing("%d", with: credentials)
                .replacing("/usr/local/bin/coffer", with: Sandbox.binaries + "/coffer").split(separator: " ")
            return try sandbox.run(
                "/usr/bin/setsid", ["--wait", "/usr/bin/env", "-C", "/"] + words.map(String.init), in: environment)
        }
    }
}
