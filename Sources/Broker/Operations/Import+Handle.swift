internal import AccessLog
internal import Policy
internal import Primitives
internal import Storage
internal import Turnstile
internal import VaultModel
internal import Wire

/// Begins an import, or goes on with the unfinished one of the same file and map.
enum BeginImportHandler: OperationHandler {
    typealias Op = BeginImport
    /// From this many rows on, a table of what is in the vault is cheaper than a look into the index for every row: a
    /// look opens a 1,024th of the records, the table all of them once.
    private static let tableRows: Int64 = 1_024

    static func handle(
        _ call: Call<BeginImport.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<BeginImport.Reply> {
        guard !call.head.object.isEmpty, let source = Hex.decode(call.head.object), let map = Hex.decode(call.body.map)
        else { throw .malformed("an import names the source file by its hash") }
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: .import, record: OpenVault.customerKind), as: .import)
        let identifying =
            vault.turnstile.policy.records.first { $0.name == OpenVault.customerKind }?.fields
            .filter { Normaliser.identity(of: $0.type) != nil }.map(\.name) ?? []
        let table = DuplicateTable(fields: identifying)
        let fillsTable = call.body.rows >= tableRows
        let grant = try await vault.turnstile.log(decision, as: .import)
        if fillsTable { try await vault.fill(table) }
        let job: ImportJob
        do {
            let running = try vault.stores.records.importJobs(source: source, map: map).first { $0.state == .running }
            job =
                running
                ?? ImportJob(
                    job: Random.bytes(16), source: source, map: map, started: call.verified.receivedMilliseconds)
            if running == nil, !call.body.dryRun { try vault.stores.records.insert(job) }
        } catch { throw RequestRefusal(storage: error) }
        let id = Hex.encode(job.job)
        try vault.imports.add(
            ImportSession(
                owner: call.verified.request.kid, source: call.head.object, isDryRun: call.body.dryRun, seen: table,
                knowsVault: fillsTable),
            id: id)
        return Answer(
            BeginImport.Reply(job: id, resume: call.body.dryRun ? 0 : Int64(job.rowsDone)), grant.entry)
    }
}

/// Stores some rows in one transaction, with one log entry.
enum ImportBatchHandler: OperationHandler {
    typealias Op = ImportBatch
    /// A batch is one entry, and an entry names at most as many customers as a head may.
    private static let mostRows = WireLimits.customers

    static func handle(
        _ call: Call<ImportBatch.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<ImportBatch.Reply> {
        let session = try vault.imports.session(
            call.body.job, of: call.verified.request.kid, source: call.head.object)
        guard call.body.rows.count <= mostRows, call.body.dryRun == session.isDryRun else {
            throw .malformed("a batch has at most \(mostRows) rows")
        }
        try requireHead(call.head)
        let named = Set(call.head.fields.map(\.field))
        guard call.body.rows.allSatisfy({ named.isSuperset(of: $0.fields.names) }) else {
            throw .malformed("the head must name the fields of the rows")
        }
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: .import, record: OpenVault.customerKind), as: .import)
        return try await vault.writes.run { () throws(RequestRefusal) in
            var batch = ImportAssembly(vault: vault, session: session, decision: decision)
            for row in call.body.rows { try batch.take(row) }
            var change = try batch.finish()
            let entry: CommittedEntry
            if session.isDryRun {
                entry = try await vault.turnstile.log(decision, as: .import, scanned: batch.scanned).entry
            } else {
                change.progress = try vault.progress(of: call.body.job, rows: call.body.rows.count, change)
                do throws(RequestRefusal) {
                    entry = try await vault.apply(change, decision, as: .import, scanned: batch.scanned)
                } catch {
                    // The session remembers customers who were not stored: it goes, and the next begin starts afresh.
                    vault.imports.remove(call.body.job)
                    throw error
                }
            }
            session.add(batch.totals)
            return Answer(
                ImportBatch.Reply(
                    imported: Int64(batch.totals.imported), updated: Int64(batch.totals.updated),
                    duplicates: Int64(batch.totals.duplicates), rejected: batch.rejected),
                entry)
        }
    }
}

extension ImportBatchHandler {
    /// An import is about customers and names none beforehand.
    fileprivate static func requireHead(_ head: RequestHead) throws(RequestRefusal) {
        guard head.customers.isEmpty, head.orders.isEmpty,
            head.fields.allSatisfy({ $0.record == OpenVault.customerKind })
        else { throw .malformed("an import names fields of customers, and no customer") }
    }
}

/// Closes an import.
enum EndImportHandler: OperationHandler {
    typealias Op = EndImport

    static func handle(
        _ call: Call<EndImport.Request>, in vault: OpenVault
    ) async throws(RequestRefusal) -> Answer<EndImport.Reply> {
        let session = try vault.imports.session(
            call.body.job, of: call.verified.request.kid, source: call.head.object)
        let decision = try await vault.admit(
            call.verified, PolicyAsk(act: .import, record: OpenVault.customerKind), as: .import)
        let grant = try await vault.turnstile.log(decision, as: .import)
        var totals = session.result
        do {
            if !session.isDryRun, let job = Hex.decode(call.body.job) {
                // What earlier attempts stored counts too; what they found double or rejected was told then.
                if let stored = try vault.stores.records.importJob(job) {
                    (totals.rows, totals.imported) = (stored.rowsDone, stored.records)
                }
                try vault.stores.records.endImport(job, as: .finished)
            }
        } catch { throw RequestRefusal(storage: error) }
        vault.imports.remove(call.body.job)
        return Answer(
            EndImport.Reply(
                rows: Int64(totals.rows), imported: Int64(totals.imported), updated: Int64(totals.updated),
                duplicates: Int64(totals.duplicates), rejected: Int64(totals.rejected)),
            grant.entry)
    }
}

extension OpenVault {
    /// Fills a table of duplicates from the whole vault, as a job of the broker with a beginning and an end in the log.
    func fill(_ table: DuplicateTable) async throws(RequestRefusal) {
        guard let kind = turnstile.fieldMap.kind(Self.customerKind) else { return }
        let grant = try await turnstile.beginJob()
        var scan = stores.records.scan(kind: kind)
        var opened = 0
        while true {
            let batch: [StoredRecord]?
            do { batch = try scan.next() } catch { throw RequestRefusal(storage: error) }
            guard let batch else { break }
            try turnstile.enter(grant, batch, into: table)
            opened += batch.count
            await Task.yield()
        }
        try await turnstile.endJob(grant, opened: opened)
    }

    /// Where a batch begins and ends in its source, as the store has it.
    func progress(
        of job: String, rows: Int, _ change: CustomerChange
    ) throws(RequestRefusal) -> ImportProgress {
        do {
            guard let id = Hex.decode(job), let stored = try stores.records.importJob(id), stored.state == .running
            else { throw RequestRefusal.notFound("this import has ended") }
            return ImportProgress(
                job: id, from: stored.rowsDone, to: stored.rowsDone + rows, records: change.inserts.count)
        } catch let error as StorageError {
            throw RequestRefusal(storage: error)
        } catch let refusal as RequestRefusal {
            throw refusal
        } catch { throw RequestRefusal(.internal, .unavailable) }
    }

    /// A customer with values added where there were none.
    func extendedCustomer(
        _ record: StoredRecord, with missing: [MissingValue]
    ) throws(RequestRefusal) -> CustomerChange {
        guard let number = CustomerNumber(record.customer) else { throw .integrity("a customer's number") }
        let update = try RecordSealer(vault: vault, map: turnstile.fieldMap).extend(
            record, with: missing, key: try turnstile.sealingKey(of: record))
        var change = CustomerChange()
        change.updates = [update]
        change.numbers = [number]
        change.tags = missing.flatMap { turnstile.tagRows(for: $0.field, [$0.value], of: record.id) }
        return change
    }
}
