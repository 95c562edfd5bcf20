import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// Programs that are killed at chosen moments: between a set that has arrived and what is told of it, and during drills.
    @Suite(.serialized, .enabled(if: PreloadLibrary.canBeMade, "there is no C compiler for a library that kills"))
    struct BackupKillMomentTests {
        /// How many syncs at the end of a run are its last.
        private static let most = 8

        private func archives(_ shop: BackupShop) throws -> (made: Int, carried: Int) {
            let report = try shop.sandbox.answer("officer", "log", "report")
            let archives = try #require(try report.json()["archives"] as? [String: Any])
            return (try #require(archives["made"] as? Int), try #require(archives["carried"] as? Int))
        }

        private func manifests(_ target: String) throws -> Int {
            // What was torn off has no final name.
            try BackupShop.files(target).count { $0.contains("/m/") && $0.hasSuffix(".json") }
        }

        /// How many syncs a program lets pass when `work` runs to its end.
        private func syncs(_ shim: KillShim, _ work: () throws -> Void) throws -> Int {
            var (low, high) = (0, 128)
            while low < high {
                let middle = (low + high) / 2
                try shim.arm(after: middle)
                try work()
                if shim.disarm() == nil { high = middle } else { low = middle + 1 }
            }
            return low
        }

        /// The next run ends well, and all targets' archives with it.
        private func expectGoesOn(_ shop: BackupShop, _ stick: String, _ place: String) throws {
            var next = try shop.run()
            for _ in 0..<50 where next.code == 11 {
                usleep(100_000)
                next = try shop.run()
            }
            #expect(next.code == 0, "\(place): \(next.errorText) \(shop.broker.errorText)")
            #expect(try !next.member("keys_since").isEmpty, "\(place): the archives of keys were looked at")
            #expect(try manifests(stick) % 3 == 0, "\(place): sets are whole")
            let listed = try shop.sandbox.answer("operator", "backup", "list")
            #expect(listed.text.contains(try next.member("set")), "\(place)")
            #expect(try shop.sandbox.answer("operator", "backup", "status").member("state") != "failed", "\(place)")
        }

        private func expectIsRestorable(_ shop: BackupShop) throws {
            #expect(try shop.sandbox.coffer("operator", "backup", "check", "--all").code == 0)
            let drill = try shop.sandbox.coffer(
                "operator", "backup", "drill", "--card-file", shop.card(1), "--card-file", shop.card(3), "--scratch",
                shop.scratch())
            #expect(drill.code == 0, "\(drill.errorText)")
            try shop.sandbox.expectVerifies(try shop.sandbox.logKey())
        }

        /// Where a run was when a program died, by what is on the target and in the log.
        private enum Moment { case underWay, arrived, told }

        /// - Parameter work: what ends with a dead program.
        private func moment(_ shop: BackupShop, _ stick: String, _ work: () throws -> Void) throws -> Moment {
            let (sets, carried) = (try manifests(stick), try archives(shop).carried)
            try work()
            let arrived = try manifests(stick) == sets + 3
            let told = try archives(shop).carried == carried + 1
            #expect(arrived || !told, "nothing is told of what has not arrived")
            return arrived ? told ? .told : .arrived : .underWay
        }

        @Test func `the carrier is killed after the set has arrived, before and after that stands in the log`() throws {
            let shop = try BackupShop(rows: 3)
            let stick = try shop.addTarget("stick")
            let shim = try KillShim(shop.sandbox, name: "carrier")
            let order = try shop.sandbox.arguments("operator", ["backup", "run", "--full"])
            func run() throws -> Outcome {
                try shop.sandbox.run("/usr/bin/env", shim.wrapper.dropFirst() + [Sandbox.binaries + "/coffer"] + order)
            }
            let all = try syncs(shim) {
                _ = try run()
                try expectGoesOn(shop, stick, "search")
            }
            var moments: [Moment] = []
            for before in 1...min(Self.most, all) {
                var file: String?
                let moment = try moment(shop, stick) {
                    try shim.arm(after: all - before)
                    _ = try run()
                    file = shim.disarm()
                }
                guard let file else { continue }
                moments.append(moment)
                try expectGoesOn(shop, stick, "\(before) before the end, at \(file)")
            }
            #expect(moments.contains(.arrived) && moments.contains(.told), "\(moments) of \(all) syncs")
            try expectIsRestorable(shop)
            shop.broker.stop()
        }

        @Test func `the broker is killed while it is told what has arrived and which keys are left`() throws {
            var made: KillShim?
            let shop = try BackupShop(rows: 3) { sandbox in
                let shim = try KillShim(sandbox)
                made = shim
                return shim.wrapper
            }
            let shim = try #require(made)
            let stick = try shop.addTarget("stick")
            let order = try shop.sandbox.arguments("operator", ["backup", "run", "--full"])
            let errors = shop.sandbox.folder + "/error"
            var moments: [Moment] = []
            // What was written and not made durable outlives a program that is killed: it is there when the broker dies at
            // its first sync. So once it is killed before it is told anything.
            for syncs in [nil] + (0..<Self.most).map(Int?.some) {
                var (code, isDead): (Int32, Bool) = (0, false)
                let moment = try moment(shop, stick) {
                    let sets = try manifests(stick)
                    let child = try Child(
                        [Sandbox.binaries + "/coffer"] + order, environment: shop.sandbox.environment,
                        output: "/dev/null", error: errors)
                    // From here on the broker makes nothing durable until it is told what has arrived.
                    while try manifests(stick) == sets, child.isRunning { usleep(500) }
                    if let syncs { try shim.arm(after: syncs) } else { shop.broker.crash() }
                    code = child.wait()
                    isDead = shim.disarm() != nil || syncs == nil
                    guard isDead else { return }
                    try shop.restart()
                    try shop.sandbox.unseal()
                }
                guard isDead else { continue }
                moments.append(moment)
                // Whatever the run said was so, and what it could not do it said.
                #expect(code != 0 || moment == .told)
                let error = try String(contentsOfFile: errors, encoding: .utf8)
                #expect(moment != .arrived || code == 5 && error.contains("hint:"), "\(code) \(error)")
                try expectGoesOn(shop, stick, "\(syncs ?? -1) syncs")
            }
            #expect(moments.contains(.arrived) && moments.contains(.told), "\(moments)")
            try expectIsRestorable(shop)
            shop.broker.stop()
        }

        @Test(arguments: ["T3", "T4"])
        func `a drill that is killed leaves nothing readable, and the next one takes it away`(tier: String) throws {
            let shop = try BackupShop(rows: 3)
            let sandbox = shop.sandbox
            try shop.addTarget("stick")
            let (order, scratch) = try shop.drillOrder(tier)
            let shim = try KillShim(sandbox, name: "driller")
            func drill() throws -> Outcome {
                try sandbox.run("/usr/bin/env", shim.wrapper.dropFirst() + [Sandbox.binaries + "/coffer"] + order)
            }
            func left() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: scratch) }
            let all = try syncs(shim) { _ = try drill() }
            let values = [Sandbox.sample.name, Sandbox.sample.phone, Sandbox.sample.address, "客户3", "13710000001"]
            var (deaths, withCopies) = (0, 0)
            for point in stride(from: 0, to: all, by: max(1, all / 6)) {
                try shim.arm(after: point)
                let died = try drill()
                guard let file = shim.disarm() else { continue }
                #expect(died.code == 128 + SIGKILL, "\(died.code)")
                deaths += 1
                for name in try left() {
                    let folder = scratch + "/" + name
                    let mode = try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? NSNumber
                    #expect(mode?.intValue == 0o700, "\(file): \(folder)")
                    let files = try BackupShop.files(folder)
                    withCopies += files.contains { $0.hasSuffix("vault.db") } ? 1 : 0
                    for path in files {
                        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + path))
                        PlaintextForms.expectNone(of: values, in: [UInt8](bytes), of: path)
                    }
                }
                let before = try left()
                let next = try drill()
                #expect(next.code == 0, "\(file): \(next.errorText)")
                for name in before {
                    #expect(next.errorText.contains("removed \(scratch)/\(name)"), "\(next.errorText)")
                }
                #expect(try left() == [], "\(file)")
            }
            #expect(deaths > 2 && (withCopies > 0 || tier == "T3"), "\(deaths) deaths in \(all), \(withCopies) copies")
            shop.broker.stop()
        }
    }
}
