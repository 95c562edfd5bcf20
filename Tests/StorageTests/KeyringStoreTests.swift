import Primitives
import Testing
import VaultModel

@testable import Storage

struct KeyringStoreTests {
    private let vault: TestVault
    private let stores: Stores
    private var keyring: KeyringStore { stores.keyring }

    init() throws {
        vault = try TestVault()
        stores = try vault.open()
    }

    private func key(_ customer: RecordID, version: UInt32 = 1, epoch: UInt32 = 1) -> WrappedKey {
        WrappedKey(customer: customer, version: version, epoch: epoch, wrap: Random.bytes(120))
    }

    private func insertFailure(_ keys: [WrappedKey]) async -> StorageError? {
        await asyncFailure { () async throws(StorageError) in try await keyring.insert(keys) }
    }

    @Test func `keys are found by customer, all versions`() async throws {
        let (first, second) = (RecordID.random(), RecordID.random())
        let keys = [key(first), key(first, version: 2), key(second)]
        try await keyring.insert(keys)
        let found = try keyring.fetch(customers: [second, first, .random()])
        #expect(found == [first: .keys(Array(keys[..<2])), second: .keys([keys[2]])])
        #expect(try keyring.count() == 2)
    }

    @Test func `a batch of keys is stored as a whole or not at all`() async throws {
        let (kept, fresh) = (RecordID.random(), RecordID.random())
        try await keyring.insert([key(kept)])
        let batch = [key(fresh), key(kept)]
        #expect(
            await insertFailure(batch) == .conflict(.keyring))
        #expect(try keyring.fetch(customers: [fresh]) == [:])
    }

    @Test func `an erased customer has no key and never gets one again`() async throws {
        let (gone, kept) = (RecordID.random(), RecordID.random())
        try await keyring.insert([key(gone), key(gone, version: 2), key(kept)])
        try keyring.erase([gone], time: 1_000)
        try keyring.erase([gone], time: 2_000)
        #expect(try keyring.fetch(customers: [gone, kept])[gone] == .erased)
        #expect(try keyring.tombstones() == [Tombstone(customer: gone, time: 1_000)])
        let fresh = RecordID.random()
        let batch = [key(fresh), key(gone, version: 3)]
        #expect(await insertFailure(batch) == .erased)
        #expect(try keyring.fetch(customers: [fresh]) == [:])
        #expect(try keyring.count() == 1)
    }

    @Test func `a number that somebody has or had is not given again`() async throws {
        let (here, gone, free) = (RecordID.random(), RecordID.random(), RecordID.random())
        try await keyring.insert([key(here), key(gone)])
        try keyring.erase([gone], time: 1_000)
        var drawn = [here, gone, here, free]
        #expect(try keyring.unused { drawn.removeFirst() } == free)
        #expect(drawn.isEmpty)
    }

    @Test func `a key put back under a tombstone opens nothing and is found`() async throws {
        let customer = RecordID.random()
        try keyring.erase([customer], time: 1_000)
        try Outsider.run(
            "INSERT INTO cek VALUES (x'\(Hex.encode(customer.bytes))', 1, 1, x'00', 1)",
            on: vault.folder.path(of: .keyring))
        #expect(try keyring.fetch(customers: [customer]) == [customer: .erased])
        #expect(try keyring.unfinishedErasures() == [Tombstone(customer: customer, time: 1_000)])
        try keyring.erase([customer], time: 3_000)
        #expect(try keyring.unfinishedErasures() == [])
    }

    @Test func `an erased key is nowhere in the folder`() async throws {
        let customer = RecordID.random()
        let wrap = Array("COFFER-CANARY-WRAP".utf8) + Random.bytes(100)
        try await keyring.insert([
            WrappedKey(customer: customer, version: 1, epoch: 1, wrap: wrap), key(.random()), key(.random()),
        ])
        #expect(try vault.occurrences(of: wrap) > 0)
        try keyring.erase([customer], time: 1_000)
        #expect(try vault.occurrences(of: wrap) == 0)
        #expect(try vault.occurrences(of: Array(wrap.prefix(18))) == 0)
    }

    @Test func `a roll of the wrapping key finds what is left and rewraps it`() async throws {
        let customers = (0..<5).map { _ in RecordID.random() }
        try await keyring.insert(customers.map { key($0) })
        let old = try keyring.keys(below: 2, limit: 3)
        #expect(old.count == 3)
        let new = old.map {
            WrappedKey(customer: $0.customer, version: $0.version, epoch: 2, wrap: Random.bytes(120))
        }
        try keyring.rewrap(new)
        #expect(try keyring.keys(below: 2, limit: 10).count == 2)
        #expect(try keyring.fetch(customers: [new[0].customer]) == [new[0].customer: .keys([new[0]])])
        let unknown = [key(.random(), epoch: 2)]
        #expect(failure { () throws(StorageError) in try keyring.rewrap(unknown) } == .notFound(.keyring))
    }

    @Test func `only a retired version can be deleted by itself`() async throws {
        let customer = RecordID.random()
        try await keyring.insert([key(customer), key(customer, version: 2)])
        #expect(
            failure { () throws(StorageError) in try keyring.deleteRetired(customer: customer, version: 1) }
                == .notFound(.keyring))
        try keyring.retire(customer: customer, below: 2)
        guard case .keys(let keys) = try #require(try keyring.fetch(customers: [customer])[customer]) else {
            Issue.record("the customer has keys")
            return
        }
        #expect(keys.map(\.state) == [.retired, .current])
        try keyring.deleteRetired(customer: customer, version: 1)
        #expect(
            failure { () throws(StorageError) in try keyring.deleteRetired(customer: customer, version: 2) }
                == .notFound(.keyring))
    }

    @Test func `a month's key is made once, and its name dies with it`() throws {
        let keys = [1, 2].map { WrappedMonthKey(month: 202_611, half: $0, epoch: 1, wrap: Random.bytes(120)) }
        try keyring.insert(months: keys)
        #expect(try keyring.monthKeys(202_611) == keys)
        #expect(try keyring.monthKeys(202_612) == [])
        #expect(failure { () throws(StorageError) in try keyring.insert(months: keys) } == .conflict(.keyring))
        try keyring.destroyMonthKeys([202_611], half: 2, time: 5)
        try keyring.destroyMonthKeys([202_611], half: 2, time: 6)
        #expect(try keyring.monthKeys() == [keys[0]])
        #expect(failure { () throws(StorageError) in try keyring.insert(months: [keys[1]]) } == .conflict(.keyring))
        let rewrapped = WrappedMonthKey(month: 202_611, half: 1, epoch: 2, wrap: [1])
        try keyring.rewrap(months: [rewrapped])
        #expect(try keyring.monthKeys() == [rewrapped])
        #expect(failure { () throws(StorageError) in try keyring.rewrap(months: [keys[1]]) } == .notFound(.keyring))
    }

    @Test func `reads and commits take turns`() async throws {
        let customers = (0..<40).map { _ in RecordID.random() }
        let keyring = keyring
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for customer in customers { try await keyring.insert([key(customer)]) }
            }
            for _ in 0..<2 {
                group.addTask {
                    for _ in 0..<200 {
                        _ = try keyring.fetch(customers: customers)
                        await Task.yield()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try keyring.fetch(customers: customers).count == 40)
    }
}
