import Foundation
import Host
import Testing
import Turnstile
import Wire

@testable import Broker

@Suite struct UnsealBackoffTests {
    private let folder: String
    private let clock = HandClock()

    init() throws {
        folder = NSTemporaryDirectory() + "coffer-backoff-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    }

    private var file: String { folder + "/" + UnsealBackoff.name }
    private var backoff: UnsealBackoff { UnsealBackoff(folder: folder, clock: clock) }

    /// Seconds left, or 0 where a try is let through. Each call is another process, as far as memory goes.
    private func attempt() throws -> Int {
        do throws(RequestRefusal) {
            _ = try backoff.begin()
            return 0
        } catch {
            #expect(error.code == .rateLimited)
            let seconds = try #require(error.hint.firstMatch(of: /wait (\d+) s/)?.1)
            return try #require(Int(seconds))
        }
    }

    private func remove() { try? FileManager.default.removeItem(atPath: folder) }

    @Test func `five tries are free, then the wait doubles up to an hour`() throws {
        defer { remove() }
        for _ in 0..<5 { #expect(try attempt() == 0) }
        for wait in [30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600] as [Int64] {
            #expect(try attempt() == wait)
            clock.advance(seconds: wait - 1)
            #expect(try attempt() == 1)
            clock.advance(seconds: 1)
            #expect(try attempt() == 0, "after \(wait) s")
        }
    }

    @Test func `the right passphrase ends it, and what was no try is taken back`() throws {
        defer { remove() }
        for _ in 0..<5 { _ = try backoff.begin() }
        backoff.succeed()
        #expect(!FileManager.default.fileExists(atPath: file))
        for _ in 0..<4 { _ = try backoff.begin() }
        for _ in 0..<20 { backoff.undo(to: try backoff.begin()) }
        #expect(try attempt() == 0)
        #expect(try attempt() == 30)
        backoff.succeed()
        backoff.undo(to: try backoff.begin())
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test func `a clock that is set back starts the wait anew and never shortens it`() throws {
        defer { remove() }
        for _ in 0..<5 { _ = try attempt() }
        clock.advance(seconds: 29)
        clock.advance(seconds: -86_400)
        #expect(try attempt() == 30)
        clock.advance(seconds: 29)
        #expect(try attempt() == 1)
        clock.advance(seconds: 1)
        #expect(try attempt() == 0)
    }

    @Test(arguments: [
        "", "coffer unseal tries 1\n0 1\n", "coffer unseal tries 1\n-5 1\n", "coffer unseal tries 1\n5 -1\n",
        "coffer unseal tries 2\n5 1\n", "coffer unseal tries 1\n5\n", "coffer unseal tries 1\n5 1\n\n",
        "coffer unseal tries 1\n5 99999999999999999999\n", String(repeating: "x", count: 10_000),
    ])
    func `a file that nobody here wrote counts as the longest wait, once`(text: String) throws {
        defer { remove() }
        try Data(text.utf8).write(to: URL(fileURLWithPath: file))
        #expect(try attempt() == 3_600)
    }

    @Test func `a record reads back from its text`() {
        for record in [UnsealBackoff.Record(failures: 1, last: 0), .init(failures: 99, last: 1_795_300_000_000)] {
            #expect(UnsealBackoff.Record(record.text) == record)
        }
    }

    @Test func `a try that cannot be counted is not made`() throws {
        remove()
        do throws(RequestRefusal) {
            _ = try backoff.begin()
            Issue.record("the folder is gone")
        } catch { #expect(error.code == .unavailable) }
    }
}
