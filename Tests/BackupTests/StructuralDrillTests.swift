import AccessLog
import Archive
import Authority
import Backup
import Foundation
import Keys
import Offline
import Primitives
import Storage
import Testing
import Turnstile
import VaultModel

/// A drill with a drill key finds what is wrong with archives that are signed as they should be.
@Suite struct StructuralDrillTests {
    private let identity = AgeIdentity.generate()

    private func fixture() throws -> Fixture {
        let fixture = try Fixture()
        fixture.facts.drillRecipient = identity.recipient.text
        return fixture
    }

    private func drill(_ fixture: Fixture, with identity: AgeIdentity? = nil) throws -> StructuralDrill.Report {
        let objects = fixture.objects
        let listing = objects.map { (name: $0.key, sizeBytes: Int64($0.value.count)) }
        let catalog = ArchiveCatalog(
            fixture.names, trust: .logKey(fixture.keyset.logPublicKey), listing: listing
        ) { objects[$0] ?? [] }
        let lines = objects.filter { $0.key.hasPrefix(fixture.names.ledger) }.sorted { $0.key < $1.key }
        let drill = try StructuralDrill(
            catalog, ledgers: [RestoreLedger([(catalog, lines.map { ($0.key, $0.value) })])],
            identity: identity ?? self.identity, report: { _ in },
            fetch: { name, _ in
                guard let object = objects[name] else { throw ArchiveError.missing(name) }
                return object
            })
        let folder = fixture.folder + "/drill-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        return try drill.run(in: folder)
    }

    /// The failure's name; empty for none.
    private func failure(_ fixture: Fixture, with identity: AgeIdentity? = nil) -> String {
        do {
            _ = try drill(fixture, with: identity)
            return ""
        } catch { return "\(error)".prefix { $0 != "(" }.description }
    }

    /// The same manifests, changed and signed again by the log's key.
    private func resign(_ fixture: Fixture, _ made: [SignedManifest], _ change: (inout ArchiveManifest) -> Void) {
        for old in made {
            var manifest = old.manifest
            change(&manifest)
            let new = SignedManifest(manifest, logKey: fixture.keyset.logPublicKey) {
                fixture.keyset.signCheckpoint($0)
            }
            fixture.objects[old.name] = nil
            fixture.objects[new.name] = new.file
        }
    }

    @Test func `a sound archive comes back without any other key`() async throws {
        let fixture = try fixture()
        try fixture.grow(200)
        let made = try await fixture.run(set: "b_one")
        let report = try drill(fixture)
        let entries = try fixture.stores.log.size()
        #expect(report.set == "b_one" && report.records == made[0].manifest.created)
        #expect(report.entries == entries && report.entries > 0 && report.erased == 0 && report.leftOut == 0)
        // Changes are put together as well, and the newest set is the one that counts.
        try fixture.grow(16)
        let later = try await fixture.run(1, set: "b_two")
        #expect(!later[0].manifest.isFull)
        #expect(try drill(fixture).set == "b_two")
    }

    @Test func `another key, missing packs and swapped ones are told apart`() async throws {
        let fixture = try fixture()
        try fixture.grow(200)
        let made = try await fixture.run()
        let sound = fixture.objects
        #expect(failure(fixture, with: .generate()) == "archive")
        let pack = fixture.names.pack(made[0].manifest.packs[0].name)
        fixture.objects[pack] = nil
        #expect(failure(fixture) == "problems")
        fixture.objects = sound
        fixture.objects[pack]?[200] ^= 1
        #expect(failure(fixture) == "archive")
        fixture.objects = sound
        let keys = fixture.names.pack(made[1].manifest.packs[0].name)
        fixture.objects[keys]?[200] ^= 1
        #expect(failure(fixture) == "archive", "the bytes of the keys are looked at, though not opened")
        fixture.objects = [:]
        #expect(failure(fixture) == "plan")
        // The cards open the keys; a drill key never should.
        fixture.objects = sound
        #expect(failure(fixture, with: fixture.identity) == "opensKeys")
    }

    @Test func `a log that is shorter than what was signed, or another one, is found`() async throws {
        let fixture = try fixture()
        let made = try await fixture.run()
        let sound = fixture.objects
        for _ in 0..<3 { _ = try await fixture.turnstile.beginJob() }
        let later = try #require(try fixture.stores.log.checkpoint())
        resign(fixture, made) { $0.checkpoint = String(decoding: later, as: UTF8.self) }
        #expect(failure(fixture) == "log")
        // The right size, another root; and one that another key has signed.
        let origin = LogOrigin(vault: fixture.vault, incarnation: 1).description
        let key = try #require(VerifierKey(name: origin, key: fixture.keyset.logPublicKey))
        let first = try Checkpoint.open(Array(made[2].manifest.checkpoint.utf8), key: key)
        let forged = Checkpoint(origin: origin, size: first.size, root: SHA256.hash([1]))
            .signed(by: key) { fixture.keyset.signCheckpoint($0) }
        fixture.objects = sound
        resign(fixture, [made[2]]) { $0.checkpoint = String(decoding: forged, as: UTF8.self) }
        #expect(failure(fixture) == "log")
        let thief = Keyset.generate()
        let thiefs = try #require(VerifierKey(name: origin, key: thief.logPublicKey))
        let foreign = Checkpoint(origin: origin, size: first.size, root: first.root)
            .signed(by: thiefs) { thief.signCheckpoint($0) }
        fixture.objects = sound
        resign(fixture, [made[0]]) { $0.checkpoint = String(decoding: foreign, as: UTF8.self) }
        #expect(failure(fixture) == "log")
        fixture.objects = sound
        resign(fixture, made) { _ in }
        #expect(failure(fixture) == "", "signing anew alone harms nothing")
    }

    @Test func `rows of somebody erased before the archive are found, of somebody erased after it counted`()
        async throws
    {
        let fixture = try fixture()
        let customer = CustomerNumber.random()
        let kind = try #require(try fixture.stores.records.registry().kinds.first { $0.name == "customer" }).number
        let record = StoredRecord(
            id: RecordID(customer), customer: RecordID(customer), kind: kind, rev: 1,
            seal: [UInt8](repeating: 1, count: 32), shop: "s1", month: 202_611, status: .active, logSeq: 0, fields: [])
        try await fixture.stores.records.commit(RecordBatch(logSeq: 0, inserts: [record]))
        let made = try await fixture.run()
        #expect(try drill(fixture).rows == 1)
        let origin = LogOrigin(vault: fixture.vault, incarnation: 1).description
        let key = try #require(VerifierKey(name: origin, key: fixture.keyset.logPublicKey))
        let line = ErasureLedgerLine(
            vault: fixture.vault, origin: origin, place: 1, previous: "", id: "e_0123456789", customer: customer,
            entry: 1, at: 1
        ).sealed(by: key) { fixture.keyset.signCheckpoint($0) }.encode()
        fixture.objects[fixture.names.ledgerLine(1)] = line
        let after = try drill(fixture)
        #expect(after.erased == 1 && after.leftOut == 1)
        let sound = fixture.objects
        resign(fixture, made) { ($0.erasures, $0.erasureHash) = (1, Hex.encode(SHA256.hash(line))) }
        #expect(failure(fixture) == "erasedRows")
        fixture.objects[fixture.names.ledgerLine(1)] = nil
        #expect(failure(fixture) == "plan", "the manifests tell of a line that is not there")
        fixture.objects = sound
        fixture.objects[fixture.names.ledgerLine(1)]?.removeLast(3)
        #expect(try drill(fixture).erased == 0, "what nobody has signed is no line")
    }

    @Test func `archives whose signer no cards have certified are refused`() async throws {
        let fixture = try fixture()
        let made = try await fixture.run()
        let (set, secret, _) = ShareSet.generate(.recovery, vault: fixture.vault, threshold: 2, count: 3)
        let other = RecoveryIdentity(vault: fixture.vault, secret: secret.value)
        let facts = other.facts(vault: fixture.vault, set: set, logKey: Keyset.generate().logPublicKey)
        resign(fixture, made) { $0.recovery = facts }
        #expect(failure(fixture) == "uncertified")
    }
}
