import Primitives
import Testing

@testable import Storage

struct NonceTableTests {
    private func read(_ nonce: RequestNonce) -> LogSubmission { LogSubmission(draft: Sample.read(), nonce: nonce) }

    @Test func `a full table refuses and never forgets`() async throws {
        var options = LogWriterOptions()
        options.nonceCapacity = 10
        let log = try LogFixture(writer: options)
        let created = LogFixture.start / 1_000
        let nonces = (0..<10).map { _ in Sample.nonce(created: created) }
        for nonce in nonces { #expect(await log.refusal(read(nonce)) == nil) }
        #expect(await log.refusal(read(Sample.nonce(created: created))) == .nonceTableFull)
        #expect(await log.refusal(LogSubmission(draft: Sample.read())) == nil)
        for nonce in nonces { #expect([.replay, .nonceTableFull].contains(await log.refusal(read(nonce)))) }
        try await log.close()
        let again = try LogFixture(log.vault, writer: options)
        #expect(await again.refusal(read(Sample.nonce(created: created))) == .nonceTableFull)
        try await again.close()
    }

    @Test func `a nonce is kept until its last second and dropped after it`() async throws {
        var options = LogWriterOptions()
        options.nonceSweepSeconds = 1
        let log = try LogFixture(writer: options)
        let created = LogFixture.start / 1_000
        let nonce = Sample.nonce(created: created)
        #expect(await log.refusal(read(nonce)) == nil)
        for second in Int64(1)...91 {
            log.clock.set(LogFixture.start + second * 1_000 + 999)
            try await log.append()
            #expect(await log.refusal(read(nonce)) == .replay, "second \(second)")
        }
        log.clock.set(LogFixture.start + 92_000)
        try await log.append()
        #expect(try count(log) == 0)
    }

    @Test func `many nonces leave in steps, and the first is remembered as long as the last`() async throws {
        var options = LogWriterOptions()
        options.nonceSweepRows = 10
        options.nonceSweepSeconds = 0
        let log = try LogFixture(writer: options)
        let created = LogFixture.start / 1_000
        let first = Sample.nonce(created: created)
        #expect(await log.refusal(read(first)) == nil)
        for _ in 0..<34 { #expect(await log.refusal(read(Sample.nonce(created: created))) == nil) }
        #expect(await log.refusal(read(first)) == .replay)
        log.clock.set(LogFixture.start + 92_000)
        var left: [Int] = []
        for _ in 0..<4 {
            try await log.append()
            left.append(try count(log))
        }
        #expect(left == [25, 15, 5, 0])
    }

    private func count(_ log: LogFixture) throws -> Int {
        let text = try Outsider.value("SELECT count(*) FROM nonce", on: log.vault.folder.path(of: .log))
        return try #require(text.flatMap { Int($0) })
    }
}
