import AccessLog
import Host
import Keys
import Testing
import VaultModel

@testable import Storage

/// A vault with an open log and its writer.
struct LogFixture: Sendable {
    let vault: TestVault
    let stores: Stores
    let writer: LogWriter
    let clock: TestClock

    static let start: Int64 = 1_795_289_434_000

    init(
        _ vault: TestVault? = nil, stores options: StorageOptions = StorageOptions(),
        writer limits: LogWriterOptions = LogWriterOptions(), time: Int64 = LogFixture.start
    ) throws {
        self.vault = try vault ?? TestVault()
        stores = try self.vault.open(options)
        clock = TestClock(time)
        writer = try self.vault.writer(stores, clock: clock, options: limits)
    }

    var log: LogStore { stores.log }

    var reader: LogReader { LogReader(stores.log, keyring: stores.keyring, keys: vault.keys) }

    @discardableResult
    func append(_ draft: EntryDraft = Sample.read()) async throws(LogRefusal) -> CommittedEntry {
        try await writer.append(LogSubmission(draft: draft))
    }

    func append(_ count: Int) async throws(LogRefusal) {
        for _ in 0..<count { try await append() }
    }

    func refusal(_ submission: LogSubmission) async -> LogRefusal? {
        await asyncFailure { () async throws(LogRefusal) in _ = try await writer.append(submission) }
    }

    func close() async throws {
        await writer.close()
        try stores.close()
    }

    /// Reads the whole log as a stranger would: contiguous places, non-decreasing times, parts that are what the leaves
    /// commit to, a root that is that of the signed checkpoint.
    func expectSound(size: UInt64) throws {
        let note = try #require(try log.checkpoint())
        let checkpoint = try Checkpoint.open(note, key: vault.keys.verifier)
        #expect(checkpoint.size == size)
        var frontier = MerkleFrontier()
        var time: Int64 = 0
        var first: UInt64 = 0
        while first < size {
            let entries = try reader.entries(first..<min(first + 1_000, size))
            for (offset, entry) in entries.enumerated() {
                #expect(entry.seq == first + UInt64(offset))
                let core = try EntryCore(parsing: try #require(entry.core))
                #expect(core.seq == entry.seq && core.time >= time && core.vault == vault.vault)
                time = core.time
                _ = try EntrySubject(parsing: try #require(entry.subject))
                _ = try EntryEvidence.parse(try #require(entry.evidence))
                frontier.append(entry.leaf.hash)
            }
            first += UInt64(entries.count)
            if entries.isEmpty { break }
        }
        #expect(frontier.size == size)
        #expect(frontier.root() == checkpoint.root)
        #expect(try log.root(size: size) == checkpoint.root)
        try log.checkIntegrity()
    }
}

extension LogFixture {
    func walBytes() throws -> Int64 {
        try FileIdentity(of: vault.folder.walPath(of: .log)).sizeBytes
    }
}
