import AccessLog
import Archive
import Backup
import Keys
import Primitives
import Testing
import VaultModel

/// What a thief of a target's credentials can do with what lies there.
@Suite struct ArchiveAttackTests {
    private func vaultPacks(_ fixture: Fixture, _ manifest: SignedManifest) -> [String] {
        manifest.manifest.packs.map { fixture.names.pack($0.name) }
    }

    @Test func `every byte of a pack and of a manifest counts`() async throws {
        let fixture = try Fixture()
        try fixture.grow(64)
        let manifest = try await fixture.run()[0]
        let sound = fixture.objects
        for name in vaultPacks(fixture, manifest) + [fixture.names.pack(try #require(manifest.manifest.map?.name))] {
            for place in stride(from: 0, to: sound[name]?.count ?? 0, by: 997) {
                fixture.objects = sound
                fixture.objects[name]?[place] ^= 1
                #expect(throws: ArchiveError.damaged(name)) { try fixture.restored(manifest) }
            }
            fixture.objects = sound
            fixture.objects[name]?.removeLast()
            #expect(throws: (any Error).self) { try fixture.restored(manifest) }
            fixture.objects[name] = nil
            #expect(throws: ArchiveError.missing(name)) { try fixture.restored(manifest) }
        }
        for place in stride(from: 0, to: manifest.file.count, by: 13) {
            fixture.objects = sound
            fixture.objects[manifest.name]?[place] ^= 1
            let catalog = try fixture.catalog()
            #expect(catalog.problems == [.init(kind: .manifest, name: manifest.name)], "byte \(place)")
            #expect(catalog.sets.isEmpty)
        }
    }

    @Test func `packs of another set, manifests under other names, and another vault's are refused`() async throws {
        let fixture = try Fixture()
        try fixture.grow(64)
        let first = try await fixture.run()
        try fixture.grow(64)
        let second = try await fixture.run(1, full: true)
        let sound = fixture.objects
        let pack = vaultPacks(fixture, first[0])[0]
        fixture.objects[pack] = sound[vaultPacks(fixture, second[0])[0]]
        #expect(throws: ArchiveError.damaged(pack)) { try fixture.restored(first[0]) }
        // Yesterday's manifest in today's place, and at a place of its own.
        for name in [second[0].name, fixture.names.manifest(99, hash: first[0].hash)] {
            fixture.objects = sound
            fixture.objects[name] = first[0].file
            #expect(try fixture.catalog().problems.contains(.init(kind: .manifest, name: name)))
        }
        let other = try Fixture()
        let foreign = try await other.run()[0]
        fixture.objects = sound
        fixture.objects[fixture.names.manifest(1, hash: foreign.hash)] = foreign.file
        #expect(try fixture.catalog().problems.count == 1)
        #expect(throws: ArchiveError.identity) {
            let reader = ArchiveReader(try fixture.catalog(), identity: other.identity) { name, _ in
                sound[name] ?? []
            }
            try reader.restoreDatabase(first[0], to: fixture.folder + "/other")
        }
    }

    @Test func `a manifest needs the log's key and the quorum's word for that key`() async throws {
        let fixture = try Fixture()
        let manifest = try await fixture.run()[0]
        let thief = Keyset.generate()
        let forged = SignedManifest(manifest.manifest, logKey: thief.logPublicKey) { thief.signCheckpoint($0) }
        for trust in [SignedManifest.Trust.logKey(fixture.keyset.logPublicKey), .quorum(fixture.quorum)] {
            #expect(throws: Never.self) {
                try SignedManifest(parsing: manifest.file, vault: fixture.vault, trust: trust)
            }
            #expect(throws: StatementProblem.self) {
                try SignedManifest(parsing: forged.file, vault: fixture.vault, trust: trust)
            }
            #expect(throws: StatementProblem.value("vlt")) {
                try SignedManifest(parsing: manifest.file, vault: VaultID.random(), trust: trust)
            }
        }
        // The thief's own quorum certifies his key, and is not the shop's.
        #expect(throws: StatementProblem.self) {
            try SignedManifest(parsing: manifest.file, vault: fixture.vault, trust: .quorum(thief.logPublicKey))
        }
    }

    @Test func `a lost pack, a lost base and a second broker are told apart`() async throws {
        let fixture = try Fixture()
        try fixture.grow(1_000)
        let full = try await fixture.run()
        let changes = try await fixture.run(1)
        let sound = fixture.objects
        try #require(try fixture.catalog().problems.isEmpty && fixture.catalog().sets.count == 2)
        let pack = vaultPacks(fixture, full[0])[0]
        fixture.objects[pack] = nil
        #expect(try fixture.catalog().problems == [.init(kind: .pack, name: pack)])
        #expect(try fixture.catalog().sets.isEmpty, "the second needs the first")
        fixture.objects = sound
        fixture.objects[full[0].name] = nil
        #expect(try fixture.catalog().problems.contains(.init(kind: .base, name: changes[0].name)))
        #expect(throws: ArchiveError.gap(sequence: changes[0].manifest.sequence)) { try fixture.restored(changes[0]) }
        #expect(throws: ArchiveError.self) { try PrunePlan(fixture.catalog(), now: .max) }
        fixture.objects = sound
        var twin = full[0].manifest
        twin.created += 1
        let signed = SignedManifest(twin, logKey: fixture.keyset.logPublicKey) { fixture.keyset.signCheckpoint($0) }
        fixture.objects[signed.name] = signed.file
        #expect(try fixture.catalog().problems.map(\.kind) == [.twice])
    }

    @Test func `prune keeps what anything kept needs, and a thousand junk sets push nothing out`() async throws {
        let fixture = try Fixture()
        try fixture.grow(600)
        let full = try await fixture.run()
        for day in 1...5 { try await fixture.run(Int64(day)) }
        let day: Int64 = 86_400_000
        let start: Int64 = 1_795_000_000_000
        #expect(try PrunePlan(fixture.catalog(), now: start + 6 * day).due.isEmpty)
        // After 70 days the daily and weekly ones are over; the newest set stays, and with it the full one of its month.
        let plan = try PrunePlan(fixture.catalog(), now: start + 70 * day)
        #expect(!plan.due.contains { $0.hash == full[0].hash || $0.hash == full[2].hash })
        #expect(plan.due.contains { $0.manifest.part == .vault } && !plan.packs.isEmpty)
        let needed = Set(full[0].manifest.objects)
        #expect(plan.packs.allSatisfy { !needed.contains($0) })
        // Even at the end of time some stay.
        let last = try PrunePlan(fixture.catalog(), now: .max)
        let left = try fixture.catalog().manifests.filter { !last.due.contains($0) }
        #expect(left.filter { $0.manifest.part == .keyring }.count == 3)
        #expect(left.contains { $0.hash == full[0].hash })
        // Junk is not signed, so it is no set, and nothing depends on how many there are.
        for index in 0..<1_000 {
            fixture.objects[fixture.names.manifest(UInt64(100 + index), hash: "0123456789abcdef")] = [0x7B]
        }
        #expect(try PrunePlan(fixture.catalog(), now: start + 70 * day).due == plan.due)
    }

    @Test func `a vault that nobody touches keeps its last keys and what they open`() async throws {
        let fixture = try Fixture()
        for day in Int64(0)..<5 { try await fixture.run(day, full: true) }
        let start = try #require(try fixture.catalog().manifests.first?.manifest.created)
        for days in [90, 400, 4_000] as [Int64] {
            let due = Set(try PrunePlan(fixture.catalog(), now: start + days * 86_400_000).due.map(\.hash))
            let kept = try fixture.catalog().manifests.filter { !due.contains($0.hash) }
            #expect(kept.filter { $0.manifest.part == .keyring }.map(\.manifest.sequence) == [8, 11, 14])
            #expect(kept.filter { $0.manifest.part == .vault }.count >= PrunePlan.leastFulls)
            #expect(try fixture.catalog().sets.last.map { kept.contains($0.vault) && kept.contains($0.log) } == true)
        }
    }

    @Test func `an earlier generation goes by its dates once the present one has enough`() async throws {
        let (earlier, present) = (try Fixture(), try Fixture())
        for day in Int64(0)..<2 { try await earlier.run(day, full: true) }
        let later = try #require(try earlier.catalog().manifests.last).manifest.retainUntil + 400 * 86_400_000
        for runs in 0..<4 {
            let due = try PrunePlan(earlier.catalog(), now: later, newer: present.catalog()).due.count
            #expect(due == (runs < 3 ? 0 : 6), "\(runs) runs")
            #expect(try PrunePlan(earlier.catalog(), now: 0, newer: present.catalog()).due.isEmpty)
            try await present.run(Int64(runs), full: true)
        }
    }

    @Test func `packs without an archive are found, unless an archive cannot be believed`() async throws {
        let fixture = try Fixture()
        let manifest = try await fixture.run()[0]
        #expect(try fixture.catalog().orphans.isEmpty)
        let name = String(repeating: "ab", count: 32)
        fixture.objects[fixture.names.pack(name)] = [1, 2, 3]
        fixture.objects[fixture.names.packs + "zz/stranger"] = [1]
        #expect(try fixture.catalog().orphans == [ArchivePack(name: name, sizeBytes: 3)])
        // Whose manifest is gone, its packs belong to none.
        let file = fixture.objects.removeValue(forKey: manifest.name)
        #expect(try fixture.catalog().orphans.count == 1 + manifest.manifest.objects.count)
        fixture.objects[manifest.name] = file.map { $0 + [10] }
        #expect(try fixture.catalog().orphans.isEmpty, "nobody knows what that one needs")
    }

    @Test func `maps and rows that nobody wrote are refused`() throws {
        let map = PageMap(
            pageSize: 4_096, pageCount: 9, hashKey: Random.bytes(32), root: Random.bytes(32), pages: [0, 3, 8])
        let bytes = map.encode()
        #expect(try PageMap(parsing: bytes) == map)
        for length in 0..<bytes.count {
            #expect(throws: ArchiveError.self) { try PageMap(parsing: Array(bytes.prefix(length))) }
        }
        #expect(throws: ArchiveError.self) { try PageMap(parsing: bytes + [0]) }
        for (place, value) in [(8, UInt8(2)), (10, 1), (14, 2), (82, 1), (86, 200), (90, 9)] {
            var changed = bytes
            changed[place] = value
            #expect(throws: ArchiveError.self, "byte \(place)") { try PageMap(parsing: changed) }
        }
    }
}
