import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

extension EndToEnd {
    /// Disks that are full: the vault's, a target's, and the one a vault is restored to.
    @Suite(.serialized, .enabled(if: SmallDisk.isAvailable, "needs the right to mount a tmpfs"))
    struct BackupDiskTests {
        private func expectServes(_ shop: BackupShop) throws {
            let found = try shop.sandbox.answer(
                "counter", "find", "--phone", Sandbox.sample.phone, "--purpose", "order")
            #expect((try found.json()["matches"] as? [Any])?.count == 1)
        }

        @Test func `archives leave the log its room, and the vault goes on serving`() throws {
            var mounted: SmallDisk?
            let shop = try BackupShop(rows: 3) { sandbox in
                mounted = SmallDisk(kilobytes: 400 << 10, at: sandbox.folder)
                return []
            }
            let disk = try #require(mounted)
            try shop.addTarget("stick")
            // As full as a vault may be that still serves: a little more than the log's reserve is free.
            let free = try #require(
                try FileManager.default.attributesOfFileSystem(forPath: disk.path)[.systemFreeSize] as? NSNumber)
            let ballast = shop.sandbox.folder + "/ballast"
            try Data(count: free.intValue - (256 << 20) - (600 << 10)).write(to: URL(fileURLWithPath: ballast))
            let refused = try shop.run()
            #expect(refused.code == 5 && refused.errorText.contains("no room"), "\(refused.code) \(refused.errorText)")
            try expectServes(shop)
            try expectNothingWaits(shop)
            #expect(try shop.sandbox.answer("operator", "backup", "status").member("problem").contains("no room"))
            try FileManager.default.removeItem(atPath: ballast)
            #expect(try shop.run().code == 0)

            // A spool on a disk of its own may fill that.
            let spool = try #require(SmallDisk(kilobytes: 64, at: shop.sandbox.vault + "/spool/backup"))
            for kilobytes in [64, 256] {
                spool.resize(kilobytes: kilobytes)
                let refused = try shop.run()
                #expect(refused.code == 5, "\(kilobytes): \(refused.code) \(refused.errorText)")
                #expect(refused.errorText.contains("no room"), "\(kilobytes): \(refused.errorText)")
                try expectServes(shop)
                try expectNothingWaits(shop)
            }
            spool.resize(kilobytes: 64 << 10)
            #expect(try shop.run().code == 0)
            shop.broker.stop()
        }

        @Test func `a full target and a full disk to restore to are named, and left clean`() throws {
            let shop = try BackupShop(rows: 3)
            let disk = try #require(SmallDisk(kilobytes: 300))
            try shop.sandbox.answer("operator", "backup", "targets", "add", "stick", disk.path)
            let full = try shop.run()
            #expect(full.code == 10 && full.errorText.contains("stick: the target is full"), "\(full.errorText)")
            #expect(try BackupShop.files(disk.path).allSatisfy { $0 == "target.json" || $0.contains("/p/") })
            try expectServes(shop)
            disk.resize(kilobytes: 64 << 10)
            let again = try shop.run()
            #expect(try again.code == 0 && again.member("set") == full.member("set"), "\(again.errorText)")
            #expect(try shop.sandbox.coffer("operator", "backup", "check", "--all").code == 0)

            let small = try #require(SmallDisk(kilobytes: 300))
            let place = small.path + "/vault"
            for kilobytes in [300, 900] {
                small.resize(kilobytes: kilobytes)
                let refused = try restore(shop, to: place)
                #expect(refused.code == 5, "\(kilobytes): \(refused.code) \(refused.errorText)")
                #expect(refused.errorText.contains("space"), "\(kilobytes): \(refused.errorText)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: small.path) == [])
            }
            small.resize(kilobytes: 64 << 10)
            // There was room at the beginning, and then somebody else took it.
            let shim = try FaultShim(shop.sandbox)
            shop.sandbox.clock.withLock { $0 = shim.environment }
            for file in ["keyring.db", "log.db-wal"] {
                try shim.arm(.init(call: .pwrite, file: file, errno: ENOSPC, skip: 0))
                let refused = try restore(shop, to: place)
                #expect(refused.errorText.contains("no space left"), "\(file): \(refused.errorText)")
                #expect(refused.code == 5, "\(file): \(refused.code) \(refused.errorText)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: small.path) == [])
            }
            shim.disarm()
            let restored = try restore(shop, to: place)
            #expect(restored.code == 0, "\(restored.errorText)")
            #expect(try restored.number("customers") == 4)
            shop.broker.stop()
        }

        private func restore(_ shop: BackupShop, to place: String) throws -> Outcome {
            let arguments = try shop.restoreArguments(from: ["stick"]).map {
                $0 == shop.sandbox.vault ? place : $0
            }
            return try shop.sandbox.run(Sandbox.binaries + "/coffer", arguments)
        }

        private func expectNothingWaits(_ shop: BackupShop) throws {
            let left = try BackupShop.files(shop.sandbox.vault + "/spool/backup")
            #expect(left.allSatisfy { $0 == "sequence" || $0 == "last.json" }, "\(left)")
        }
    }
}
