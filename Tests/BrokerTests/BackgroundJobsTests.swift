import Testing
import Turnstile
import Wire

@testable import Broker

@Suite struct BackgroundJobsTests {
    private let jobs = BackgroundJobs()
    private let rotations: BackgroundJob<RotationProgress>
    private let scrubs: BackgroundJob<ScrubProgress>

    init() {
        rotations = BackgroundJob(.rotation, of: jobs)
        scrubs = BackgroundJob(.scrub, of: jobs)
    }

    /// Tries to begin one; what it is refused with.
    private func begin(_ kind: BackgroundJobs.Kind) -> RequestRefusal? {
        do throws(RequestRefusal) {
            switch kind {
            case .rotation: try rotations.begin(RotationProgress(rotation: .bik))
            case .scrub: try scrubs.begin(ScrubProgress())
            }
            return nil
        } catch { return error }
    }

    @Test func `of many that begin at once exactly one does, and the others hear which`() async throws {
        for _ in 0..<200 {
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
            if begun[0] == .rotation { rotations.cancel() } else { scrubs.cancel() }
        }
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
