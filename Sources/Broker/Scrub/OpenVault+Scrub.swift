internal import Keys
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Reads everything again, at a pace that nobody notices: what nobody asks for is not compared with anything otherwise.
extension OpenVault {
    private static let scrubBatch = 100

    func scrub(rate: Int, repairs: Bool) {
        scrubs.start { [self] in
            let job = try await turnstile.beginJob()
            try await scrubRecords(job, rate: rate, repairs: repairs)
            try await scrubKeys(rate: rate)
            try await turnstile.endJob(job, opened: scrubs.last?.progress.done ?? 0)
        }
    }

    private func scrubRecords(_ job: JobGrant, rate: Int, repairs: Bool) async throws {
        let total = try stores.records.counts().values.reduce(0, +)
        scrubs.update { $0.total = total }
        for number in turnstile.fieldMap.allKinds {
            let name = turnstile.fieldMap.name(ofKind: number)
            var scan = stores.records.scan(kind: number, batch: Self.scrubBatch)
            while let count = try await scrubSome(&scan, kind: name, job, repairs: repairs) {
                try await Task.sleep(for: .microseconds(1_000_000 * count / rate))
            }
        }
    }

    /// Nobody changes the records meanwhile, so that tags and rows belong together.
    private func scrubSome(
        _ scan: inout RecordScan, kind: String?, _ job: JobGrant, repairs: Bool
    ) async throws -> Int? {
        await writes.enter()
        defer { writes.leave() }
        guard let records = try scan.next() else { return nil }
        for record in records {
            var (problem, opened, tags) = turnstile.inspect(job, record, kind: kind)
            var isRepaired = false
            if problem == nil, Set(try stores.index.tags(of: record.id)) != Set(tags) {
                problem = .tags
                if repairs {
                    try await stores.index.replace([record.id], with: tags)
                    isRepaired = true
                }
            }
            let finding = problem.map { problem in
                ScrubStatus.Finding(
                    record: CustomerNumber(record.id)?.text ?? RecordName(record.id, kind: kind ?? "record").text,
                    kind: kind ?? "record", problem: problem.rawValue)
            }
            scrubs.update { run in
                run.done += 1
                run.opened += opened
                if isRepaired { run.repaired += 1 }
                if let finding, run.findings.count < ScrubStatus.mostFindings { run.findings.append(finding) }
            }
        }
        return records.count
    }

    /// Customers' keys without a customer. They open nothing.
    private func scrubKeys(rate: Int) async throws {
        var last: RecordID?
        while true {
            let customers = try stores.keyring.customers(after: last, limit: Self.scrubBatch)
            guard let end = customers.last else { return }
            last = end
            let found = Set(try stores.records.fetch(records: customers).map(\.id))
            let orphans = customers.count { !found.contains($0) }
            scrubs.update { $0.orphans += orphans }
            try await Task.sleep(for: .microseconds(1_000_000 * customers.count / rate))
        }
    }
}
