import CSQLite
import Primitives
import Testing
import VaultModel

@testable import Storage

/// What happens to the other three files when a step of a write fails.
struct StoreFaultTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let file: StorageFile
        let step: WriteStep
        let code: Int32
        var testDescription: String { "\(step), SQLite \(code)" }

        /// COMMIT's own failures, and every failure of the disk, end the use of a file.
        var isFatal: Bool { step != .begin(file) || code != SQLITE_FULL }
        var isPersisted: Bool { step == .committed(file) }
    }

    static let table: [Case] = [StorageFile.vault, .index, .keyring].flatMap { file in
        [WriteStep.begin(file), .commit(file), .committed(file)].flatMap { step in
            [SQLITE_FULL, SQLITE_IOERR | 4 << 8].map { Case(file: file, step: step, code: $0) }
        }
    }

    private static func write(_ file: StorageFile, _ stores: Stores, _ id: RecordID) async throws(StorageError) {
        switch file {
        case .vault:
            try await stores.records.commit(
                RecordBatch(logSeq: .random(in: 1...1 << 40), inserts: [Sample.record(id: id, customer: id)]))
        case .index:
            try await stores.index.insert([TagRow(field: 1, index: 1, generation: 1, tag: 1, record: id)])
        default:
            try await stores.keyring.insert([
                WrappedKey(customer: id, version: 1, epoch: 1, wrap: Random.bytes(120))
            ])
        }
    }

    private static func isStored(_ file: StorageFile, _ stores: Stores, _ id: RecordID) throws -> Bool {
        switch file {
        case .vault: try stores.records.seal(of: id) != nil
        case .index: try !stores.index.tags(of: id).isEmpty
        default: try stores.keyring.fetch(customers: [id])[id] != nil
        }
    }

    @Test(arguments: table)
    func `a failed write is reported, given up where the disk failed, and never half done`(_ row: Case) async throws {
        let vault = try TestVault()
        let armed = Shared(false)
        let fatal = Shared<[StorageFile]>([])
        let stores = try vault.open(
            StorageOptions(
                faults: Fault(at: row.step) { armed.value ? row.code : nil },
                onFatal: { file in fatal.change { $0.append(file) } }))
        _ = try stores.records.register(Sample.fields())
        let id = RecordID.random()
        armed.value = true
        let error = await asyncFailure { () async throws(StorageError) in try await Self.write(row.file, stores, id) }
        #expect(error == (row.isFatal ? .unavailable(row.file, code: row.code) : .full(row.file)))
        #expect(fatal.value == (row.isFatal ? [row.file] : []))
        armed.value = false
        let next = await asyncFailure { () async throws(StorageError) in
            try await Self.write(row.file, stores, .random())
        }
        #expect((next != nil) == row.isFatal)
        #expect(fatal.value == (row.isFatal ? [row.file] : []))
        try stores.close()

        let again = try vault.open()
        #expect(try Self.isStored(row.file, again, id) == row.isPersisted)
        try await Self.write(row.file, again, .random())
        try again.close()
    }
}
