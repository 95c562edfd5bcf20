import GRDB
import Keys
import Primitives
import Testing
import VaultModel

@testable import Storage

/// A string that must not be found: not in a file, not in an error.
struct CanaryTests {
    private static let canary = "canary-of-5a1f-zhang-wei"
    private let vault: TestVault
    private let stores: Stores

    init() throws {
        vault = try TestVault()
        stores = try vault.open()
        _ = try stores.records.register(Sample.fields())
    }

    @Test func `a value that was stored is in no file, before and after the WAL is copied`() async throws {
        let number = CustomerNumber.random()
        let id = RecordID(number)
        let key = CustomerKey.random()
        let context = FieldContext(vault: vault.vault, customer: id, record: id, table: 1, field: 1)
        let envelope = try Envelope.seal(
            .text(Self.canary), context: context, key: key, revision: 1, pad: .blocks64)
        let index = try #require(
            vault.keyset.blindIndexes(
                vault: vault.vault,
                definition: BlindIndex.Definition(field: 1, index: 1, normaliser: 1, bits: 10)
            ).first)
        try await stores.keyring.insert([
            WrappedKey(
                customer: id, version: 1, epoch: vault.keyset.keyringEpoch,
                wrap: vault.keyset.wrapCEK(key, vault: vault.vault, customer: id))
        ])
        let log = try vault.writer(stores)
        let entry = try await log.append(
            LogSubmission(draft: Sample.read(number), intent: [LogIntent.Record(id: id, rev: 1)]))
        try await stores.index.insert([
            TagRow(
                field: 1, index: 1, generation: index.generation, tag: index.tag(Array(Self.canary.utf8)), record: id)
        ])
        var record = Sample.record(id: id, customer: id, fields: 0)
        record = StoredRecord(
            id: id, customer: id, kind: 1, rev: 1, seal: record.seal, shop: "s1", month: 202_611, status: .active,
            logSeq: 0, fields: [StoredField(field: 1, envelope: envelope)])
        try await stores.records.commit(RecordBatch(logSeq: entry.seq, inserts: [record]))
        let stored = try #require(try stores.records.fetch(records: [id]).first?.fields.first?.envelope)
        #expect(stored == envelope)
        // The envelope is there, so the search looks in the right place; the value is not.
        #expect(try vault.occurrences(of: envelope) == 1)
        #expect(try vault.occurrences(of: Array(Self.canary.utf8)) == 0)
        await log.close()
        try stores.close()
        #expect(try vault.occurrences(of: envelope) == 1)
        #expect(try vault.occurrences(of: Array(Self.canary.utf8)) == 0)
    }

    @Test func `a deleted envelope leaves the folder when the WAL is cut`() async throws {
        let record = Sample.record()
        let envelope = try #require(record.fields.first?.envelope)
        try await stores.records.commit(RecordBatch(logSeq: 1, inserts: [record]))
        try stores.records.truncateWAL()
        try await stores.records.commit(
            RecordBatch(logSeq: 2, deletes: [RecordDeletion(id: record.id, expectedRev: 1)]))
        #expect(try vault.occurrences(of: envelope) > 0)
        #expect(try stores.records.truncateWAL())
        #expect(try vault.occurrences(of: envelope) == 0)
    }

    @Test func `no failing path repeats a value`() async throws {
        let canary = Self.canary
        var errors: [any Error] = []
        func note(_ error: (any Error)?) { if let error { errors.append(error) } }
        let id = try #require(RecordID(Array(canary.utf8.prefix(16))))
        let record = StoredRecord(
            id: id, customer: id, kind: 9, rev: 1, seal: Array(canary.utf8), shop: canary, month: 1,
            status: .active, logSeq: 0, fields: [StoredField(field: 1, envelope: Array(canary.utf8))])
        note(failure { () throws(StorageError) in try stores.records.write(RecordBatch(logSeq: 1, inserts: [record])) })
        note(
            failure { () throws(StorageError) in
                _ = try stores.records.register([
                    FieldRegistration(kind: "customer", name: "name", pad: 9, isPersonal: true)
                ])
            })
        let database = stores.records.database
        for sql in ["SELECT '\(canary)' FROM \(canary)", "INSERT INTO meta VALUES ('vault', '\(canary)')", canary] {
            note(failure { () throws(StorageError) in try database.write { try $0.execute(sql: sql) } })
        }
        for column in ["role", "kid", "person"] {
            try Outsider.run(
                """
                INSERT INTO staff (person, name, role, state, kid, rev, expires)
                VALUES ('\(PersonID.random())', x'00', 'courier', 1, NULL, 1, 0);
                UPDATE staff SET \(column) = '\(canary) \(canary)'
                """, on: vault.folder.path(of: .vault))
            note(failure { () throws(StorageError) in _ = try stores.records.staff() })
            try Outsider.run("DELETE FROM staff", on: vault.folder.path(of: .vault))
        }
        #expect(errors.count == 8)
        for error in errors {
            var text = ""
            dump(error, to: &text)
            text += "\(error) \((error as? StorageError)?.hint ?? "")"
            #expect(!text.contains("canary"), "\(text.count) characters")
        }
    }
}
