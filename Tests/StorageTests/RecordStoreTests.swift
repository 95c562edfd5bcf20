import Primitives
import Testing
import VaultModel

@testable import Storage

struct RecordStoreTests {
    private let vault: TestVault
    private let stores: Stores
    private var store: RecordStore { stores.records }

    init() throws {
        vault = try TestVault()
        stores = try vault.open()
        _ = try stores.records.register(Sample.fields())
    }

    private func commitFailure(_ batch: RecordBatch) async -> StorageError? {
        await asyncFailure { () async throws(StorageError) in try await store.commit(batch) }
    }

    @Test func `what was committed is read back, in the order asked for`() async throws {
        let records = (0..<5).map { Sample.record(fields: $0) }
        try await store.commit(RecordBatch(logSeq: 7, inserts: records))
        let ids = [records[3].id, RecordID.random(), records[0].id, records[4].id]
        let found = try store.fetch(records: ids)
        #expect(found.map(\.id) == [records[3].id, records[0].id, records[4].id])
        #expect(found.map(\.fields) == [records[3].fields, [], records[4].fields])
        #expect(found.allSatisfy { $0.logSeq == 7 && $0.rev == 1 && $0.shop == "s1" && $0.month == 202_611 })
        #expect(found[0].seal == records[3].seal && found[0].customer == records[3].customer)
        #expect(try store.fetch(records: [records[1].id]).map(\.fields) == [records[1].fields])
        #expect(try store.fetch(records: []) == [])
        #expect(try store.fetch(records: [.random()]) == [])
    }

    @Test func `a call names at most a thousand records`() throws {
        let ids = (0...StorageLimits.recordsAtOnce).map { _ in RecordID.random() }
        #expect(failure { () throws(StorageError) in _ = try store.fetch(records: ids) } == .limit(.vault))
        #expect(try store.fetch(records: Array(ids.dropLast())) == [])
    }

    @Test func `a batch is stored as a whole or not at all`() async throws {
        let kept = Sample.record()
        try await store.commit(RecordBatch(logSeq: 1, inserts: [kept]))
        let fresh = Sample.record()
        let update = RecordUpdate(id: kept.id, expectedRev: 1, rev: 2, seal: Random.bytes(32))
        let stale = RecordUpdate(id: kept.id, expectedRev: 9, rev: 10, seal: Random.bytes(32))
        let unknown = RecordUpdate(id: .random(), expectedRev: 1, rev: 2, seal: Random.bytes(32))
        let backwards = RecordUpdate(id: kept.id, expectedRev: 1, rev: 1, seal: Random.bytes(32))
        let wrongSeal = RecordUpdate(id: kept.id, expectedRev: 1, rev: 2, seal: [1, 2])
        let batches: [(RecordBatch, StorageError)] = [
            (RecordBatch(logSeq: 2, inserts: [fresh, kept]), .conflict(.vault)),
            (RecordBatch(logSeq: 2, inserts: [fresh], updates: [stale]), .conflict(.vault)),
            (RecordBatch(logSeq: 2, inserts: [fresh], updates: [unknown]), .notFound(.vault)),
            (RecordBatch(logSeq: 2, inserts: [fresh], updates: [update, update]), .conflict(.vault)),
            (RecordBatch(logSeq: 2, inserts: [fresh], updates: [backwards]), .conflict(.vault)),
            (RecordBatch(logSeq: 2, inserts: [fresh], updates: [wrongSeal]), .conflict(.vault)),
            (
                RecordBatch(
                    logSeq: 2, inserts: [fresh], deletes: [RecordDeletion(id: kept.id, expectedRev: 3)]),
                .conflict(.vault)
            ),
            (RecordBatch(logSeq: 1, inserts: [fresh]), .conflict(.vault)),
            (RecordBatch(logSeq: 2, inserts: [Sample.record(kind: 99), fresh]), .conflict(.vault)),
            (
                RecordBatch(
                    logSeq: 2, inserts: [fresh],
                    progress: ImportProgress(job: Random.bytes(16), from: 0, to: 1, records: 1)), .conflict(.vault)
            ),
        ]
        for (batch, error) in batches {
            #expect(await commitFailure(batch) == error)
            #expect(try store.fetch(records: [kept.id, fresh.id]).map(\.rev) == [1])
            #expect(try store.isApplied(logSeq: 2) == false)
        }
        try await store.commit(RecordBatch(logSeq: 2, inserts: [fresh], updates: [update]))
        #expect(try store.fetch(records: [kept.id, fresh.id]).map(\.rev) == [2, 1])
        #expect(try store.isApplied(logSeq: 2))
    }

    @Test func `an update replaces, adds and removes exactly the fields it names`() async throws {
        let record = Sample.record(fields: 3)
        try await store.commit(RecordBatch(logSeq: 1, inserts: [record]))
        let second = StoredField(field: 2, ordinal: 1, envelope: [2, 1])
        let first = StoredField(field: 1, envelope: [1, 0])
        var update = RecordUpdate(
            id: record.id, expectedRev: 1, rev: 2, seal: Random.bytes(32), fields: [second, first],
            removed: [FieldPlace(field: 3, ordinal: 0)], status: RecordStatus(rawValue: 4))
        try await store.commit(RecordBatch(logSeq: 2, updates: [update]))
        var found = try #require(try store.fetch(records: [record.id]).first)
        #expect(found.fields == [first, record.fields[1], second])
        #expect(found.status.rawValue == 4 && found.shop == "s1" && found.customer == record.customer)

        // Settlement rows outlive their customer under a zero id.
        update = RecordUpdate(
            id: record.id, expectedRev: 2, rev: 3, seal: Random.bytes(32), fields: [first], replacesAll: true,
            customer: RecordID.none, shop: "s2", month: 202_612)
        try await store.commit(RecordBatch(logSeq: 3, updates: [update]))
        found = try #require(try store.fetch(records: [record.id]).first)
        #expect(found.fields == [first])
        #expect(found.customer == .none && found.shop == "s2" && found.month == 202_612 && found.seal == update.seal)
        #expect(found.logSeq == 3)

        let missing = RecordUpdate(
            id: record.id, expectedRev: 3, rev: 4, seal: Random.bytes(32),
            removed: [FieldPlace(field: 8, ordinal: 0)])
        #expect(
            await commitFailure(RecordBatch(logSeq: 4, updates: [missing])) == .notFound(.vault))
    }

    @Test func `a deleted record takes its fields with it`() async throws {
        let record = Sample.record()
        try await store.commit(RecordBatch(logSeq: 1, inserts: [record]))
        try await store.commit(
            RecordBatch(logSeq: 2, deletes: [RecordDeletion(id: record.id, expectedRev: 1)]))
        #expect(try store.fetch(records: [record.id]) == [])
        #expect(try store.counts() == [:])
        try store.checkIntegrity()
    }

    @Test func `a customer's records are found by owner and kind`() async throws {
        let customer = Sample.record()
        let orders = (0..<3).map { _ in Sample.record(id: .random(), customer: customer.id, kind: 2) }
        try await store.commit(RecordBatch(logSeq: 1, inserts: [customer, Sample.record()] + orders))
        #expect(try store.records(of: customer.id, kind: 2, limit: 10) == orders.map(\.id))
        #expect(try store.records(of: customer.id, kind: 2, limit: 2) == orders.prefix(2).map(\.id))
        #expect(try store.fetch(customer: customer.id, kinds: [1, 2]).map(\.id) == [customer.id] + orders.map(\.id))
        #expect(try store.counts() == [1: 2, 2: 3])
    }

    @Test func `a scan sees every record once, whatever comes and goes meanwhile`() async throws {
        let records = (0..<25).map { _ in Sample.record() }
        try await store.commit(RecordBatch(logSeq: 1, inserts: records))
        try await store.commit(
            RecordBatch(logSeq: 2, inserts: [Sample.record(id: .random(), customer: records[0].id, kind: 2)]))
        var scan = store.scan(kind: 1, batch: 10)
        var seen: [RecordID] = []
        while let batch = try scan.next() {
            #expect(batch.count <= 10)
            seen += batch.map(\.id)
            if seen.count == 10 {
                try await store.commit(
                    RecordBatch(
                        logSeq: 3, inserts: [Sample.record()],
                        deletes: [
                            RecordDeletion(id: records[0].id, expectedRev: 1),
                            RecordDeletion(id: records[20].id, expectedRev: 1),
                        ]))
            }
        }
        #expect(Set(seen).count == seen.count)
        #expect(seen.count == 25)
        #expect(!seen.contains(records[20].id))
        #expect(Set(records.map(\.id)).subtracting(seen) == [records[20].id])

        var seals = store.scanSeals(batch: 4)
        var rows: [RecordSealRow] = []
        while let batch = try seals.next() { rows += batch }
        #expect(rows.count == 25)
        let row = try #require(rows.first { $0.id == records[5].id })
        #expect(row == RecordSealRow(records[5]))
        #expect(try store.seal(of: records[5].id) == row)
        #expect(try store.seal(of: records[0].id) == nil)
    }

    @Test func `a read of several records is one snapshot`() async throws {
        let records = (0..<20).map { _ in Sample.record() }
        try await store.commit(RecordBatch(logSeq: 1, inserts: records))
        let store = store
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for rev in UInt64(2)...60 {
                    let updates = records.map {
                        RecordUpdate(id: $0.id, expectedRev: rev - 1, rev: rev, seal: Random.bytes(32))
                    }
                    try await store.commit(RecordBatch(logSeq: rev, updates: updates))
                }
            }
            for _ in 0..<3 {
                group.addTask {
                    for _ in 0..<150 {
                        let revs = Set(try store.fetch(records: records.map(\.id)).map(\.rev))
                        #expect(revs.count == 1)
                        await Task.yield()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try store.fetch(records: [records[0].id]).map(\.rev) == [60])
    }

    @Test func `applied batches are forgotten only where asked`() async throws {
        for seq in UInt64(1)...4 { try await store.commit(RecordBatch(logSeq: seq)) }
        try store.forgetApplied(below: 3)
        #expect(try (1...5).map { try store.isApplied(logSeq: $0) } == [false, false, true, true, false])
    }

    @Test func `a foreign number in a column is damage, not a crash`() async throws {
        let record = Sample.record()
        try await store.commit(RecordBatch(logSeq: 1, inserts: [record]))
        try Outsider.run("UPDATE record SET month = -1", on: vault.folder.path(of: .vault))
        #expect(failure { () throws(StorageError) in _ = try store.fetch(records: [record.id]) } == .corrupt(.vault))
        // The connection that met it is not lent again.
        try Outsider.run("UPDATE record SET month = 202611", on: vault.folder.path(of: .vault))
        #expect(try store.fetch(records: [record.id]).count == 1)
    }
}
