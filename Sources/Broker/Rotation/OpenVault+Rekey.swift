internal import AccessLog
internal import Keys
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// New keys for customers: all records of a customer are sealed under the next version of her key, then the old version
/// goes. Nothing archived needs it: archives are what would keep it.
extension OpenVault {
    private static let rekeyBatch = 32
    /// More records than these are committed at once; one customer has 1,000 at the most.
    private static let recordsAtOnce = 500
    private static let mark = "rekey"

    /// Whether new keys for everybody were begun and not finished.
    var hasRekeyMark: Bool { ((try? stores.records.mark(Self.mark)) ?? nil) != nil }

    /// - Parameter customers: whose; nobody means everybody.
    func rotateCustomers(_ customers: [RecordID]) async throws {
        let job = try await turnstile.beginJob()
        var (opened, left) = (0, 0)
        if !customers.isEmpty {
            (opened, left) = try await rekey(customers, job)
            noteRotation(done: customers.count, of: customers.count)
        } else if let kind = turnstile.fieldMap.kind(Self.customerKind) {
            let total = try stores.records.counts()[kind] ?? 0
            var count = 0
            let start = try stores.records.mark(Self.mark).flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0
            if start == 0 { try stores.records.setMark(Self.mark, Array("0".utf8)) }
            var scan = stores.records.scan(kind: kind, batch: Self.rekeyBatch, after: start)
            while let records = try scan.next() {
                let done = try await rekey(records.map(\.id), job)
                opened += done.opened
                left += done.left
                try stores.records.setMark(Self.mark, Array(String(scan.last).utf8))
                count += records.count
                noteRotation(done: count, of: max(total, count))
                try Task.checkCancellation()
            }
            try stores.records.setMark(Self.mark, nil)
        }
        guard left == 0 else { throw RekeyIncomplete() }
        _ = try stores.records.truncateWAL()
        try await turnstile.endJob(job, opened: opened)
    }

    /// Keys first, then the entry that announces the rows, then the rows, then the old keys go.
    ///
    /// - Returns: the records sealed anew, and how many customers were left as they are: a record of theirs does not open,
    ///   or they have more records than one step takes.
    private func rekey(_ customers: [RecordID], _ job: JobGrant) async throws -> (opened: Int, left: Int) {
        await writes.enter()
        defer { writes.leave() }
        // Also those the policy no longer has: their rows are hers as well.
        let kinds = turnstile.fieldMap.allKinds.filter { $0 != turnstile.fieldMap.kind(Self.customerKind) }
        var batch = Rekeying()
        var (opened, left) = (0, 0)
        let known = try stores.keyring.fetch(customers: customers)
        for customer in customers {
            guard case .keys(let versions)? = known[customer], let latest = versions.last,
                let number = CustomerNumber(customer)
            else { continue }
            var hers = batch
            do {
                let records = try stores.records.fetch(customer: customer, kinds: kinds)
                guard let key = try nextKey(of: customer, after: latest, of: records, &hers.fresh) else { continue }
                for record in records where record.customer == customer {
                    hers.updates.append(try turnstile.rekeyed(job, record, to: key))
                }
            } catch let error as StorageError where error == .tampered(.vault) {
                throw error
            } catch {
                left += 1
                continue
            }
            hers.numbers.append(number)
            batch = hers
            if batch.updates.count > Self.recordsAtOnce {
                opened += try await carryOut(batch, job)
                batch = Rekeying()
            }
        }
        return (opened + (try await carryOut(batch, job)), left)
    }

    private func carryOut(_ batch: Rekeying, _ job: JobGrant) async throws -> Int {
        guard !batch.updates.isEmpty else { return 0 }
        if !batch.fresh.isEmpty { try await stores.keyring.insert(batch.fresh) }
        let entry = try await turnstile.logJobChange(job, numbers: batch.numbers, updates: batch.updates)
        do throws(StorageError) { try await commit(RecordBatch(logSeq: entry.seq, updates: batch.updates)) } catch {
            await turnstile.logAborted(entry)
            throw error
        }
        turnstile.settle(entry)
        try stores.keyring.dropOldVersions(of: batch.numbers.map { RecordID($0) })
        return batch.updates.count
    }

    /// The key to seal under: a new version, or the one that an interrupted attempt has stored already.
    private func nextKey(
        of customer: RecordID, after latest: WrappedKey, of records: [StoredRecord], _ fresh: inout [WrappedKey]
    ) throws -> CustomerKey? {
        let inUse = records.filter { $0.customer == customer }.map(Turnstile.keyVersion)
        guard !inUse.isEmpty else { return nil }
        if inUse.allSatisfy({ $0 < latest.version }) {
            return try keyset.unwrapCEK(latest.wrap, vault: vault, customer: customer, version: latest.version)
        }
        let key = CustomerKey.random(version: latest.version + 1)
        fresh.append(
            WrappedKey(
                customer: customer, version: key.version, epoch: keyset.keyringEpoch,
                wrap: keyset.wrapCEK(key, vault: vault, customer: customer)))
        return key
    }
}

/// Customers who are sealed anew together.
private struct Rekeying {
    var updates: [RecordUpdate] = []
    var fresh: [WrappedKey] = []
    var numbers: [CustomerNumber] = []
}

/// Some customers kept their keys: `coffer scrub` names the records that do not open.
private struct RekeyIncomplete: Error {}
