import AccessLog
import Keys
import Primitives
import Testing
import VaultModel

@testable import Storage

/// What a start notices of what was done to the file while nobody had it open.
struct LogStartTests {
    private let vault: TestVault

    init() throws { vault = try TestVault() }

    private func fill(_ count: Int) async throws {
        let log = try LogFixture(vault)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { try await log.append(count / 8) } }
            try await group.waitForAll()
        }
        try await log.close()
    }

    private func tamper(_ sql: String) throws { try Outsider.run(sql, on: vault.folder.path(of: .log)) }

    /// 600 entries: two full tiles and 88 entries behind them.
    @Test(arguments: [
        "DELETE FROM entry WHERE seq = 599",
        "DELETE FROM entry WHERE seq = 550",
        "DELETE FROM entry WHERE seq >= 590",
        "UPDATE entry SET hashes = zeroblob(96) WHERE seq = 555",
        "INSERT INTO entry (seq, month, hashes) VALUES (600, 202611, zeroblob(96))",
        "INSERT INTO entry (seq, month, hashes) SELECT 600, month, hashes FROM entry WHERE seq = 599",
        """
        UPDATE entry SET hashes = (SELECT hashes FROM entry WHERE seq = 571) WHERE seq = 570;
        """,
        "DELETE FROM tile WHERE idx = 1",
        "UPDATE tile SET hashes = zeroblob(8192) WHERE idx = 0",
        "DELETE FROM checkpoint",
        "DELETE FROM checkpoint WHERE size = 600",
        "UPDATE checkpoint SET note = x'00' WHERE size = 600",
        "UPDATE checkpoint SET size = 599 WHERE size = 600",
        "DELETE FROM entry; DELETE FROM tile",
    ])
    func `an edited tree is refused`(_ sql: String) async throws {
        try await fill(600)
        #expect(vault.refusal() == nil)
        try tamper(sql)
        #expect(vault.refusal() == .logInconsistent)
    }

    @Test func `a tail that was cut and signed with another key is refused by the writer`() async throws {
        try await fill(40)
        let stores = try vault.open()
        let root = try stores.log.root(size: 32)
        try stores.close()
        let foreign = KeysetLogKeys(.generate(), origin: vault.origin)
        let note = Checkpoint(origin: foreign.verifier.name, size: 32, root: root)
            .signed(by: foreign.verifier, foreign.signCheckpoint)
        try tamper(
            """
            DELETE FROM entry WHERE seq >= 32; DELETE FROM checkpoint;
            INSERT INTO checkpoint (size, note) VALUES (32, x'\(Hex.encode(note))')
            """)
        // The tree is consistent in itself: only the key can tell.
        let again = try vault.open()
        #expect(failure { () throws(StorageError) in _ = try vault.writer(again) } == .logInconsistent)
        try again.close()
    }

    @Test func `a log of another origin is refused by the writer`() async throws {
        try await fill(8)
        let stores = try vault.open()
        for origin in [
            LogOrigin(vault: vault.vault, incarnation: 2), LogOrigin(vault: .random(), incarnation: 1),
        ] {
            let keys = KeysetLogKeys(vault.keyset, origin: origin)
            #expect(
                failure { () throws(StorageError) in
                    _ = try LogWriter(stores.log, keys: keys, keyring: stores.keyring)
                } == .logInconsistent)
        }
        try stores.close()
    }

    @Test func `a last entry that does not open is damage`() async throws {
        try await fill(8)
        try tamper("UPDATE entry SET core = (SELECT core FROM entry WHERE seq = 6) WHERE seq = 7")
        let stores = try vault.open()
        #expect(failure { () throws(StorageError) in _ = try vault.writer(stores) } == .corrupt(.log))
        try stores.close()
    }

    @Test func `large trees are rebuilt from their tiles`() async throws {
        try await fill(1_024)
        for size in [UInt64(1_024), 1_025, 1_280] {
            let log = try LogFixture(vault)
            let missing = Int(size - (try log.log.size()))
            try await log.append(missing)
            #expect(log.writer.treeHead.size == size)
            #expect(try log.log.root(size: size) == log.writer.treeHead.root)
            try log.expectSound(size: size)
            try await log.close()
        }
    }
}
