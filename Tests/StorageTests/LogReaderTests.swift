import AccessLog
import Keys
import Primitives
import Testing
import VaultModel

@testable import Storage

struct LogReaderTests {
    private let log: LogFixture

    init() throws { log = try LogFixture() }

    private func tamper(_ sql: String) throws { try Outsider.run(sql, on: log.vault.folder.path(of: .log)) }

    @Test func `a range past the end is cut off, a huge one is refused`() async throws {
        try await log.append(5)
        #expect(try log.log.entries(3..<100).map(\.seq) == [3, 4])
        #expect(try log.log.entries(5..<9) == [])
        #expect(failure { () throws(StorageError) in _ = try log.log.leaves(3..<6) } == .logInconsistent)
        #expect(failure { () throws(StorageError) in _ = try log.log.entries(0..<10_001) } == .limit(.log))
    }

    @Test(arguments: ["core", "subject", "evidence"])
    func `a part that was edited, moved or swapped does not open`(_ part: String) async throws {
        try await log.append(4)
        try tamper(
            """
            UPDATE entry SET \(part) = (SELECT \(part) FROM entry WHERE seq = 2) WHERE seq = 1;
            """)
        #expect(failure { () throws(StorageError) in _ = try log.reader.entries(1..<2) } == .corrupt(.log))
        #expect(try log.reader.entries(2..<4).count == 2)
    }

    @Test func `a sealed part that is not what the leaf commits to is damage`() async throws {
        try await log.append(4)
        try tamper("UPDATE entry SET hashes = (SELECT hashes FROM entry WHERE seq = 0) WHERE seq = 1")
        #expect(failure { () throws(StorageError) in _ = try log.reader.entries(1..<2) } == .corrupt(.log))
    }

    @Test func `destroying a month's key purges its parts, deleting them changes no proof`() async throws {
        try await log.append(300)
        let entry = try await log.append()
        log.clock.set(LogFixture.start + 40 * 86_400_000)
        try await log.append(2)
        let root = try log.log.root(size: 303)
        let sealed = try #require(try log.log.entries(7..<8).first?.subject)

        let months = try log.log.months()
        try log.stores.keyring.destroyMonthKeys(
            [202_611], half: MonthKey.Half.personal.rawValue, time: log.clock.nowMilliseconds())
        let opened = try log.reader.entries(0..<303)
        #expect(opened[..<301].allSatisfy { $0.core != nil && $0.subject == nil && $0.evidence == nil })
        #expect(opened[301...].allSatisfy { $0.core != nil && $0.subject != nil && $0.evidence != nil })

        #expect(months.map(\.first) == [0, 301])
        var purge = try LogPurge(
            log.log, keyring: log.stores.keyring, keys: log.vault.keys, reader: log.reader, months: [202_611],
            half: .personal)
        #expect(!purge.hasKeys)
        while try purge.step(time: 0, stays: { _ in true }) {}
        #expect(try log.log.root(size: 303) == root)
        _ = try entry.receipt.open(logKey: log.vault.keys.verifier)
        let proof = try log.log.inclusionProof(of: entry.seq, size: 303)
        #expect(
            Merkle.isIncluded(leafHash: entry.leaf.hash, index: entry.seq, size: 303, root: root, proof: proof))
        let stored = try log.log.entries(0..<303)
        #expect(stored[..<301].allSatisfy { $0.core != nil && $0.subject == nil && $0.evidence == nil })
        #expect(stored[301...].allSatisfy { $0.subject != nil })
        // Nothing of a purged part is left in the folder, the WAL included.
        #expect(try log.vault.occurrences(of: Array(sealed.suffix(48))) == 0)
        // The log goes on.
        try await log.append(3)
        try await log.close()
        let again = try LogFixture(log.vault, time: log.clock.nowMilliseconds())
        #expect(try await again.append().seq == 306)
        try await again.close()
    }

    @Test func `nothing readable of an entry is in the file`() async throws {
        let number = CustomerNumber.random()
        try await log.append(Sample.read(number))
        try await log.close()
        for text in [number.text, "customer-service", "@method", "delivery", Sample.kid.text, "\"seq\":", "granted"] {
            #expect(try log.vault.occurrences(of: Array(text.utf8)) == 0, "\(text)")
        }
    }
}
