import AccessLog
import CSQLite
import Glibc
import Host
import Primitives
import Testing
import VaultModel

@testable import Storage

/// What happens when writing, syncing or the disk fails.
struct LogFaultTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let step: WriteStep
        let code: Int32
        /// What the waiters are told.
        let answer: LogRefusal
        /// Whether the file is given up.
        let isFatal: Bool
        /// Whether the entry is there at the next start.
        let isPersisted: Bool
        var testDescription: String { "\(step), SQLite \(code)" }
    }

    static let ioErrors = [SQLITE_IOERR | 3 << 8, SQLITE_IOERR | 4 << 8, SQLITE_IOERR | 6 << 8, SQLITE_CORRUPT]

    static let table: [Case] =
        [WriteStep.begin(.log), .item(0), .commit(.log), .committed(.log)].flatMap { step in
            ioErrors.map { code in
                Case(
                    step: step, code: code, answer: .unavailable, isFatal: true,
                    isPersisted: step == .committed(.log))
            }
        }
        + [WriteStep.begin(.log), .item(0)].map {
            Case(step: $0, code: SQLITE_FULL, answer: .full, isFatal: false, isPersisted: false)
        } + [
            Case(step: .commit(.log), code: SQLITE_FULL, answer: .unavailable, isFatal: true, isPersisted: false),
            Case(step: .begin(.log), code: SQLITE_BUSY, answer: .unavailable, isFatal: false, isPersisted: false),
        ]

    @Test(arguments: table)
    func `a failed step fails everybody, and what is durable is what the table says`(_ row: Case) async throws {
        let vault = try TestVault()
        let armed = Shared(false)
        let fatal = Shared<[StorageFile]>([])
        let commits = Counter()
        let options = StorageOptions(
            faults: Fault(at: row.step) { armed.value ? row.code : nil },
            onFatal: { file in fatal.change { $0.append(file) } })
        let log = try LogFixture(vault, stores: options)
        try await log.append(3)
        armed.value = true
        let answers = await withTaskGroup(of: LogRefusal?.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    await log.refusal(
                        LogSubmission(draft: Sample.read(), onCommit: { _ in commits.increment() }))
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0 == row.answer })
        #expect(commits.value == 0)
        #expect(fatal.value == (row.isFatal ? [.log] : []))
        armed.value = false
        // A file that was given up is never tried again, however well the disk does meanwhile.
        let next = await log.refusal(LogSubmission(draft: Sample.read()))
        #expect(next == (row.isFatal ? .unavailable : nil))
        #expect(fatal.value == (row.isFatal ? [.log] : []))
        try await log.close()

        let again = try LogFixture(vault)
        let size = try again.log.size()
        if !row.isFatal {
            #expect(size == 4)
        } else if row.isPersisted {
            #expect(size > 3)
        } else {
            #expect(size == 3)
        }
        try again.expectSound(size: size)
        try await again.append()
        try again.expectSound(size: size + 1)
        try await again.close()
    }

    @Test func `an item that fails takes the whole batch with it, nonces included`() async throws {
        let vault = try TestVault()
        let armed = Shared(true)
        let log = try LogFixture(
            vault,
            stores: StorageOptions(faults: Fault(at: .item(2)) { armed.value ? SQLITE_FULL : nil }))
        let nonces = (0..<40).map { _ in Sample.nonce() }
        let answers = await withTaskGroup(of: LogRefusal?.self) { group in
            for nonce in nonces {
                group.addTask { await log.refusal(LogSubmission(draft: Sample.read(), nonce: nonce)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.contains(.full))
        armed.value = false
        let written = answers.filter { $0 == nil }.count
        #expect(try log.log.size() == UInt64(written))
        var replays = 0
        for nonce in nonces {
            let answer = await log.refusal(LogSubmission(draft: Sample.read(), nonce: nonce))
            replays += answer == .replay ? 1 : 0
        }
        #expect(replays == written)
        try log.expectSound(size: 40)
        try await log.close()
    }

    @Test func `a full file refuses by name, keeps what it has and goes on when there is room`() async throws {
        let vault = try TestVault()
        var log = try LogFixture(vault, stores: StorageOptions(maximumPages: 60))
        var written: UInt64 = 0
        var refusal: LogRefusal?
        while refusal == nil && written < 2_000 {
            refusal = await log.refusal(LogSubmission(draft: Sample.read()))
            if refusal == nil { written += 1 }
        }
        #expect(refusal == .full)
        #expect(written > 20)
        #expect(await log.refusal(LogSubmission(draft: Sample.read())) == .full)
        try log.expectSound(size: written)
        try await log.close()
        log = try LogFixture(vault)
        try await log.append(10)
        try log.expectSound(size: written + 10)
        try await log.close()
    }

    @Test func `below the reserve data is refused and administration is logged`() async throws {
        var options = LogWriterOptions()
        options.reserveBytes = .max
        let log = try LogFixture(writer: options)
        for kind in EntryKind.allCases {
            var draft = Sample.read()
            draft.kind = kind
            let expected: LogRefusal? = LogWriterOptions.dataKinds.contains(kind) ? .diskReserve : nil
            #expect(await log.refusal(LogSubmission(draft: draft)) == expected, "\(kind)")
        }
        #expect(LogWriterOptions.dataKinds.isSuperset(of: [.read, .lookup, .list, .export]))
        #expect(LogWriterOptions.dataKinds.isDisjoint(with: [.revoke, .offboard, .seal, .purge, .erase, .startup]))
        try await log.close()
    }

    @Test func `below the floor nothing is logged, and nobody has to die for it`() async throws {
        var options = LogWriterOptions()
        options.floorBytes = .max
        let fatal = Counter()
        let log = try LogFixture(
            stores: StorageOptions(onFatal: { _ in fatal.increment() }), writer: options)
        #expect(await log.refusal(LogSubmission(draft: Sample.job())) == .full)
        #expect(fatal.value == 0)
        try await log.close()
    }

    @Test func `a month whose keys cannot be stored gets no entry`() async throws {
        let vault = try TestVault()
        let armed = Shared(false)
        let options = StorageOptions(faults: Fault(at: .commit(.keyring)) { armed.value ? SQLITE_FULL : nil })
        let log = try LogFixture(vault, stores: options)
        try await log.append()
        armed.value = true
        log.clock.set(LogFixture.start + 40 * 86_400_000)
        #expect(await log.refusal(LogSubmission(draft: Sample.read())) == .unavailable)
        try await log.close()
        let again = try LogFixture(vault)
        #expect(try again.stores.keyring.monthKeys().map(\.month) == [202_611, 202_611])
        try again.expectSound(size: 1)
        try await again.close()
    }

    // MARK: - The file itself

    enum Attack: String, CaseIterable, Sendable {
        case removed, moved, replaced, cut, walRemoved, walReplaced
    }

    @Test(arguments: Attack.allCases)
    func `a log file that is removed, replaced or cut stops the log`(_ attack: Attack) async throws {
        let fatal = Counter()
        let log = try LogFixture(stores: StorageOptions(onFatal: { _ in fatal.increment() }))
        try await log.append(5)
        let path = log.vault.folder.path(of: .log)
        let wal = log.vault.folder.walPath(of: .log)
        switch attack {
        case .removed: #expect(unsafe unlink(path) == 0)
        case .moved: #expect(unsafe rename(path, path + ".moved") == 0)
        case .replaced: try DurableFile.replace(path, with: [UInt8](repeating: 0, count: 1 << 20))
        case .cut: #expect(unsafe truncate(path, 8_192) == 0)
        case .walRemoved: #expect(unsafe unlink(wal) == 0)
        case .walReplaced: try DurableFile.replace(wal, with: [UInt8](repeating: 0, count: 1 << 20))
        }
        #expect(await log.refusal(LogSubmission(draft: Sample.read())) == .unavailable)
        #expect(fatal.value == 1)
        #expect(await log.refusal(LogSubmission(draft: Sample.job())) == .unavailable)
        #expect(fatal.value == 1)
        await log.writer.close()
    }
}
