import Synchronization
import Testing

@testable import Broker

/// Nothing that began before a barrier ends after it.
struct CallBarrierTests {
    /// What the calls of a test share.
    private final class Shared: Sendable {
        let barrier = CallBarrier()
        let order = Mutex<[String]>([])
        let open = Mutex<Set<Int>>([])

        func note(_ name: String) { order.withLock { $0.append(name) } }

        /// A call that says that it has begun and ends when it is told to.
        func call(_ name: String, _ hasBegun: AsyncStream<Void>.Continuation, until gate: AsyncStream<Void>) async {
            await barrier.run {
                hasBegun.yield()
                for await _ in gate { break }
                note(name)
            }
        }
    }

    @Test func `a barrier waits for every call that began before it`() async {
        let shared = Shared()
        let (early, openEarly) = AsyncStream<Void>.makeStream()
        let (late, openLate) = AsyncStream<Void>.makeStream()
        let (begun, hasBegun) = AsyncStream<Void>.makeStream()
        var beginnings = begun.makeAsyncIterator()
        let first = Task { await shared.call("early", hasBegun, until: early) }
        await beginnings.next()
        let drained = Task {
            await shared.barrier.drain()
            shared.note("drained")
        }
        // Whether the drain has begun by now or not: the early call is open, and so it must wait for it.
        openEarly.yield()
        await first.value
        await drained.value
        let second = Task { await shared.call("late", hasBegun, until: late) }
        await beginnings.next()
        openLate.yield()
        await second.value
        await shared.barrier.drain()
        #expect(shared.order.withLock { $0 } == ["early", "drained", "late"])
    }

    @Test func `a thousand calls come and go, and a barrier sees the end of all that were open`() async {
        let shared = Shared()
        let wrong = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<1_000 {
                group.addTask {
                    await shared.barrier.run {
                        _ = shared.open.withLock { $0.insert(number) }
                        await Task.yield()
                        _ = shared.open.withLock { $0.remove(number) }
                    }
                    return false
                }
                guard number.isMultiple(of: 50) else { continue }
                group.addTask {
                    let before = shared.open.withLock { $0 }
                    await shared.barrier.drain()
                    return !shared.open.withLock { $0.isDisjoint(with: before) }
                }
            }
            return await group.reduce(false) { $0 || $1 }
        }
        #expect(!wrong)
    }
}
