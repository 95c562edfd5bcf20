import CSQLite
import Foundation
import Host
import Primitives
import TestSupport
import Testing
import VaultModel

@testable import Storage

@Suite(.enabled(if: SmallDisk.isAvailable, "needs the right to mount a tmpfs"))
struct FullDiskTests {
    @Test func `the floor refuses before the disk is full`() async throws {
        let disk = try #require(SmallDisk(kilobytes: 12 << 10))
        let vault = try TestVault(in: disk.path)
        var options = LogWriterOptions()
        options.reserveBytes = 6 << 20
        options.floorBytes = 4 << 20
        let fatal = Counter()
        let log = try LogFixture(
            vault, stores: StorageOptions(onFatal: { _ in fatal.increment() }), writer: options)
        var answers: [LogRefusal?] = []
        var written: UInt64 = 0
        repeat {
            answers.append(await log.refusal(LogSubmission(draft: Sample.read())))
            if answers.last == .some(nil) { written += 1 }
        } while answers.last == .some(nil) && written < 20_000
        #expect(answers.last == .some(.diskReserve))
        // Administration goes on until the floor.
        repeat {
            answers.append(await log.refusal(LogSubmission(draft: Sample.job())))
            if answers.last == .some(nil) { written += 1 }
        } while answers.last == .some(nil) && written < 40_000
        #expect(answers.last == .some(.full))
        #expect(fatal.value == 0)
        try log.expectSound(size: written)
        try await log.close()
    }

    @Test func `a disk that is full at COMMIT ends the log, and no acknowledged entry is lost`() async throws {
        let disk = try #require(SmallDisk(kilobytes: 4 << 10))
        let vault = try TestVault(in: disk.path)
        var options = LogWriterOptions()
        options.reserveBytes = 1
        options.floorBytes = 1
        let fatal = Counter()
        let log = try LogFixture(
            vault, stores: StorageOptions(onFatal: { _ in fatal.increment() }), writer: options)
        var written: UInt64 = 0
        var refusal: LogRefusal?
        while refusal == nil && written < 20_000 {
            refusal = await log.refusal(LogSubmission(draft: Sample.read()))
            if refusal == nil { written += 1 }
        }
        #expect(written > 50)
        #expect(refusal == .unavailable || refusal == .full)
        #expect(fatal.value == (refusal == .unavailable ? 1 : 0))
        try? await log.close()

        // On another disk with room the log opens with every entry somebody was told of.
        let roomy = try TestVault(copying: vault)
        let again = try LogFixture(roomy)
        let size = try again.log.size()
        #expect(size == written)
        try again.expectSound(size: size)
        try await again.append()
        try await again.close()
    }

    @Test func `records that do not fit are refused and leave nothing`() async throws {
        let disk = try #require(SmallDisk(kilobytes: 3 << 10))
        let vault = try TestVault(in: disk.path)
        let stores = try vault.open()
        _ = try stores.records.register(Sample.fields())
        var stored = 0
        var error: StorageError?
        for seq in UInt64(0)..<2_000 where error == nil {
            let batch = RecordBatch(logSeq: seq, inserts: (0..<20).map { _ in Sample.record() })
            error = await asyncFailure { () async throws(StorageError) in try await stores.records.commit(batch) }
            if error == nil { stored += 20 }
        }
        // ENOSPC comes with COMMIT here: what it left is known at the next start.
        #expect(error == .unavailable(.vault, code: SQLITE_FULL) || error == .full(.vault))
        #expect(stored > 0)
        try? stores.close()
        let again = try TestVault(copying: vault).open()
        #expect(try again.records.counts()[1] == stored)
        try again.close()
    }
}
