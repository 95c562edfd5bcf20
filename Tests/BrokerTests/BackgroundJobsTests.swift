import Foundation
import Glibc
import Synchronization
import Testing
import Turnstile
import Wire

@testable import Broker

@Suite struct BackgroundJobsTests {
    private let jobs = BackgroundJobs()
    private let rotations: BackgroundJob<RotationProgress>
    private let scrubs: BackgroundJob<ScrubProgress>
    private let backups: BackgroundJob<BackupRunProgress>

    init() {
        rotations = BackgroundJob(.rotation, of: jobs)
        scrubs = BackgroundJob(.scrub, of: jobs)
        backups = BackgroundJob(.backup, of: jobs)
    }

    /// Tries to begin one; what it is refused with.
    private func begin(_ kind: BackgroundJobs.Kind) -> RequestRefusal? {
        do throws(RequestRefusal) {
            switch kind {
            case .rotation: try rotations.begin(RotationProgress(rotation: .bik))
            case .scrub: try scrubs.begin(ScrubProgress())
            case .backup: try backups.begin(BackupRunProgress(set: ""))
            }
            return nil
        } catch { return error }
    }

    @Test func `of many that begin at once exactly one does, and the others hear which`() async throws {
        for _ in 0..<50 {
            let tries = await withTaskGroup(of: (BackgroundJobs.Kind, RequestRefusal?).self) { group in
                for place in 0..<8 {
                    let kind = BackgroundJobs.Kind.allCases[place % BackgroundJobs.Kind.allCases.count]
                    group.addTask { (kind, begin(kind)) }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let begun = tries.filter { $0.1 == nil }.map(\.0)
            try #require(begun.count == 1)
            #expect(tries.compactMap(\.1) == .init(repeating: .conflict(begun[0].isRunning), count: 7))
            #expect((rotations.last?.state == .running) == (begun[0] == .rotation))
            #expect((scrubs.last?.state == .running) == (begun[0] == .scrub))
            #expect((backups.last?.state == .running) == (begun[0] == .backup))
            switch begun[0] {
            case .rotation: rotations.cancel()
            case .scrub: scrubs.cancel()
            case .backup: backups.cancel()
            }
        }
    }

    /// Tasks seldom meet in the few instructions that matter; two threads that start each round together do.
    @Test func `two threads that begin in the same moment never both do`() async {
        let meeting = MeetingPoint()
        await withTaskGroup(of: Void.self) { group in
            for kind in [BackgroundJobs.Kind.rotation, .scrub] {
                group.addTask {
                    await onThread {
                        for _ in 0..<20_000 {
                            meeting.meet()
                            let isBegun = begin(kind) == nil
                            if isBegun { meeting.begun.add(1, ordering: .sequentiallyConsistent) }
                            meeting.meet()
                            if kind == .scrub, meeting.begun.exchange(0, ordering: .sequentiallyConsistent) != 1 {
                                meeting.wrong.add(1, ordering: .relaxed)
                            }
                            if isBegun { kind == .rotation ? rotations.cancel() : scrubs.cancel() }
                        }
                    }
                }
            }
        }
        #expect(meeting.wrong.load(ordering: .relaxed) == 0)
    }

    @Test func `whoever sees the end of one can begin the next, and the last of each kind is remembered`() async throws
    {
        for _ in 0..<200 {
            #expect(begin(.scrub) == nil)
            scrubs.start { [scrubs] in scrubs.update { $0.done = 7 } }
            while scrubs.last?.state == .running { await Task.yield() }
            #expect(begin(.rotation) == nil)
            #expect(scrubs.last?.state == .done && scrubs.last?.progress.done == 7)
            rotations.start { throw CancellationError() }
            while rotations.last?.state == .running { await Task.yield() }
            #expect(rotations.last?.state == .failed && rotations.last?.progress.rotation == .bik)
        }
    }

    @Test func `the end of the vault ends what runs, and nothing begins after it`() async throws {
        #expect(begin(.scrub) == nil)
        scrubs.start { try await Task.sleep(for: .seconds(3_600)) }
        await jobs.stop()
        #expect(scrubs.last?.state == .failed)
        #expect(begin(.rotation)?.code == .sealed)
    }

    @Test func `what had begun when the vault ended is not started`() async throws {
        #expect(begin(.rotation) == nil)
        await jobs.stop()
        rotations.start { Issue.record("it ran") }
        #expect(rotations.last?.state == .failed)
        await jobs.stop()
    }
}

/// Where two threads wait for each other.
private final class MeetingPoint: Sendable {
    /// How many have begun in this round, and in how many rounds it was not one.
    let begun = Atomic<Int>(0)
    let wrong = Atomic<Int>(0)
    private let arrived = Atomic<Int>(0)

    func meet() {
        let place = arrived.add(1, ordering: .sequentiallyConsistent).oldValue
        while arrived.load(ordering: .sequentiallyConsistent) < (place / 2 + 1) * 2 { sched_yield() }
    }
}

/// Runs on a thread of its own: the threads that run tasks may be too few for two that wait for each other.
private func onThread(_ body: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread {
            body()
            continuation.resume()
        }
    }
}
