import AccessLog
import Foundation
import Host
import Primitives
import Testing
import VaultModel

@testable import Storage

/// `kill -9` at each durable step, in a child process; then the parent opens what is left.
struct KillTests {
    /// The steps of one announced data write, in order, and what must be there when the process dies at each.
    enum Death: Int, CaseIterable, Codable, Sendable {
        case keyringCommit, keyringCommitted, logCommit, logCommitted, indexCommit, indexCommitted, vaultCommit,
            vaultCommitted, nowhere

        var step: WriteStep? {
            switch self {
            case .keyringCommit: .commit(.keyring)
            case .keyringCommitted: .committed(.keyring)
            case .logCommit: .commit(.log)
            case .logCommitted: .committed(.log)
            case .indexCommit: .commit(.index)
            case .indexCommitted: .committed(.index)
            case .vaultCommit: .commit(.vault)
            case .vaultCommitted: .committed(.vault)
            case .nowhere: nil
            }
        }
    }

    /// Customers whose writes the child tries, one after the other; it dies in the third.
    private static let ids = (1...3).map { number -> RecordID in
        RecordID([UInt8](repeating: UInt8(number), count: 16)) ?? .none
    }

    private static func life(_ vault: ChildVault, _ death: Death) async throws {
        let armed = Shared(false)
        let stores = try vault.open(DeathFault(step: death.step, armed: armed))
        _ = try stores.records.register(Sample.fields())
        let writer = try vault.writer(stores)
        for (index, id) in ids.enumerated() {
            armed.value = index == 2
            try await stores.keyring.insert([
                WrappedKey(customer: id, version: 1, epoch: 1, wrap: Random.bytes(120))
            ])
            let entry = try await writer.append(
                LogSubmission(draft: Sample.job(), intent: [LogIntent.Record(id: id, rev: 1)]))
            vault.acknowledge("log \(entry.seq)")
            try await stores.index.insert([TagRow(field: 2, index: 1, generation: 1, tag: 7, record: id)])
            try await stores.records.commit(
                RecordBatch(logSeq: entry.seq, inserts: [Sample.record(id: id, customer: id)]))
            writer.resolve(intent: entry.seq)
            vault.acknowledge("vault \(entry.seq)")
        }
        ChildVault.die()
    }

    @Test(arguments: Death.allCases)
    func `a process that is killed loses nothing it was told was durable`(_ death: Death) async throws {
        let vault = try ChildVault()
        defer { vault.remove() }
        await #expect(processExitsWith: .signal(SIGKILL)) { [vault = vault as ChildVault, death = death as Death] in
            try await KillTests.life(vault, death)
        }
        try await Self.check(vault, death)
    }

    private static func check(_ vault: ChildVault, _ death: Death) async throws {
        let told = vault.acknowledged()
        #expect(told.prefix(4) == ["log 0", "vault 0", "log 1", "vault 1"])
        let stores = try vault.open()
        let writer = try vault.writer(stores)
        let size = try stores.log.size()
        for line in told {
            let parts = line.split(separator: " ")
            let seq = try #require(UInt64(parts[1]))
            #expect(seq < size)
            if parts[0] == "vault" { #expect(try stores.records.isApplied(logSeq: seq)) }
        }
        #expect(size == (death.rawValue >= Death.logCommitted.rawValue ? 3 : 2))
        let isStored = try stores.records.fetch(records: [ids[2]]).count == 1
        #expect(isStored == (death.rawValue >= Death.vaultCommitted.rawValue))
        let hasTag = try stores.index.candidates(field: 2, index: 1, generation: 1, tag: 7).contains(ids[2])
        #expect(hasTag == (death.rawValue >= Death.indexCommitted.rawValue))
        let hasKey = try stores.keyring.fetch(customers: [ids[2]])[ids[2]] != nil
        #expect(hasKey == (death.rawValue >= Death.keyringCommitted.rawValue))

        // Recovery: an intent without its batch becomes an aborted entry, the others are resolved.
        var aborted = 0
        for intent in try stores.log.unresolvedIntents() {
            #expect(intent.records.count == 1)
            if try stores.records.isApplied(logSeq: intent.seq) {
                writer.resolve(intent: intent.seq)
            } else {
                let draft = EntryDraft(kind: .aborted, decision: .deny, why: .aborted)
                _ = try await writer.append(LogSubmission(draft: draft, aborts: intent.seq))
                aborted += 1
            }
        }
        #expect(aborted == (size == 3 && !isStored ? 1 : 0))
        _ = try await writer.append(LogSubmission(draft: Sample.job()))
        #expect(try stores.log.unresolvedIntents() == [])
        try stores.records.checkIntegrity()
        await writer.close()
        try stores.close()
    }

    @Test func `a month whose keys were stored just before the end goes on with them`() async throws {
        let vault = try ChildVault()
        defer { vault.remove() }
        await #expect(processExitsWith: .signal(SIGKILL)) { [vault = vault as ChildVault] in
            let stores = try vault.open(DeathFault(step: .begin(.log), armed: Shared(true)))
            let writer = try vault.writer(stores)
            _ = try await writer.append(LogSubmission(draft: Sample.job()))
        }
        let stores = try vault.open()
        #expect(try stores.keyring.monthKeys().count == 2)
        #expect(try stores.log.size() == 0)
        let writer = try vault.writer(stores)
        _ = try await writer.append(LogSubmission(draft: Sample.job()))
        #expect(try stores.keyring.monthKeys().count == 2)
        await writer.close()
        try stores.close()
    }

    @Test func `killed in a crowd, the log has every entry that was acknowledged`() async throws {
        let vault = try ChildVault()
        defer { vault.remove() }
        await #expect(processExitsWith: .signal(SIGKILL)) { [vault = vault as ChildVault] in
            let stores = try vault.open()
            let writer = try vault.writer(stores)
            let count = Counter()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<32 {
                    group.addTask {
                        while let entry = try? await writer.append(LogSubmission(draft: Sample.job())) {
                            vault.acknowledge("log \(entry.seq)")
                            if count.increment() == 500 { ChildVault.die() }
                        }
                    }
                }
            }
        }
        let told = vault.acknowledged().compactMap { UInt64($0.dropFirst(4)) }
        #expect(told.count >= 500)
        let stores = try vault.open()
        let size = try stores.log.size()
        #expect(try #require(told.max()) < size)
        let reader = LogReader(stores.log, keyring: stores.keyring, keys: vault.keys)
        #expect(try reader.entries(0..<size).count == Int(size))
        let writer = try vault.writer(stores)
        let entry = try await writer.append(LogSubmission(draft: Sample.job()))
        #expect(entry.seq == size)
        await writer.close()
        try stores.close()
    }
}

/// Ends the process at a step.
private struct DeathFault: WriteFaults {
    let step: WriteStep?
    let armed: Shared<Bool>

    func fault(at step: WriteStep) -> Int32? {
        if armed.value, step == self.step { ChildVault.die() }
        return nil
    }
}
