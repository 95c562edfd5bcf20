import Foundation
import Glibc
import Testing
import TestSupport

extension EndToEnd {
    /// What the process and its machine must be like, and what people are told where they are not.
    @Suite(.serialized) struct HardeningTests {
        private static let swaps = """
            Filename				Type		Size	Used	Priority
            /dev/sda2                               partition	8388604	0	-2

            """

        @Test func `swap in clear keeps the vault sealed until somebody accepts it, and that is logged`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let plain = try sandbox.write("swaps", Self.swaps)
            let encrypted = try sandbox.write(
                "swaps-encrypted", Self.swaps.replacingOccurrences(of: "/dev/sda2", with: "/dev/dm-1"))

            let strict = try BrokerProcess(sandbox, arguments: ["--swaps-file", plain])
            let refused = try sandbox.coffer(
                "owner", "unseal", "--unseal-passphrase-file", try sandbox.passphrase("vault"))
            #expect(refused.code == 5, "\(refused.errorText)")
            #expect(refused.errorText.contains("swapoff -a") && refused.errorText.contains("--allow-swap"))
            let doctor = try sandbox.coffer("owner", "doctor")
            #expect(doctor.code == 1 && doctor.text.contains("swapoff -a"), "\(doctor.text)")
            strict.stop()
            let unattended = try #require(throws: BrokerProcess.NotReady.self) {
                _ = try BrokerProcess(
                    sandbox,
                    arguments: ["--swaps-file", plain, "--unseal-passphrase-file", try sandbox.passphrase("vault")])
            }
            #expect(unattended.output.contains("swap is not encrypted"))

            let safe = try BrokerProcess(sandbox, arguments: ["--swaps-file", encrypted])
            try sandbox.unseal()
            safe.stop()

            let lenient = try BrokerProcess(sandbox, arguments: ["--swaps-file", plain, "--allow-swap"])
            defer { lenient.stop() }
            try sandbox.unseal()
            let log = try sandbox.answer("owner", "status")
            #expect(log.text.contains("swap is not encrypted"), "a warning stays")
            try sandbox.enrol("officer", role: "compliance-officer")
            let tail = try sandbox.answer("officer", "log", "tail", "-n", "30").text
            #expect(tail.components(separatedBy: #""alert""#).count == 2, "one alert, at the start that accepted swap")
        }

        @Test func `the broker makes no core, is closed to a debugger and keeps its keys in memory`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            let broker = try BrokerProcess(sandbox)
            defer { broker.stop() }
            try sandbox.unseal()
            let process = "/proc/\(broker.child.identifier)/"
            let status = try String(contentsOfFile: process + "status", encoding: .utf8)
            let locked = try #require(status.firstMatch(of: /VmLck:\s+(\d+) kB/)).1
            #expect(try #require(Int(locked)) >= 64, "keys are locked")
            let umask = try #require(status.firstMatch(of: /Umask:\s+(\d+)/)).1
            #expect(umask == "0077")
            let limits = try String(contentsOfFile: process + "limits", encoding: .utf8)
            #expect(limits.contains(/Max core file size\s+0\s+0/))
            // The files of a process that may not be dumped belong to root, whoever runs it.
            let owner = try FileManager.default.attributesOfItem(atPath: process + "mem")[.ownerAccountID] as? Int
            #expect(owner == 0)
        }

        @Test func `doctor names each mode that is too wide and the command that mends it`() throws {
            let sandbox = try Sandbox()
            try sandbox.makeVault()
            unsafe chmod(sandbox.vault + "/vault.db", 0o644)
            unsafe chmod(sandbox.vault, 0o755)
            let wide = try sandbox.coffer("owner", "doctor")
            #expect(wide.code == 1 && wide.text.contains("chmod 710"), "\(wide.text)")
            #expect(wide.text.contains("chmod 600: vault.db"), "\(wide.text)")
            unsafe chmod(sandbox.vault + "/vault.db", 0o600)
            unsafe chmod(sandbox.vault, 0o710)
            let mended = try sandbox.coffer("owner", "doctor")
            #expect(!mended.text.contains("chmod"), "\(mended.text)")
        }
    }
}
