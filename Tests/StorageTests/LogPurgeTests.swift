import AccessLog
import Foundation
import Keys
import Testing
import VaultModel

@testable import Storage

/// Destroying the readable parts of old months, and what stays.
struct LogPurgeTests {
    private let log: LogFixture
    private static let month: Int64 = 40 * 86_400_000

    init() throws { log = try LogFixture() }

    private func purge(
        _ months: [UInt32], _ half: MonthKey.Half = .personal, reader: LogReader? = nil
    ) throws(StorageError) -> LogPurge {
        try LogPurge(
            log.log, keyring: log.stores.keyring, keys: log.vault.keys, reader: reader ?? log.reader, months: months,
            half: half)
    }

    private func run(
        _ months: [UInt32], _ half: MonthKey.Half = .personal, keeping seqs: Set<UInt64> = []
    ) throws -> UInt64 {
        var purge = try purge(months, half)
        while try purge.step(time: 1, stays: { seqs.contains($0.seq) }) {}
        return purge.kept
    }

    /// Which of the entries still show their details, and their cores.
    private func readable() throws -> (details: [UInt64], cores: [UInt64]) {
        let entries = try log.reader.entries(0..<10_000)
        return (
            entries.filter { $0.subject != nil && $0.evidence != nil }.map(\.seq),
            entries.filter { $0.core != nil }.map(\.seq)
        )
    }

    /// 600 entries in November 2026, five in December 2026 and five in February 2027.
    private func fill() async throws {
        try await log.append(600)
        log.clock.set(LogFixture.start + Self.month)
        try await log.append(5)
        log.clock.set(LogFixture.start + 2 * Self.month)
        try await log.append(5)
    }

    @Test func `what stays is read as before, the rest is gone from every file`() async throws {
        try await fill()
        let root = try log.log.root(size: 610)
        let before = try log.reader.entries(3..<4)
        let gone = try #require(try log.log.entries(4..<5).first?.evidence)
        #expect(try run([202_611, 202_612], keeping: [3, 602]) == 2)
        let left = try readable()
        #expect(left.details == [3, 602, 605, 606, 607, 608, 609])
        #expect(left.cores.count == 610)
        #expect(try log.reader.entries(3..<4) == before)
        #expect(try log.log.root(size: 610) == root)
        #expect(try log.vault.occurrences(of: Array(gone.suffix(48))) == 0)
        #expect(try log.log.entries(0..<610).filter { $0.subject != nil }.count == 7)
        // The log goes on, and the same once more changes nothing.
        try await log.append(2)
        #expect(try run([202_611, 202_612]) == 0)
        #expect(try readable().details.prefix(3) == [3, 602, 605])
        try await log.close()
    }

    @Test func `a later purge asks again about what was kept, and the older hold key goes`() async throws {
        try await fill()
        _ = try run([202_611], keeping: [3, 5])
        let held = try #require(try log.log.entries(5..<6).first?.subject)
        #expect(try run([202_612], keeping: [3]) == 1)
        #expect(try readable().details == [3, 605, 606, 607, 608, 609])
        let names = try log.stores.keyring.monthKeys().filter { $0.half == MonthKey.Half.personal.rawValue }
        // The months left, and one hold key: the second.
        #expect(names.map(\.month) == [2, 202_702])
        #expect(try log.vault.occurrences(of: Array(held.suffix(48))) == 0)
        try await log.close()
    }

    @Test func `cores go by themselves, and those that stay keep their key apart`() async throws {
        try await fill()
        _ = try run([202_611])
        #expect(try run([202_611], .core, keeping: [0]) == 1)
        let left = try readable()
        #expect(left.cores.prefix(2) == [0, 600])
        var purged: [UInt64] = []
        let cores = try log.reader.cores(0..<610) { purged.append($0) }
        #expect(cores.first?.seq == 0 && purged == Array(1..<600))
        try await log.close()
    }

    /// Whether the work is cut off after any number of steps, going on gives the same.
    @Test(arguments: 0..<6) func `a purge that was cut off is finished by the next`(steps: Int) async throws {
        try await fill()
        let keeping: Set<UInt64> = [1, 599, 601]
        var first = try purge([202_611, 202_612])
        for _ in 0..<steps { _ = try first.step(time: 1) { keeping.contains($0.seq) } }
        #expect(try purge([202_611, 202_612]).hasKeys == (steps < 2))
        _ = try run([202_611, 202_612], keeping: keeping)
        #expect(try readable().details == [1, 599, 601, 605, 606, 607, 608, 609])
        #expect(try log.log.entries(0..<605).filter { $0.evidence != nil }.count == 3)
        try await log.close()
    }

    @Test func `a part sealed under another month's key is damage, not a hold`() async throws {
        try await fill()
        try Outsider.run(
            "UPDATE entry SET core = (SELECT core FROM entry WHERE seq = 600) WHERE seq = 2",
            on: log.vault.folder.path(of: .log))
        #expect(failure { () throws(StorageError) in _ = try log.reader.entries(2..<3) } == .corrupt(.log))
        try await log.close()
    }

    @Test func `a reader that had the keys forgets them`() async throws {
        try await fill()
        let reader = log.reader
        #expect(try reader.entries(7..<8).first?.subject != nil)
        var purge = try purge([202_611], reader: reader)
        while try purge.step(time: 1, stays: { _ in false }) {}
        #expect(try reader.entries(7..<8).first?.subject == nil)
        try await log.close()
    }
}
