import CSQLite
import Foundation
import Host
import Keys
import Primitives
import Synchronization
import Testing
import VaultModel

@testable import Storage

/// What vouches for the files: every crash leaves a state the anchor names, every older or edited file does not.
struct AnchorTests {
    private let vault: TestVault
    private let root = RootKey.generate()
    private let tags: StateTags

    init() throws {
        vault = try TestVault()
        tags = StateTags(vault.keyset, incarnation: 1)
        let stores = try vault.open()
        _ = try stores.records.register(Sample.fields())
        let size = try stores.log.size()
        let anchor = Anchor(
            vault: vault.vault, incarnation: 1, current: try stores.records.begin(tags),
            keyring: try stores.keyring.begin(tags), sealGeneration: 1,
            log: Anchor.Log(size: size, root: try stores.log.root(size: size)))
        try VaultAnchor.create(anchor, in: vault.folder, root: root)
        try stores.close()
    }

    private func attach(
        _ stores: Stores, onTamper: @escaping @Sendable () -> Void = {}
    ) throws(StorageError) -> VaultAnchor {
        let anchor = try VaultAnchor(in: vault.folder, vault: vault.vault, root: root)
        try stores.keyring.attach(tags, to: anchor)
        try stores.records.attach(tags, to: anchor, onTamper: onTamper)
        return anchor
    }

    /// Opens everything as a start does; gives why it cannot be.
    private func start(_ work: (Stores) throws -> Void = { _ in }) throws -> StorageError? {
        let stores = try vault.open()
        defer { try? stores.close() }
        do throws(StorageError) { _ = try attach(stores) } catch { return error }
        try work(stores)
        return nil
    }

    private func wrapped(_ customer: RecordID, version: UInt32 = 1) -> WrappedKey {
        WrappedKey(customer: customer, version: version, epoch: 1, wrap: Random.bytes(120))
    }

    private func add(_ count: Int, _ stores: Stores, from seq: UInt64 = 1) throws -> [StoredRecord] {
        var records: [StoredRecord] = []
        for index in 0..<count {
            let record = Sample.record()
            try stores.keyring.insert([wrapped(record.id)])
            try stores.records.commit(RecordBatch(logSeq: seq + UInt64(index), inserts: [record]))
            records.append(record)
        }
        return records
    }

    @Test func `changes of every kind are vouched for across a start`() throws {
        var records: [StoredRecord] = []
        #expect(try start { records = try add(5, $0) } == nil)
        let second = try start { stores in
            let update = RecordUpdate(
                id: records[0].id, expectedRev: 1, rev: 2, seal: Random.bytes(32), shop: "s2",
                status: RecordStatus(rawValue: 3))
            try stores.records.commit(
                RecordBatch(
                    logSeq: 20, updates: [update], deletes: [RecordDeletion(id: records[1].id, expectedRev: 1)]))
            try stores.keyring.insert([wrapped(records[0].id, version: 2)])
            try stores.keyring.retire(customer: records[0].id, below: 2)
            try stores.keyring.deleteRetired(customer: records[0].id, version: 1)
            try stores.keyring.rewrap([wrapped(records[2].id)])
            try stores.keyring.erase([records[1].id], time: 7)
            try stores.keyring.erase([records[1].id], time: 8)
            try stores.keyring.insert(months: [
                WrappedMonthKey(month: 202_611, half: 1, epoch: 1, wrap: Random.bytes(120))
            ])
            try stores.keyring.destroyMonthKeys([202_611, 202_612], half: 1, time: 9)
            let found = try stores.records.fetch(records: records.map(\.id))
            #expect(found.count == 4)
        }
        #expect(second == nil)
        var found: [StoredRecord] = []
        let third = try start { found = try $0.records.fetch(records: records.map(\.id)) }
        #expect(third == nil)
        #expect(found.map(\.rev) == [2, 1, 1, 1])
        #expect(found.first?.shop == "s2")
    }

    @Test(arguments: [StorageFile.vault, .keyring])
    func `an older copy of one file is refused by name`(file: StorageFile) throws {
        #expect(try start { _ = try add(3, $0) } == nil)
        let old = try vault.bytes(of: file)
        let oldAnchor = try vault.bytes(of: VaultAnchor.name)
        #expect(try start { _ = try add(3, $0, from: 10) } == nil)
        let new = try vault.bytes(of: file)
        try vault.write(old, to: file)
        #expect(try start() == .rolledBack(file))
        try vault.write(new, to: file)
        #expect(try start() == nil)
        // An older anchor beside newer files.
        try DurableFile.replace(FilePaths.join(vault.folder.path, VaultAnchor.name), with: oldAnchor)
        #expect(try start() == .rolledBack(.keyring))
    }

    private static let edits: [(StorageFile, String)] = [
        (.vault, "UPDATE record SET shop = 's9' WHERE rid = 1"),
        (.vault, "UPDATE record SET status = 9 WHERE rid = 1"),
        (.vault, "UPDATE record SET month = month + 1 WHERE rid = 1"),
        (.vault, "UPDATE record SET rev = rev + 1 WHERE rid = 1"),
        (.vault, "UPDATE record SET seal = zeroblob(32) WHERE rid = 1"),
        (.vault, "DELETE FROM field; DELETE FROM record WHERE rid = 2"),
        (.vault, "UPDATE record SET customer = (SELECT id FROM record WHERE rid = 2) WHERE rid = 1"),
        (.vault, "UPDATE meta SET value = zeroblob(40) WHERE name = 'state'"),
        (.vault, "DELETE FROM meta WHERE name = 'state'"),
        (.keyring, "DELETE FROM cek"),
        (.keyring, "UPDATE cek SET version = 5"),
        (.keyring, "UPDATE cek SET state = 2"),
        (.keyring, "DELETE FROM tombstone"),
        (.keyring, "INSERT INTO tombstone SELECT customer, 5 FROM cek LIMIT 1"),
        (.keyring, "DELETE FROM destroyed_month"),
        (.keyring, "UPDATE month_key SET wrap = zeroblob(3)"),
        (.keyring, "DELETE FROM meta WHERE name = 'state'"),
    ]

    @Test(arguments: edits)
    func `an edited row is noticed`(file: StorageFile, sql: String) throws {
        #expect(
            try start { stores in
                let records = try add(3, stores)
                try stores.keyring.erase([records[2].id], time: 7)
                try stores.keyring.insert(months: [
                    WrappedMonthKey(month: 202_611, half: 1, epoch: 1, wrap: Random.bytes(120))
                ])
                try stores.keyring.destroyMonthKeys([202_610], half: 1, time: 9)
            } == nil)
        try Outsider.run(sql, on: vault.folder.path(of: file))
        let error = try start()
        // A state of another number is no state of this vault; one of the right number has other rows.
        #expect(error == .tampered(file) || error == .rolledBack(file), "\(String(describing: error))")
    }

    // MARK: - The file itself

    @Test func `a missing, damaged, forged or foreign anchor is told apart`() throws {
        let path = FilePaths.join(vault.folder.path, VaultAnchor.name)
        let good = try vault.bytes(of: VaultAnchor.name)
        func open(vault id: VaultID? = nil, root: RootKey? = nil) -> StorageError? {
            failure { () throws(StorageError) in
                _ = try VaultAnchor(in: vault.folder, vault: id ?? vault.vault, root: root ?? self.root)
            }
        }
        #expect(open() == nil)
        #expect(open(vault: .random()) == .anchor(.foreign))
        #expect(open(root: .generate()) == .anchor(.forged))
        try DurableFile.remove(path)
        #expect(open() == .anchor(.missing))
        for bytes in [[], Array(good.prefix(100)), [UInt8](repeating: 0, count: good.count)] {
            try? DurableFile.remove(path)
            try DurableFile.create(path, with: bytes)
            #expect(open() == .anchor(.damaged))
        }
    }

    /// A crash in the middle of a write damages one slot at most.
    @Test func `a torn write leaves what stood before`() throws {
        let path = FilePaths.join(vault.folder.path, "torn")
        try AlternatingFile.create(path, with: [1])
        var file = try AlternatingFile.open(path)
        try file.write([2])
        try file.write([3, 3])
        let whole = try DurableFile.read(path, limit: 1 << 20)
        #expect(whole.count == 8_192)
        for place in stride(from: 0, to: whole.count, by: 7) {
            var torn = whole
            torn[place] ^= 0xFF
            try DurableFile.replace(path, with: torn)
            let content = try AlternatingFile.open(path).content
            #expect(content == [3, 3] || content == [2], "byte \(place)")
        }
        var next = try AlternatingFile.open(path)
        try next.write([4], forgetting: true)
        #expect(try DurableFile.read(path, limit: 1 << 20).prefix(4_096).contains(3) == false)
        #expect(try AlternatingFile.open(path).content == [4])
    }

    @Test func `either root key opens the anchor while it is replaced, the new one alone afterwards`() throws {
        let next = RootKey.generate()
        func opens(_ key: RootKey) -> Bool {
            failure { () throws(StorageError) in
                _ = try VaultAnchor(in: vault.folder, vault: vault.vault, root: key)
            } == nil
        }
        let anchor = try VaultAnchor(in: vault.folder, vault: vault.vault, root: root)
        try anchor.prepare(next: next)
        #expect(opens(root) && opens(next))
        try anchor.adopt(sealGeneration: 2)
        #expect(!opens(root) && opens(next))
    }

    // MARK: - Crashes

    /// The process ends before, in and after each commit: never a false alarm, and nothing acknowledged is lost.
    @Test(arguments: [
        WriteStep.begin(.vault), .commit(.vault), .committed(.vault), .commit(.keyring), .committed(.keyring),
    ])
    func `a crash at a step is no alarm`(step: WriteStep) throws {
        var acknowledged = 0
        for round in 0..<4 {
            let faults = FaultAt(step)
            let stores = try vault.open(StorageOptions(faults: faults))
            _ = try attach(stores)
            acknowledged += try add(2, stores, from: UInt64(round * 10 + 1)).count
            faults.isArmed.store(true, ordering: .relaxed)
            #expect(throws: StorageError.self) { try add(1, stores, from: UInt64(round * 10 + 5)) }
            try? stores.close()
            // The next start finds its way by itself.
            let again = try vault.open()
            _ = try attach(again)
            let count = try again.records.counts().values.reduce(0, +)
            #expect(count == acknowledged || count == acknowledged + 1, "\(step)")
            acknowledged = count
            try again.close()
        }
    }

    // MARK: - While it is open

    @Test func `a row edited while the file is open is noticed by the next read, once`() throws {
        let alarms = Mutex(0)
        let stores = try vault.open()
        defer { try? stores.close() }
        _ = try attach(stores) { alarms.withLock { $0 += 1 } }
        let records = try add(3, stores)
        #expect(try stores.records.fetch(records: records.map(\.id)).count == 3)
        try Outsider.run("UPDATE record SET shop = 's9' WHERE rid = 2", on: vault.folder.path(of: .vault))
        #expect(try stores.records.fetch(records: [records[0].id]).count == 1)
        #expect(throws: StorageError.tampered(.vault)) { try stores.records.fetch(records: [records[1].id]) }
        #expect(throws: StorageError.tampered(.vault)) { try stores.records.fetch(records: records.map(\.id)) }
        #expect(throws: StorageError.tampered(.vault)) {
            var scan = stores.records.scan(kind: 1)
            while try scan.next() != nil {}
        }
        #expect(throws: StorageError.tampered(.vault)) {
            let update = RecordUpdate(id: records[1].id, expectedRev: 1, rev: 2, seal: Random.bytes(32))
            try stores.records.commit(RecordBatch(logSeq: 50, updates: [update]))
        }
        #expect(alarms.withLock { $0 } == 1)
    }

    @Test func `a row deleted while the file is open is noticed`() throws {
        let stores = try vault.open()
        defer { try? stores.close() }
        _ = try attach(stores)
        let records = try add(2, stores)
        try Outsider.run(
            "DELETE FROM field WHERE record = 1; DELETE FROM record WHERE rid = 1", on: vault.folder.path(of: .vault))
        #expect(throws: StorageError.tampered(.vault)) { try stores.records.fetch(records: [records[0].id]) }
        #expect(
            try stores.records.fetch(records: [records[1].id, .none]).count == 1, "who was never there is no alarm")
    }

    /// Readers meet commits on their way, and none of them is an alarm.
    @Test func `readers beside a writer raise no alarm`() async throws {
        let alarms = Mutex(0)
        let stores = try vault.open()
        defer { try? stores.close() }
        _ = try attach(stores) { alarms.withLock { $0 += 1 } }
        let records = try add(4, stores)
        let ids = records.map(\.id)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for round in 1...150 {
                    let updates = ids.map {
                        RecordUpdate(
                            id: $0, expectedRev: UInt64(round), rev: UInt64(round + 1), seal: Random.bytes(32))
                    }
                    try await stores.records.commit(RecordBatch(logSeq: UInt64(100 + round), updates: updates))
                }
            }
            for _ in 0..<2 {
                group.addTask {
                    for _ in 0..<1_500 {
                        let found = try stores.records.fetch(records: ids)
                        #expect(found.count == 4)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(alarms.withLock { $0 } == 0)
        #expect(try stores.records.fetch(records: ids).allSatisfy { $0.rev == 151 })
    }
}

/// Fails one step, each time, once it is armed.
private final class FaultAt: WriteFaults {
    let step: WriteStep
    let isArmed = Atomic<Bool>(false)

    init(_ step: WriteStep) { self.step = step }

    func fault(at step: WriteStep) -> Int32? {
        isArmed.load(ordering: .relaxed) && step == self.step ? SQLITE_IOERR : nil
    }
}
