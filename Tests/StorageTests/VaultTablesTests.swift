import Primitives
import Testing
import VaultModel

@testable import Storage

struct VaultTablesTests {
    private let vault: TestVault
    private let store: RecordStore

    init() throws {
        vault = try TestVault()
        store = try vault.open().records
        _ = try store.register(Sample.fields())
    }

    // MARK: - Staff

    private func person(_ state: StaffState = .invited) throws -> StaffRow {
        StaffRow(
            person: .random(), name: Random.bytes(152), role: try #require(RoleName("courier")), state: state,
            commitment: Random.bytes(10), expires: 1_795_000_000)
    }

    private func commitFailure(_ batch: RecordBatch) async -> StorageError? {
        await asyncFailure { () async throws(StorageError) in try await store.commit(batch) }
    }

    @Test func `a person is kept as she was put in`() throws {
        var row = try person()
        try store.insert(row)
        #expect(try store.staff(row.person) == row)
        row.state = .answered
        row.kid = Sample.kid
        row.mac = Random.bytes(32)
        try store.update(row, from: [.invited])
        #expect(try store.staff() == [row])
        #expect(try store.staff(.random()) == nil)
    }

    @Test func `an invitation is answered once`() throws {
        var row = try person()
        try store.insert(row)
        row.state = .answered
        try store.update(row, from: [.invited])
        #expect(failure { () throws(StorageError) in try store.update(row, from: [.invited]) } == .conflict(.vault))
        #expect(failure { () throws(StorageError) in try store.insert(row) } == .conflict(.vault))
        let stranger = try person()
        #expect(
            failure { () throws(StorageError) in try store.update(stranger, from: [.invited]) } == .notFound(.vault))
    }

    // MARK: - Policies

    @Test func `a policy is found by its hash and by nothing else`() throws {
        let text = Array("version: 1\n".utf8)
        let hash = try store.storePolicy(text)
        #expect(hash == SHA256.hash(text))
        #expect(try store.storePolicy(text) == hash)
        #expect(try store.policy(sha256: hash) == text)
        #expect(try store.policy(sha256: SHA256.hash([])) == nil)
        try Outsider.run("UPDATE policy SET bytes = x'00'", on: vault.folder.path(of: .vault))
        #expect(failure { () throws(StorageError) in _ = try store.policy(sha256: hash) } == .corrupt(.vault))
    }

    // MARK: - Imports

    private func job() -> ImportJob {
        ImportJob(
            job: Random.bytes(16), source: Random.bytes(32), map: Random.bytes(32), started: 1_795_000_000_000)
    }

    @Test func `an import goes on where its rows end, and no row is stored twice`() async throws {
        let job = job()
        try store.insert(job)
        let rows = (0..<6).map { _ in Sample.record() }
        let step = ImportProgress(job: job.job, from: 0, to: 4, records: 3)
        try await store.commit(RecordBatch(logSeq: 1, inserts: Array(rows[..<3]), progress: step))
        // The same step again, as after a crash whose outcome nobody knew.
        let again = RecordBatch(logSeq: 2, inserts: Array(rows[3...]), progress: step)
        #expect(await commitFailure(again) == .conflict(.vault))
        #expect(try store.counts() == [1: 3])
        let found = try #require(try store.importJob(job.job))
        #expect(found.rowsDone == 4 && found.records == 3 && found.state == .running)
        try store.advanceImport(ImportProgress(job: job.job, from: 4, to: 7, records: 0))
        try store.endImport(job.job, as: .finished)
        #expect(try store.importJobs(source: job.source, map: job.map).map(\.rowsDone) == [7])
        #expect(try store.importJobs(source: job.map, map: job.source) == [])
        let late = ImportProgress(job: job.job, from: 7, to: 8, records: 0)
        #expect(failure { () throws(StorageError) in try store.advanceImport(late) } == .conflict(.vault))
        #expect(
            failure { () throws(StorageError) in try store.endImport(job.job, as: .abandoned) } == .notFound(.vault))
    }

    @Test func `progress never goes back`() throws {
        let job = job()
        try store.insert(job)
        try store.advanceImport(ImportProgress(job: job.job, from: 0, to: 5, records: 5))
        let back = ImportProgress(job: job.job, from: 5, to: 4, records: 0)
        #expect(failure { () throws(StorageError) in try store.advanceImport(back) } == .conflict(.vault))
        #expect(try store.importJob(job.job)?.rowsDone == 5)
    }
}
