import Primitives
import Testing
import VaultModel

@testable import Storage

struct IndexStoreTests {
    private let vault: TestVault
    private let stores: Stores
    private var index: IndexStore { stores.index }

    init() throws {
        vault = try TestVault()
        stores = try vault.open()
    }

    private func row(_ tag: UInt32, _ record: RecordID, generation: UInt32 = 1, field: UInt16 = 2) -> TagRow {
        TagRow(field: field, index: 1, generation: generation, tag: tag, record: record)
    }

    private func candidates(_ tag: UInt32, generation: UInt32 = 1, field: UInt16 = 2) throws -> Set<RecordID> {
        Set(try index.candidates(field: field, index: 1, generation: generation, tag: tag))
    }

    @Test func `candidates are the records with this tag, field, index and generation`() async throws {
        let (first, second) = (RecordID.random(), RecordID.random())
        try await index.insert([row(5, first), row(5, second), row(6, first), row(5, first, generation: 2)])
        try await index.insert([row(5, first)])
        #expect(try candidates(5) == [first, second])
        #expect(try candidates(6) == [first])
        #expect(try candidates(5, generation: 2) == [first])
        #expect(try candidates(5, field: 3) == [])
        #expect(try index.candidates(field: 2, index: 1, generation: 1, tag: 5, limit: 1).count == 1)
        #expect(try index.count() == 4)
    }

    @Test func `replacing leaves no old tag of the record and touches no other`() async throws {
        let (first, second) = (RecordID.random(), RecordID.random())
        try await index.insert([row(1, first), row(2, first), row(1, second)])
        try await index.replace([first], with: [row(3, first)])
        #expect(try index.tags(of: first) == [row(3, first)])
        #expect(try candidates(1) == [second])
        try index.delete([second])
        #expect(try index.count() == 1)
    }

    @Test func `a generation goes as a whole`() async throws {
        let record = RecordID.random()
        try await index.insert([row(1, record), row(1, record, generation: 2)])
        while try index.delete(generation: 1, most: 2) {}
        #expect(try index.tags(of: record).map(\.generation) == [2])
        try index.deleteAll()
        #expect(try index.count() == 0)
    }

    @Test func `a lost index is made anew and empty`() async throws {
        try await index.insert([row(1, .random())])
        try stores.close()
        #expect(
            failure { () throws(StorageError) in try Stores.createIndex(at: vault.folder, vault: vault.vault) }
                == .alreadyExists(.index))
        try removeIndex()
        try Stores.createIndex(at: vault.folder, vault: vault.vault)
        let again = try vault.open()
        #expect(try again.index.count() == 0)
        try again.close()
    }

    private func removeIndex() throws {
        let path = vault.folder.path(of: .index)
        for suffix in ["", "-wal", "-shm"] { try Outsider.remove(path + suffix) }
    }
}
