import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// Whoever ends a drill or a restore in the middle finds nothing of it, and is told so.
    @Suite(.serialized) struct InterruptTests {
        /// Starts `coffer`, stops it as soon as `isAtWork`, sends it a signal and lets it go on.
        ///
        /// - Returns: its exit code and what it said.
        private func interrupted(
            _ shop: BackupShop, _ arguments: [String], by signal: Int32, when isAtWork: () throws -> Bool
        ) throws -> (code: Int32, error: String) {
            let errors = shop.sandbox.folder + "/error"
            let child = try Child(
                [Sandbox.binaries + "/coffer"] + arguments, environment: shop.sandbox.environment,
                output: "/dev/null", error: errors)
            while try !isAtWork(), child.isRunning {}
            child.send(SIGSTOP)
            child.send(signal)
            child.send(SIGCONT)
            return (child.wait(), try String(contentsOfFile: errors, encoding: .utf8))
        }

        private func names(_ folder: String) -> [String] {
            (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        }

        @Test(arguments: ["T3", "T4"], [SIGINT, SIGTERM])
        func `a drill that is interrupted leaves nothing, and nothing is noted`(tier: String, signal: Int32) throws {
            let shop = try BackupShop(rows: 20)
            let sandbox = shop.sandbox
            try shop.addTarget("stick")
            let (order, scratch) = try shop.drillOrder(tier)
            let found = try interrupted(shop, order, by: signal) {
                try BackupShop.files(scratch).contains { $0.hasSuffix("vault.db") }
            }
            #expect(found.code == 130 && found.error.contains("nothing was left behind"), "\(found)")
            #expect(names(scratch) == [])
            let report = try sandbox.answer("officer", "log", "report").json()["archives"] as? [String: Any]
            #expect(report?["drills"] as? Int == 0)
            #expect(
                try sandbox.run(Sandbox.binaries + "/coffer", order, in: sandbox.environment).code == 0)
            shop.broker.stop()
        }

        @Test func `a restore that is interrupted after all has been read makes no vault`() throws {
            let shop = try BackupShop(rows: 3)
            try shop.addTarget("stick")
            try shop.sandbox.answer("operator", "backup", "run")
            try shop.destroy()
            let found = try interrupted(shop, shop.restoreArguments(from: ["stick"]), by: SIGINT) {
                try shop.unfinished().contains { names($0).contains("index.db") }
            }
            #expect(found.code == 130 && found.error.contains("nothing was left behind"), "\(found)")
            #expect(try shop.unfinished() == [] && names(shop.sandbox.vault) == [])
            #expect(try shop.restore(from: ["stick"]).code == 0)
        }

        @Test(.enabled(if: geteuid() == 0, "needs to mount a small disk"))
        func `a full disk and a folder that is none are named by the option that is there`() throws {
            let shop = try BackupShop(rows: 0)
            let sandbox = shop.sandbox
            try shop.addTarget("stick")
            try sandbox.answer("operator", "backup", "run")
            let small = shop.scratch()
            let mounted = try sandbox.run("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=64k", "none", small])
            guard mounted.code == 0 else {
                print("skipped, no small disk can be mounted here: \(mounted.errorText)")
                return
            }
            defer { _ = try? sandbox.run("/usr/bin/umount", [small]) }
            let cards = ["--card-file", shop.card(1), "--card-file", shop.card(3), "--scratch"]
            for (who, words) in [
                ("operator", ["drill"]), ("owner", ["pick", "--from", "stick", "--customer", shop.number]),
            ] {
                let full = try sandbox.coffer(who, ["backup"] + words + cards + [small])
                #expect(full.code == 5 && full.errorText.contains("make room"), "\(words): \(full.errorText)")
                #expect(!full.errorText.contains("--into"), "\(words): \(full.errorText)")
                #expect(names(small) == [])
                let none = try sandbox.coffer(who, ["backup"] + words + cards + [""])
                #expect(none.code == 2 && none.errorText.contains("--scratch"), "\(words): \(none.errorText)")
            }
            shop.broker.stop()
        }
    }
}
