import AccessLog
import Primitives
import Testing
import VaultModel

@testable import Storage

/// What is decided inside an entry's transaction.
struct LogDecisionTests {
    private let log: LogFixture

    init() throws { log = try LogFixture() }

    private func read(
        _ nonce: RequestNonce? = Sample.nonce(), counter: UInt64? = nil, uses: [BlockUse] = [],
        approvals: [[UInt8]] = []
    ) -> LogSubmission {
        LogSubmission(draft: Sample.read(), nonce: nonce, counter: counter, uses: uses, approvals: approvals)
    }

    @Test func `a nonce is good once, also after a restart`() async throws {
        let nonce = Sample.nonce()
        #expect(await log.refusal(read(nonce)) == nil)
        #expect(await log.refusal(read(nonce)) == .replay)
        let other = RequestNonce(
            key: Random.bytes(32), created: nonce.created, nonce: nonce.nonce, keepUntil: nonce.keepUntil)
        #expect(await log.refusal(read(other)) == nil)
        #expect(try log.log.size() == 2)
        try await log.close()
        let again = try LogFixture(log.vault)
        #expect(await again.refusal(read(nonce)) == .replay)
        #expect(await again.refusal(read(other)) == .replay)
        try again.expectSound(size: 2)
        try await again.close()
    }

    @Test func `of a hundred replays at once, one is logged`() async throws {
        let nonce = Sample.nonce()
        let log = log
        let answers = await withTaskGroup(of: LogRefusal?.self) { group in
            for _ in 0..<100 {
                group.addTask { await log.refusal(LogSubmission(draft: Sample.read(), nonce: nonce)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.filter { $0 == nil }.count == 1)
        #expect(answers.filter { $0 == .replay }.count == 99)
        #expect(try log.log.size() == 1)
    }

    @Test func `a counter is good once, and a refused request uses up neither counter nor nonce`() async throws {
        #expect(await log.refusal(read(counter: 70)) == nil)
        #expect(await log.refusal(read(counter: 70)) == .counter)
        #expect(await log.refusal(read(counter: 6)) == .counter)
        #expect(await log.refusal(read(counter: 7)) == nil)
        #expect(try log.log.highestCounter(of: Sample.key.bytes) == 70)
        let nonce = Sample.nonce()
        #expect(await log.refusal(read(nonce, counter: 7)) == .counter)
        #expect(await log.refusal(read(nonce, counter: 71)) == nil)
        #expect(try log.log.size() == 3)
    }

    @Test func `a block is used no more often than it allows, whoever asks at once`() async throws {
        let block = Random.bytes(32)
        let wide = Random.bytes(32)
        let log = log
        let answers = await withTaskGroup(of: LogRefusal?.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    let uses = [BlockUse(block: wide, limit: 1 << 53 - 1), BlockUse(block: block, limit: 3)]
                    return await log.refusal(read(uses: uses))
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.filter { $0 == nil }.count == 3)
        #expect(answers.filter { $0 == .exhausted }.count == 17)
        // The refused ones took nothing from the other block either.
        #expect(try log.log.uses(of: wide) == 3)
        #expect(try log.log.uses(of: block) == 3)
        let many = [BlockUse(block: wide, count: .max, limit: .max)]
        #expect(await log.refusal(read(uses: many)) == .exhausted)
    }

    @Test func `an approval is consumed once`() async throws {
        let approval = Random.bytes(32)
        #expect(await log.refusal(read(approvals: [Random.bytes(32), approval])) == nil)
        #expect(await log.refusal(read(approvals: [approval])) == .approvalUsed)
        #expect(await log.refusal(read(approvals: [Random.bytes(32), Random.bytes(32)])) == nil)
        #expect(try log.log.approvalUse(approval) == 0)
        #expect(try log.log.approvalUse(Random.bytes(32)) == nil)
    }

    @Test func `blocks are registered once and come back in order`() async throws {
        let blocks = (0..<3).map { _ in
            BlockRegistration(id: Random.bytes(32), type: "enrol", envelope: Random.bytes(600))
        }
        for block in blocks {
            try await log.append()
            #expect(await log.refusal(LogSubmission(draft: Sample.job(), block: block)) == nil)
        }
        #expect(await log.refusal(LogSubmission(draft: Sample.job(), block: blocks[1])) == .blockKnown)
        let stored = try log.log.blocks()
        #expect(stored.map(\.id) == blocks.map(\.id) && stored.map(\.place.seq) == [1, 3, 5])
        #expect(stored.map(\.envelope) == blocks.map(\.envelope))
        #expect(try log.log.block(blocks[2].id) == stored[2])
        #expect(stored[0].place.time == LogFixture.start)
    }

    @Test func `whoever comes after a revocation is judged by it, in the same rush too`() async throws {
        let log = log
        let revokedAt = Shared(UInt64.max)
        let admitted = Shared<[UInt64]>([])
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<400 {
                group.addTask {
                    if index == 200 {
                        let block = BlockRegistration(id: Random.bytes(32), type: "revoke", envelope: [1])
                        _ = try? await log.writer.append(
                            LogSubmission(
                                draft: Sample.job(), block: block,
                                onCommit: { revokedAt.value = $0.seq }))
                    } else {
                        _ = try? await log.writer.append(
                            LogSubmission(draft: Sample.read()) { place in
                                guard revokedAt.value == .max else {
                                    return .substitute(Sample.denial())
                                }
                                admitted.change { $0.append(place.seq) }
                                return .admit
                            })
                    }
                }
            }
        }
        let revocation = revokedAt.value
        #expect(revocation < 400)
        #expect(admitted.value.allSatisfy { $0 < revocation })
        for entry in try log.reader.entries(0..<400) where entry.seq != revocation {
            let core = try EntryCore(parsing: try #require(entry.core))
            #expect(core.decision == (entry.seq < revocation ? .allow : .deny))
        }
        try log.expectSound(size: 400)
    }

    @Test func `a denial is logged in place of the draft and uses up the nonce only`() async throws {
        let nonce = Sample.nonce()
        let block = Random.bytes(32)
        let committed = Counter()
        var submission = read(nonce, counter: 5, uses: [BlockUse(block: block, limit: 9)], approvals: [block])
        submission.block = BlockRegistration(id: block, type: "cap", envelope: [1])
        submission.intent = [LogIntent.Record(id: .random(), rev: 1)]
        submission.admit = { _ in .substitute(Sample.denial()) }
        submission.onCommit = { _ in committed.increment() }
        let entry = try await log.writer.append(submission)
        #expect(entry.isSubstitute)
        #expect(try EntryCore(parsing: entry.core).decision == .deny)
        #expect(try log.log.uses(of: block) == 0)
        #expect(try log.log.approvalUse(block) == nil)
        #expect(try log.log.blocks() == [])
        #expect(try log.log.unresolvedIntents() == [])
        #expect(committed.value == 0)
        #expect(await log.refusal(read(nonce)) == .replay)
        #expect(await log.refusal(read(counter: 5)) == .counter)
        try log.expectSound(size: 1)
    }

    @Test func `a refusal on the writer leaves no trace`() async throws {
        let nonce = Sample.nonce()
        var submission = read(nonce)
        submission.admit = { place in .refuse(place.seq == 0 ? .refused(.rate) : .unavailable) }
        #expect(await log.refusal(submission) == .refused(.rate))
        #expect(try log.log.checkpoint() == nil)
        #expect(await log.refusal(read(nonce)) == nil)
        var bad = Sample.denial()
        bad.xid = "not an id"
        submission = read()
        submission.admit = { [bad] _ in .substitute(bad) }
        #expect(await log.refusal(submission) == .malformed(.shape(.xid)))
        try log.expectSound(size: 1)
    }

    @Test func `the writer's callback runs after the commit and before the waiter`() async throws {
        let size = Shared(UInt64(0))
        let store = log.log
        let entry = try await log.writer.append(
            LogSubmission(
                draft: Sample.read(),
                onCommit: { place in
                    size.value = (try? store.size()) ?? 0
                    #expect(place.seq == 0)
                }))
        #expect(size.value == entry.size)
    }
}
