import AccessLog
import Primitives
import Testing
import VaultModel

@testable import Storage

struct LogCrowdTests {
    /// 256 clients, each waiting for her receipt before she asks again, for as long as the clock says.
    @Test func `256 clients: contiguous places, one root, every proof verifies`() async throws {
        let log = try LogFixture(TestVault(in: TestVault.disk))
        let verifier = log.vault.keys.verifier
        let end = ContinuousClock.now + .seconds(4)
        let places = try await withThrowingTaskGroup(of: [UInt64].self) { group in
            for _ in 0..<256 {
                group.addTask {
                    var places: [UInt64] = []
                    var counter: UInt64 = 0
                    let key = Random.bytes(32)
                    while places.count < 10 || ContinuousClock.now < end {
                        counter += 1
                        let entry = try await log.writer.append(
                            LogSubmission(
                                draft: Sample.read(counter: counter),
                                nonce: RequestNonce(
                                    key: key, created: LogFixture.start / 1_000, nonce: Random.bytes(16),
                                    keepUntil: LogFixture.start / 1_000 + 91), counter: counter))
                        let (core, checkpoint) = try entry.receipt.open(logKey: verifier)
                        #expect(core.counter == counter && checkpoint.size == entry.size)
                        places.append(entry.seq)
                    }
                    return places
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(places.count > 256)
        #expect(places.sorted() == Array(0..<UInt64(places.count)))
        try log.expectSound(size: UInt64(places.count))
        print("256 clients for 4 s: \(places.count) entries")
        try await log.close()
        let again = try LogFixture(log.vault)
        try again.expectSound(size: UInt64(places.count))
        try await again.close()
    }

    @Test func `more than the queue holds is refused by name and everything else is written`() async throws {
        var options = LogWriterOptions()
        options.queueLength = 20
        options.batchSize = 5
        let log = try LogFixture(writer: options)
        let answers = await withTaskGroup(of: LogRefusal?.self) { group in
            for _ in 0..<500 { group.addTask { await log.refusal(LogSubmission(draft: Sample.read())) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let written = answers.filter { $0 == nil }.count
        #expect(written >= 20)
        #expect(answers.allSatisfy { $0 == nil || $0 == .overloaded })
        try log.expectSound(size: UInt64(written))
        try await log.close()
    }

    @Test func `readers see whole batches while entries come in`() async throws {
        let log = try LogFixture()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { try await log.append(60) } }
            group.addTask {
                var seen: UInt64 = 0
                while seen < 480 {
                    guard let note = try log.log.checkpoint() else {
                        await Task.yield()
                        continue
                    }
                    let checkpoint = try Checkpoint.open(note, key: log.vault.keys.verifier)
                    #expect(checkpoint.size >= seen)
                    #expect(try log.log.root(size: checkpoint.size) == checkpoint.root)
                    seen = checkpoint.size
                    await Task.yield()
                }
            }
            try await group.waitForAll()
        }
        try await log.close()
    }

    @Test func `the WAL is copied when nobody waits and never passes its cap for long`() async throws {
        var options = LogWriterOptions()
        options.checkpointPages = 50
        options.walCapBytes = 1 << 20
        let log = try LogFixture(writer: options)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 { group.addTask { try await log.append(120) } }
            try await group.waitForAll()
        }
        // One batch may follow the check: its pages come on top.
        let size = try log.walBytes()
        #expect(size < 4 << 20, "\(size) bytes")
        let file = try log.vault.bytes(of: .log)
        #expect(file.count > 1 << 20)
        try log.expectSound(size: 1_920)
        try await log.close()
    }

    @Test func `a reader who stays keeps the WAL but not the writer`() async throws {
        var options = LogWriterOptions()
        options.checkpointPages = 50
        options.walCapBytes = 1 << 20
        let log = try LogFixture(writer: options)
        try await log.append(1)
        let connection = try ReadConnection(
            log.vault.folder.path(of: .log), .log, sql: ["SELECT count(*) FROM entry"])
        let statement = connection.statement(0)
        #expect(try statement.step())
        try await log.append(100)
        statement.reset()
        try await log.append(5)
        try log.expectSound(size: 106)
        try await log.close()
    }
}
