/// Work that two cores share: sealing an archive is bound by the processor, and the disk is waited for meanwhile.
enum Workers {
    /// No more, whatever the machine has: the shop goes on working beside it.
    static let count = 2

    /// Does the work of all workers, each of which is told its number from 0. The first failure ends them all.
    ///
    /// - Returns: what each has made, in their order.
    static func run<Made: Sendable>(
        _ work: @escaping @Sendable (Int) async throws(BackupFailure) -> Made
    ) async throws(BackupFailure) -> [Made] {
        let results = await withTaskGroup(of: (Int, Result<Made, BackupFailure>).self) { group in
            for worker in 0..<count {
                group.addTask {
                    do throws(BackupFailure) { return (worker, .success(try await work(worker))) } catch {
                        return (worker, .failure(error))
                    }
                }
            }
            // As they end: a failure comes before those that it has cancelled.
            var results: [(Int, Result<Made, BackupFailure>)] = []
            for await result in group {
                if case .failure = result.1 { group.cancelAll() }
                results.append(result)
            }
            return results
        }
        for result in results {
            if case .failure(let failure) = result.1 { throw failure }
        }
        return results.sorted { $0.0 < $1.0 }.compactMap { try? $0.1.get() }
    }

    /// Lets others run: the shop goes on working while its archive is made.
    static func pause() async throws(BackupFailure) {
        await Task.yield()
        guard !Task.isCancelled else { throw .cancelled }
    }
}
