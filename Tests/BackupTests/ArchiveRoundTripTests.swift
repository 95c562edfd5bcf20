import Archive
import Backup
import Foundation
import Keys
import Primitives
import Storage
import TestSupport
import Testing
import VaultModel

@Suite struct ArchiveRoundTripTests {
    @Test func `full and changed pages put the same file together again`() async throws {
        let fixture = try Fixture()
        try fixture.grow(4_000)
        let full = try await fixture.run()[0]
        #expect(full.manifest.isFull && full.manifest.retention == .monthly)
        #expect(try fixture.restored(full) == fixture.copy())
        try fixture.grow(64)
        let changes = try await fixture.run(1)[0]
        #expect(changes.manifest.base == full.hash && changes.manifest.retention != .monthly)
        #expect(try fixture.restored(changes) == fixture.copy())
        // 64 KiB of content and the pages that point to it; nothing like the whole file.
        #expect(changes.manifest.storedBytes < 400_000 && full.manifest.storedBytes > 4_000_000)
        // Each counts from the full one: the one before may be missing.
        try fixture.grow(64)
        let later = try await fixture.run(2)[0]
        #expect(later.manifest.base == full.hash && later.manifest.previous != full.hash)
        for name in fixture.objects.keys where name.contains(changes.hash.prefix(8)) { fixture.objects[name] = nil }
        #expect(try fixture.restored(later) == fixture.copy())
        #expect(try fixture.restored(full) != fixture.copy())
    }

    @Test func `one row in a hundred, all over the file, costs little more than the pages they lie in`() async throws {
        let fixture = try Fixture()
        try fixture.grow(8_000)
        let full = try await fixture.run()[0]
        try Tool.run(
            Python.plain,
            [
                "-c",
                """
                import sqlite3, sys
                c = sqlite3.connect(sys.argv[1], timeout=20)
                c.execute("UPDATE policy SET bytes = randomblob(length(bytes)) WHERE rowid % 100 = 7")
                c.commit()
                """, fixture.folder + "/vault.db",
            ])
        let changes = try await fixture.run(1)[0]
        let (before, after) = (try fixture.restored(full), try fixture.restored(changes))
        #expect(try after == fixture.copy())
        let size = Int(changes.manifest.pageSize)
        let changed = stride(from: 0, to: min(before.count, after.count), by: size).count { place in
            before[place..<place + size] != after[place..<place + size]
        }
        #expect(changed >= 5 && before.count == after.count, "\(changed) pages")
        let stored = changes.manifest.packs.reduce(0) { $0 + $1.sizeBytes }
        #expect(Double(stored) <= 1.2 * Double(changed * size), "\(stored) bytes for \(changed) pages")
    }

    @Test func `packs sealed side by side stand in the order of their pages`() async throws {
        let fixture = try Fixture()
        // Five packs: two workers, and one of them has one more.
        try fixture.grow(36_000)
        let full = try await fixture.run()[0]
        #expect(full.manifest.packs.count == 5 && Set(full.manifest.packs).count == 5)
        #expect(try fixture.restored(full) == fixture.copy())
    }

    @Test func `a database in which SQLite finds damage makes no set`() async throws {
        let fixture = try Fixture()
        try fixture.grow(4_000)
        try Tool.run(
            Python.plain,
            [
                "-c",
                """
                import sqlite3, sys
                c = sqlite3.connect(sys.argv[1], timeout=20)
                print(c.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
                size = c.execute("PRAGMA page_size").fetchone()[0]
                count = c.execute("PRAGMA page_count").fetchone()[0]
                c.close()
                with open(sys.argv[1], "r+b") as file:
                    file.seek(count // 2 * size)
                    file.write(b"\\xff" * 64)
                """, fixture.folder + "/vault.db",
            ])
        do {
            _ = try await fixture.run()
            Issue.record("archived all the same")
        } catch BackupFailure.storage(StorageError.corrupt(let file)) {
            #expect(file == .vault)
        }
        #expect(fixture.spool.manifests() == nil)
        let left = try FileManager.default.subpathsOfDirectory(atPath: fixture.folder + "/spool")
        #expect(left.allSatisfy { $0.hasSuffix("backup") || $0.hasSuffix("sequence") }, "\(left)")
    }

    @Test func `what changes build on must be everywhere, last long enough, and be less than half`() async throws {
        let fixture = try Fixture()
        try fixture.grow(1_000)
        let full = try await fixture.run()[0]
        #expect(try await fixture.run(1)[0].manifest.base == full.hash)
        #expect(try await fixture.run(2, bases: [:])[0].manifest.isFull, "a target lacks it")
        let second = try #require(try fixture.catalog().manifests.last { $0.manifest.part == .vault })
        #expect(try await fixture.run(3, bases: [second.hash: 0])[0].manifest.isFull, "it expires before")
        let cut = try await fixture.run(4)[0].manifest
        #expect(!cut.isFull && cut.retainUntil < cut.retention.end(from: cut.created))
        let base = try #require(try fixture.catalog().manifest(cut.base)).manifest
        #expect(cut.retainUntil == base.retainUntil, "it goes with what it needs")
        #expect(try await fixture.run(5, full: true)[0].manifest.isFull)
        try fixture.grow(1_200)
        #expect(try await fixture.run(6)[0].manifest.isFull, "most has changed")
        let table = fixture.folder + "/spool/backup/table.vault"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: table))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(fileURLWithPath: table))
        #expect(try await fixture.run(7)[0].manifest.isFull, "the table was edited")
        // A new month begins with a full archive, since a daily one may not outlast its base.
        let classes = try fixture.catalog().manifests.filter { $0.manifest.part == .vault }.map(\.manifest.retention)
        #expect(classes.first == .monthly && !classes.dropFirst().contains(.keyring))
    }

    @Test func `a drill key opens records and log, never the keys, and is given a full archive at once`() async throws {
        let fixture = try Fixture()
        try fixture.grow(2_000)
        let before = try await fixture.run()
        let drill = AgeIdentity.generate()
        func opens(_ manifest: SignedManifest, _ identity: AgeIdentity) throws -> Bool {
            let path = fixture.folder + "/drill-" + UUID().uuidString
            do {
                try fixture.reader(identity).restoreDatabase(manifest, to: path)
                return true
            } catch ArchiveError.identity { return false }
        }
        #expect(try !opens(before[0], drill))
        fixture.facts.drillRecipient = drill.recipient.text
        let with = try await fixture.run(1)
        #expect(with[0].manifest.isFull && with[2].manifest.isFull, "it could not open what changes rest on")
        #expect(try opens(with[0], drill) && opens(with[2], drill))
        #expect(try opens(with[0], fixture.identity), "the cards open it as before")
        #expect(throws: ArchiveError.identity) {
            try fixture.reader(drill).restoreKeyring(with[1]) { _ in }
        }
        _ = try fixture.reader().restoreKeyring(with[1]) { _ in }
        try fixture.grow(32)
        let changes = try await fixture.run(2)
        #expect(changes[0].manifest.base == with[0].hash)
        #expect(try opens(changes[0], drill))
        fixture.facts.drillRecipient = AgeIdentity.generate().recipient.text
        let other = try await fixture.run(3)
        #expect(other[0].manifest.isFull, "another one has nothing of it")
        #expect(try !opens(other[0], drill))
        fixture.facts.drillRecipient = ""
        let without = try await fixture.run(4)
        #expect(try without[0].manifest.isFull && !opens(without[0], drill))
        fixture.facts.drillRecipient = "age1nobody"
        #expect(BackupSource(fixture.facts) == nil, "who could open it is never left open")
    }

    @Test func `sequences are never given twice, not even after the spool was lost`() async throws {
        let fixture = try Fixture()
        let first = try await fixture.run().map(\.manifest.sequence)
        #expect(first == [1, 2, 3])
        try FileManager.default.removeItem(atPath: fixture.folder + "/spool")
        #expect(try await fixture.run(1).map(\.manifest.sequence) == [4, 5, 6])
        fixture.objects = [:]
        #expect(try await fixture.run(2).map(\.manifest.sequence) == [7, 8, 9], "the target was emptied")
    }

    @Test func `keys come back under new wraps, without those of erased customers`() async throws {
        let fixture = try Fixture()
        let customers = (0..<1_200).map { _ in RecordID.random() }
        let keys = customers.map { ($0, CustomerKey.random()) }
        for batch in stride(from: 0, to: keys.count, by: 400) {
            try await fixture.stores.keyring.insert(
                keys[batch..<batch + 400].map { customer, key in
                    WrappedKey(
                        customer: customer, version: 1, epoch: fixture.keyset.keyringEpoch,
                        wrap: fixture.keyset.wrapCEK(key, vault: fixture.vault, customer: customer))
                })
        }
        try fixture.stores.keyring.erase([customers[7]], time: 99)
        let month = MonthKey.random(month: 202_601, half: .core)
        try fixture.stores.keyring.insert(months: [
            WrappedMonthKey(
                month: 202_601, half: 1, epoch: fixture.keyset.keyringEpoch,
                wrap: fixture.keyset.wrapMonthKey(month, vault: fixture.vault))
        ])
        let manifest = try await fixture.run()[1]
        #expect(
            manifest.manifest.part == .keyring && manifest.manifest.count == 1_199 + 2 + 2,
            "with the present month's, which the log has")
        var rows: [KeyringRow] = []
        let head = try fixture.reader().restoreKeyring(manifest) { rows += $0 }
        #expect(head.facts.authority == fixture.facts.authority && head.facts.recovery == fixture.facts.recovery)
        let restored = try head.keys.restored()
        #expect(restored.logPublicKey != fixture.keyset.logPublicKey, "the log's key is never archived")
        var boxes: [BoxedKeys] = []
        for case .keys(let boxed) in rows { boxes.append(boxed) }
        #expect(boxes.map(\.owners.count) == [500, 500, 199])
        let opened = try boxes.flatMap { try $0.wrapped(under: restored, vault: fixture.vault) { $0 != customers[8] } }
        #expect(Set(opened.map(\.customer)) == Set(customers).subtracting([customers[7], customers[8]]))
        for (customer, key) in keys.prefix(7) {
            let one = try #require(opened.first { $0.customer == customer })
            let unwrapped = try restored.unwrapCEK(one.wrap, vault: fixture.vault, customer: customer, version: 1)
            let nonce = [UInt8](repeating: 0, count: 24)
            let same = [unwrapped, key].map {
                restored.wrapCEK($0, vault: fixture.vault, customer: customer, nonce: nonce)
            }
            #expect(same[0] == same[1], "it is the same key")
        }
        // Neither the vault's own keyset nor another vault opens them.
        #expect(throws: EnvelopeError.self) {
            try boxes[0].wrapped(under: fixture.keyset, vault: fixture.vault) { _ in true }
        }
        #expect(throws: EnvelopeError.authentication) {
            try boxes[0].wrapped(under: restored, vault: VaultID.random()) { _ in true }
        }
        #expect(rows.contains(.tombstone(Tombstone(customer: customers[7], time: 99))))
        // KRK's wraps lie in no object.
        let live = try fixture.stores.keyring.fetch(customers: [customers[0]])
        guard case .keys(let wraps)? = live[customers[0]] else { throw ArchiveError.malformed("fixture") }
        for object in fixture.objects.values { #expect(Data(object).range(of: Data(wraps[0].wrap)) == nil) }
    }
}
