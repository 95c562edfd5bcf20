import GRDB
import Keys
import Synchronization
import VaultModel

extension RecordStore {
    /// Makes a batch durable: one transaction, all of it or nothing. The task is suspended for the sync.
    ///
    /// Order of the whole change (<doc:OrderedWrites>): keyring, log intent, index tags, this, anchor.
    /// Throws `conflict` when a revision is not the expected one, an id is taken, or the import's progress is not
    /// where the batch begins; `notFound` for a record that is not there; `full`; `unavailable` when the file can no
    /// longer be used and whether the batch is durable is only known after the next start.
    public func commit(_ batch: RecordBatch) async throws(StorageError) {
        try await database.offload { () throws(StorageError) in try self.write(batch) }
    }

    /// The same on the calling thread.
    public func commit(_ batch: RecordBatch) throws(StorageError) { try write(batch) }

    func write(_ batch: RecordBatch) throws(StorageError) {
        guard Self.rows(of: batch) <= StorageLimits.rowsAtOnce else { throw .limit(.vault) }
        try watch.withLock { (watch) throws(StorageError) in
            let before = watch
            let (change, ledger) = try database.write { db in
                let change = try Self.apply(batch, db)
                for row in change.old {
                    guard before?.fingerprints.isKnown(row) ?? true else {
                        watch?.raise()
                        throw StorageError.tampered(.vault)
                    }
                }
                let ledger = before?.ledger.advanced(by: change)
                if let ledger {
                    try Self.store(Anchor.State(seq: ledger.seq, tag: ledger.tag), db)
                    // Announced before COMMIT: whichever state a crash leaves is one the anchor names.
                    try ledger.anchor.intend(ledger.tag)
                }
                return (change, ledger)
            }
            guard let ledger else { return }
            watch?.ledger = ledger
            watch?.fingerprints.take(change)
            do throws(StorageError) { try ledger.anchor.conclude() } catch { throw database.condemn(error) }
        }
    }

    private static func apply(_ batch: RecordBatch, _ db: Database) throws -> RecordChange {
        var change = RecordChange()
        for deletion in batch.deletes { try delete(deletion, &change, db) }
        for record in batch.inserts { try insert(record, logSeq: batch.logSeq, &change, db) }
        for update in batch.updates { try Self.update(update, logSeq: batch.logSeq, &change, db) }
        if let progress = batch.progress { try advance(progress, db) }
        try db.cachedStatement(
            sql: "INSERT INTO applied (log_seq) VALUES (?)" + (batch.isOneOfMany ? " ON CONFLICT DO NOTHING" : "")
        ).execute(arguments: [Int64(batch.logSeq)])
        return change
    }

    private static func rows(of batch: RecordBatch) -> Int {
        batch.deletes.count + batch.inserts.reduce(0) { $0 + 1 + $1.fields.count }
            + batch.updates.reduce(0) { $0 + 1 + $1.fields.count + $1.removed.count }
    }

    private static func insert(
        _ record: StoredRecord, logSeq: UInt64, _ change: inout RecordChange, _ db: Database
    ) throws {
        try db.cachedStatement(
            sql: "INSERT INTO record (id, customer, kind, rev, seal, shop, month, status, log_seq) "
                + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            record.id.bytes.databaseBlob, record.customer.bytes.databaseBlob, record.kind, Int64(record.rev),
            record.seal.databaseBlob, record.shop, record.month, record.status.rawValue, Int64(logSeq),
        ])
        try put(record.fields, rid: db.lastInsertedRowID, db)
        change.new.append(RecordSealRow(record))
    }

    private static func update(
        _ update: RecordUpdate, logSeq: UInt64, _ change: inout RecordChange, _ db: Database
    ) throws {
        guard update.rev > update.expectedRev else { throw StorageError.conflict(.vault) }
        let (rid, old) = try row(of: update.id, expectedRev: update.expectedRev, db)
        change.old.append(old)
        change.new.append(old.updated(by: update))
        try db.cachedStatement(
            sql: "UPDATE record SET rev = ?, seal = ?, log_seq = ?, customer = coalesce(?, customer), "
                + "shop = coalesce(?, shop), month = coalesce(?, month), status = coalesce(?, status) WHERE rid = ?"
        ).execute(arguments: [
            Int64(update.rev), update.seal.databaseBlob, Int64(logSeq), update.customer?.bytes.databaseBlob,
            update.shop, update.month, update.status?.rawValue, rid,
        ])
        if update.replacesAll {
            try db.cachedStatement(sql: "DELETE FROM field WHERE record = ?").execute(arguments: [rid])
        }
        for place in update.removed {
            try db.cachedStatement(sql: "DELETE FROM field WHERE record = ? AND field = ? AND ordinal = ?")
                .execute(arguments: [rid, place.field, place.ordinal])
            guard db.changesCount == 1 else { throw StorageError.notFound(.vault) }
        }
        try put(update.fields, rid: rid, db)
    }

    private static func delete(
        _ deletion: RecordDeletion, _ change: inout RecordChange, _ db: Database
    ) throws {
        let (rid, old) = try row(of: deletion.id, expectedRev: deletion.expectedRev, db)
        change.old.append(old)
        try db.cachedStatement(sql: "DELETE FROM field WHERE record = ?").execute(arguments: [rid])
        try db.cachedStatement(sql: "DELETE FROM record WHERE rid = ?").execute(arguments: [rid])
    }

    private static func row(
        of id: RecordID, expectedRev: UInt64, _ db: Database
    ) throws -> (rid: Int64, row: RecordSealRow) {
        let statement = try db.cachedStatement(sql: RecordQuery.seal.sql)
        guard let row = try Row.fetchOne(statement, arguments: [id.bytes.databaseBlob]) else {
            throw StorageError.notFound(.vault)
        }
        let found = try RecordSealRow(row)
        guard found.rev == expectedRev else { throw StorageError.conflict(.vault) }
        return (try row.integer(0), found)
    }

    private static func put(_ fields: [StoredField], rid: Int64, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT INTO field (record, field, ordinal, envelope) VALUES (?, ?, ?, ?) "
                + "ON CONFLICT (record, field, ordinal) DO UPDATE SET envelope = excluded.envelope")
        for field in fields {
            try statement.execute(arguments: [rid, field.field, field.ordinal, field.envelope.databaseBlob])
        }
    }
}
