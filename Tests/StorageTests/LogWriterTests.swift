import AccessLog
import Keys
import Primitives
import Testing
import VaultModel

@testable import Storage

struct LogWriterTests {
    private let log: LogFixture

    init() throws { log = try LogFixture() }

    @Test func `an entry comes back with a receipt that the log's key vouches for`() async throws {
        let draft = Sample.read()
        let entry = try await log.append(draft)
        #expect(entry.seq == 0 && entry.time == LogFixture.start && entry.size == 1 && !entry.isSubstitute)
        let (core, checkpoint) = try entry.receipt.open(logKey: log.vault.keys.verifier)
        #expect(core.fields == draft.fields && core.kid == draft.kid && core.time == LogFixture.start)
        #expect(checkpoint.size == 1 && checkpoint.root == log.writer.treeHead.root)
        #expect(log.writer.last == entry.place && log.writer.treeHead.size == 1)
        #expect(try log.log.checkpoint() == entry.checkpoint)
        let stored = try #require(try log.reader.entries(0..<1).first)
        #expect(stored.core == entry.core && stored.leaf == entry.leaf)
        #expect(try EntrySubject(parsing: try #require(stored.subject)) == draft.subject)
        #expect(try EntryEvidence.parse(try #require(stored.evidence)) == draft.evidence)
        try log.expectSound(size: 1)
    }

    @Test func `places are contiguous and every proof verifies, over full tiles too`() async throws {
        for seq in UInt64(0)..<600 {
            let entry = try await log.append()
            #expect(entry.seq == seq && entry.size == seq + 1)
            _ = try entry.receipt.open(logKey: log.vault.keys.verifier)
        }
        try log.expectSound(size: 600)
        #expect(try log.log.tile(level: 0, index: 1).count == 8_192)
        #expect(failure { () throws(StorageError) in _ = try log.log.tile(level: 0, index: 2) } == .logInconsistent)
        // Kept: the first checkpoint after each full tile, and the last.
        let sizes = try log.log.checkpoints().map { try Checkpoint.open($0, key: log.vault.keys.verifier).size }
        #expect(sizes == [256, 512, 600])
    }

    @Test func `old and new trees are consistent, and old entries stay proven`() async throws {
        try await log.append(700)
        let root = try log.log.root(size: 700)
        for old in [UInt64(1), 2, 255, 256, 257, 300, 511, 512, 699, 700] {
            let proof = try log.log.consistencyProof(old: old, new: 700)
            #expect(
                Merkle.isConsistent(
                    old: old, oldRoot: try log.log.root(size: old), new: 700, newRoot: root, proof: proof))
        }
        let leaves = try log.log.leaves(0..<700)
        for seq in [UInt64(0), 255, 256, 423, 699] {
            let proof = try log.log.inclusionProof(of: seq, size: 700)
            #expect(
                Merkle.isIncluded(
                    leafHash: leaves[Int(seq)].hash, index: seq, size: 700, root: root, proof: proof))
        }
        #expect(failure { () throws(StorageError) in _ = try log.log.root(size: 701) } == .notFound(.log))
        #expect(
            failure { () throws(StorageError) in _ = try log.log.consistencyProof(old: 9, new: 8) }
                == .notFound(.log))
    }

    @Test func `time never goes back, whatever the clock does`() async throws {
        var times: [Int64] = []
        for step in [Int64(0), 5_000, -90_000, 5_001, 0] {
            log.clock.set(LogFixture.start + step)
            times.append(try await log.append().time - LogFixture.start)
        }
        #expect(times == [0, 5_000, 5_000, 5_001, 5_001])
    }

    @Test func `a draft that the verifier would refuse is refused before it waits`() async throws {
        var draft = Sample.read()
        draft.evidence = nil
        #expect(await log.refusal(LogSubmission(draft: draft)) == .malformed(.shape(.sig)))
        draft = Sample.read()
        draft.subject.ref = "a name, a phone: +15555550123"
        #expect(await log.refusal(LogSubmission(draft: draft)) == .malformed(.shape(.ref)))
        draft = Sample.read()
        draft.subject.seals = (0..<1_000).map { _ in Hex.encode(Random.bytes(32)) }
        #expect(await log.refusal(LogSubmission(draft: draft)) == .tooLong)
        #expect(try log.log.size() == 0)
    }

    @Test func `the log goes on where it was closed`() async throws {
        try await log.append(300)
        try await log.close()
        let again = try LogFixture(log.vault, time: LogFixture.start - 1_000)
        let entry = try await again.append()
        #expect(entry.seq == 300 && entry.time == LogFixture.start)
        try again.expectSound(size: 301)
        #expect(try again.log.months().map(\.month) == [202_611])
        try await again.close()
    }

    @Test func `nothing is taken after closing, and what waited has been written`() async throws {
        let log = log
        let answers = await withTaskGroup(of: LogRefusal?.self) { group in
            for _ in 0..<50 { group.addTask { await log.refusal(LogSubmission(draft: Sample.read())) } }
            group.addTask {
                await log.writer.close()
                return nil
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(await log.refusal(LogSubmission(draft: Sample.read())) == .unavailable)
        #expect(answers.allSatisfy { $0 == nil || $0 == .unavailable })
        let written = answers.filter { $0 == nil }.count - 1
        #expect(try log.log.size() == UInt64(written))
        try log.stores.close()
    }

    @Test func `no two parts share a nonce or a salt`() async throws {
        try await log.append(40)
        let stored = try log.log.entries(0..<40)
        let sealed = stored.flatMap { [$0.core, $0.subject, $0.evidence] }.compactMap { $0 }
        // Bytes 16 to 39 of an envelope are its nonce.
        #expect(Set(sealed.map { Array($0[16..<40]) }).count == 120)
        let opened = try log.reader.entries(0..<40)
        let texts = opened.flatMap { [$0.core, $0.subject, $0.evidence] }.compactMap { $0 }
        let salts = texts.map { String(decoding: $0, as: UTF8.self) }
            .compactMap { $0.firstMatch(of: /"salt":"([^"]+)"/)?.1 }
        #expect(Set(salts).count == 120)
        #expect(opened[3].exported.core == .shown(try #require(opened[3].core)))
    }

    @Test func `a month gets its two keys before its first entry`() async throws {
        #expect(try log.stores.keyring.monthKeys() == [])
        try await log.append()
        #expect(try log.stores.keyring.monthKeys().map(\.half) == [1, 2])
        log.clock.set(LogFixture.start + 40 * 86_400_000)
        try await log.append(3)
        #expect(try log.stores.keyring.monthKeys().map(\.month) == [202_611, 202_611, 202_612, 202_612])
        let months = try log.log.months()
        #expect(months.map(\.month) == [202_611, 202_612] && months.map(\.first) == [0, 1])
        try log.expectSound(size: 4)
        let stored = try log.log.entries(0..<4)
        #expect(stored.map(\.month) == [202_611, 202_612, 202_612, 202_612])
        // Parts are envelopes under these keys, not text.
        #expect(stored.allSatisfy { MonthKey.month(of: $0.core ?? []) == $0.month })
    }
}
