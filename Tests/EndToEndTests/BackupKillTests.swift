import Foundation
import Glibc
import Testing
import TestSupport

extension EndToEnd {
    /// Programs that are killed at random moments: the next one finishes the job, and nothing half done counts.
    @Suite(.serialized, .enabled(if: PreloadLibrary.canBeMade, "there is no C compiler for a library that kills"))
    struct BackupKillTests {
        private static let points = 20

        /// Random moments, the same again with `COFFER_KILL_SEED`.
        private struct Moments {
            let seed: UInt64
            private var state: UInt64

            init() {
                let given = ProcessInfo.processInfo.environment["COFFER_KILL_SEED"].flatMap(UInt64.init)
                seed = given ?? .random(in: 1...999_999)
                state = seed
                print("moments of killing: COFFER_KILL_SEED=\(seed)")
            }

            /// By SplitMix64.
            mutating func next(below limit: Int) -> Int {
                state &+= 0x9E37_79B9_7F4A_7C15
                var word = state
                word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
                word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
                return Int((word ^ (word >> 31)) % UInt64(limit))
            }
        }

        /// Starts `coffer` and kills it: after so many syncs, or after a time.
        private func killed(
            _ shop: BackupShop, _ arguments: [String], _ shim: KillShim, syncs: Int?, microseconds: Int
        ) throws -> Bool {
            if let syncs { try shim.arm(after: syncs) }
            let child = try Child(
                shim.wrapper + [Sandbox.binaries + "/coffer"] + arguments, environment: shop.sandbox.environment,
                output: "/dev/null", error: "/dev/null")
            if syncs == nil {
                usleep(useconds_t(microseconds))
                child.send(SIGKILL)
            }
            let code = child.wait()
            _ = shim.disarm()
            return code == 128 + SIGKILL
        }

        /// What is in the folder of the vault, with the number of its records and of the log's entries.
        private func contents(_ shop: BackupShop) throws -> [String] {
            let records = try shop.sandbox.count("vault.db", "SELECT count(*) FROM record")
            let entries = try shop.sandbox.count("log.db", "SELECT count(*) FROM entry")
            let names = try FileManager.default.contentsOfDirectory(atPath: shop.sandbox.vault)
            // SQLite's own are there or not.
            return names.filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }.sorted() + ["\(records) \(entries)"]
        }

        /// How long it takes on this machine.
        private func microseconds(_ work: () throws -> Int32) throws -> Int {
            var code: Int32 = -1
            let taken = try ContinuousClock().measure { code = try work() }
            try #require(code == 0)
            return Int(taken / .microseconds(1))
        }

        @Test func `broker and carrier are killed during runs, and the next run ends well`() throws {
            var shim: KillShim?
            let shop = try BackupShop(rows: 20) { sandbox in
                let made = try KillShim(sandbox)
                shim = made
                return made.wrapper
            }
            let broker = try #require(shim)
            let carrier = try KillShim(shop.sandbox, name: "carrier")
            let stick = try shop.addTarget("stick")
            var moments = Moments()
            var (deaths, carriers): ([String], Int) = ([], 0)
            let usual = try microseconds { try shop.run("--full").code }
            var sets: Set<String> = []
            for point in 0..<Self.points {
                try broker.arm(after: moments.next(below: 44))
                _ = try shop.run("--full")
                if let place = broker.disarm() {
                    deaths.append(place)
                    try shop.restart()
                    try shop.sandbox.unseal()
                }
                let arguments = try shop.sandbox.arguments("operator", ["backup", "run", "--full"])
                let died = try killed(
                    shop, arguments, carrier, syncs: point % 2 == 0 ? moments.next(below: 30) : nil,
                    microseconds: moments.next(below: usual))
                carriers += died ? 1 : 0
                let listed = try shop.sandbox.coffer("operator", "backup", "list", "--json")
                #expect(listed.code == 0, "seed \(moments.seed), point \(point): \(listed.errorText)")
                // Making a set may still be under way.
                var next = try shop.run()
                for _ in 0..<50 where next.code == 11 {
                    usleep(100_000)
                    next = try shop.run()
                }
                #expect(next.code == 0, "seed \(moments.seed), point \(point): \(next.errorText)")
                sets.insert(try next.member("set"))
            }
            let listed = try shop.sandbox.answer("operator", "backup", "list").text
            #expect(sets.allSatisfy(listed.contains) && sets.count == Self.points, "seed \(moments.seed): \(sets)")
            #expect(deaths.count > Self.points / 3 && carriers > Self.points / 3, "\(deaths), \(carriers)")
            #expect(Set(deaths).count > 3, "the broker died at \(deaths)")
            #expect(try shop.sandbox.coffer("operator", "backup", "check", "--all").code == 0)
            // What was torn off has no final name.
            #expect(
                try BackupShop.files(stick).allSatisfy {
                    $0.hasSuffix(".json") || $0.contains("/p/") || $0.contains(".tmp-")
                })
            try shop.destroy()
            let restored = try shop.restore(from: ["stick"])
            #expect(restored.code == 0, "\(restored.errorText)")
            #expect(try restored.number("customers") == 21)
            #expect(try shop.found(after: restored) == 1)
            shop.broker.stop()
        }

        @Test func `a restore that is killed leaves no half of a vault, and the next one takes away what it left`()
            throws
        {
            let shop = try BackupShop(rows: 20)
            try shop.addTarget("stick")
            try shop.sandbox.answer("operator", "backup", "run")
            try shop.destroy()
            let shim = try KillShim(shop.sandbox)
            let arguments = try shop.restoreArguments(from: ["stick"])
            var moments = Moments()
            var deaths = 0
            let usual = try microseconds { try shop.restore(from: ["stick"]).code }
            let whole = try contents(shop)
            try FileManager.default.removeItem(atPath: shop.sandbox.vault)
            for point in 0..<Self.points {
                let died = try killed(
                    shop, arguments, shim, syncs: point % 2 == 0 ? moments.next(below: 60) : nil,
                    microseconds: moments.next(below: usual))
                deaths += died ? 1 : 0
                // It gets its name in one step, the last one: killed between that and the answer, it is there, and whole.
                if died, FileManager.default.fileExists(atPath: shop.sandbox.vault) {
                    #expect(try contents(shop) == whole, "seed \(moments.seed), point \(point): half a vault")
                    try BrokerProcess(shop.sandbox).stop()
                    try FileManager.default.removeItem(atPath: shop.sandbox.vault)
                }
                if !died { try FileManager.default.removeItem(atPath: shop.sandbox.vault) }
                // Every second one is followed by another that is killed.
                guard point % 2 == 1 else { continue }
                let restored = try shop.restore(from: ["stick"])
                #expect(restored.code == 0, "seed \(moments.seed), point \(point): \(restored.errorText)")
                #expect(try restored.number("customers") == 21)
                // One that lacked nothing but its name stays, and is named with the way out.
                for left in try shop.unfinished() {
                    #expect(FileManager.default.fileExists(atPath: left + "/vault.seal"), "\(left)")
                    #expect(restored.errorText.contains("rm -r " + left), "\(restored.errorText)")
                    try FileManager.default.removeItem(atPath: left)
                }
                if point < Self.points - 1 { try FileManager.default.removeItem(atPath: shop.sandbox.vault) }
            }
            #expect(deaths > Self.points / 3, "\(deaths)")
            try FileManager.default.removeItem(atPath: shop.sandbox.vault)
            try expectLockAndInterrupt(shop)
            let restored = try shop.restore(from: ["stick"])
            #expect(try shop.found(after: restored) == 1)
            shop.broker.stop()
        }

        @Test func `what a killed init left is taken away by the next one`() throws {
            let sandbox = try Sandbox()
            let shim = try KillShim(sandbox)
            let arguments = try sandbox.arguments(
                "owner",
                [
                    "init", "--policy", Sandbox.root + "/policies/takeout.yaml", "--owner", "Owner", "--profile",
                    "test",
                    "--unseal-passphrase-file", try sandbox.passphrase("vault"), "--authority",
                    sandbox.folder + "/authority.key",
                ])
            try shim.arm(after: 12)
            let dead = try sandbox.run(
                "/usr/bin/env", shim.wrapper.dropFirst() + [Sandbox.binaries + "/coffer"] + arguments)
            #expect(dead.code == 128 + SIGKILL && shim.disarm() != nil, "\(dead.errorText)")
            let names = try FileManager.default.contentsOfDirectory(atPath: sandbox.folder)
            let left = try #require(names.first { $0.hasPrefix("vault.new-") })
            // The keys were made first, and are not replaced: the way out is said.
            let refused = try sandbox.run(Sandbox.binaries + "/coffer", arguments)
            #expect(refused.code == 7 && refused.errorText.contains("name another"), "\(refused.errorText)")
            for name in names where name.hasSuffix(".key") {
                try FileManager.default.removeItem(atPath: sandbox.folder + "/" + name)
            }
            let made = try sandbox.run(Sandbox.binaries + "/coffer", arguments)
            #expect(made.code == 0, "\(made.errorText)")
            #expect(!FileManager.default.fileExists(atPath: sandbox.folder + "/" + left))
        }

        /// A restore at work is left alone by another one, and Ctrl-C leaves nothing.
        private func expectLockAndInterrupt(_ shop: BackupShop) throws {
            let arguments = [Sandbox.binaries + "/coffer"] + (try shop.restoreArguments(from: ["stick"]))
            func start() throws -> Child {
                let child = try Child(
                    arguments, environment: shop.sandbox.environment, output: "/dev/null",
                    error: shop.sandbox.folder + "/error")
                // Its lock is the first file; what follows is written under it.
                func isAtWork() throws -> Bool {
                    try shop.unfinished().contains {
                        ((try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? []).contains { $0 != "lock" }
                    }
                }
                while try !isAtWork(), child.isRunning {}
                child.send(SIGSTOP)
                return child
            }
            let first = try start()
            let left = try #require(try shop.unfinished().first)
            let second = try shop.restore(from: ["stick"])
            #expect(second.code == 0, "\(second.errorText)")
            #expect(second.errorText.contains(left), "it is named: \(second.errorText)")
            #expect(FileManager.default.fileExists(atPath: left), "and not removed")
            first.send(SIGCONT)
            #expect(first.wait() == 7, "the place was taken meanwhile")
            #expect(try shop.unfinished() == [])

            try FileManager.default.removeItem(atPath: shop.sandbox.vault)
            let third = try start()
            third.send(SIGINT)
            third.send(SIGCONT)
            let code = third.wait()
            let error = try String(contentsOfFile: shop.sandbox.folder + "/error", encoding: .utf8)
            #expect(code == 130 && error.contains("nothing was left behind"), "\(code) \(error)")
            #expect(try shop.unfinished() == [])
            #expect(!FileManager.default.fileExists(atPath: shop.sandbox.vault))
        }
    }
}
