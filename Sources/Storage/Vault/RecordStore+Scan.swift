import GRDB
public import VaultModel

extension RecordStore {
    /// All records of a kind, in batches: the in-memory comparison of names, retention sweeps, rotation.
    ///
    /// - Parameter last: where an earlier scan of the same kind ended.
    public func scan(kind: UInt16, batch: Int = 256, after last: Int64 = 0) -> RecordScan {
        RecordScan(self, kind: kind, batch: batch, after: last)
    }

    /// Revision and seal of all records, in batches.
    public func scanSeals(batch: Int = 1_000) -> SealScan { SealScan(self, batch: batch) }

    /// The revision and seal of one record, or nil.
    public func seal(of record: RecordID) throws(StorageError) -> RecordSealRow? {
        try pool.read { (connection) throws(StorageError) in
            let statement = connection.statement(RecordQuery.seal.rawValue)
            try statement.bind(1, record.bytes)
            return try statement.step() ? try RecordSealRow(statement) : nil
        }
    }

    /// The ids of all a customer's records, of whatever kind, at most `limit`.
    public func records(of customer: RecordID, limit: Int = StorageLimits.recordsAtOnce) throws(StorageError)
        -> [RecordID]
    {
        try database.read { db in
            try Row.fetchAll(
                db, sql: "SELECT id FROM record WHERE customer = ? ORDER BY rid LIMIT ?",
                arguments: [customer.bytes.databaseBlob, limit]
            ).map { row in
                guard let id = RecordID(try row.bytes(0)) else { throw StorageError.corrupt(.vault) }
                return id
            }
        }
    }

    /// How many records that are nobody's any more were announced by this entry.
    public func countDetached(by logSeq: UInt64) throws(StorageError) -> Int {
        try database.read { db in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM record WHERE customer = ? AND log_seq = ?",
                arguments: [RecordID.none.bytes.databaseBlob, Int64(logSeq)]) ?? 0
        }
    }

    /// How many records there are of each kind. Reads an index from end to end.
    public func counts() throws(StorageError) -> [UInt16: Int] {
        let rows = try database.read { db in
            try Row.fetchAll(db, sql: "SELECT kind, count(*) FROM record GROUP BY kind")
                .map { (try $0.integer(0), try $0.integer(1)) }
        }
        var counts: [UInt16: Int] = [:]
        for (kind, count) in rows { counts[try storedNumber(kind, as: UInt16.self, .vault)] = Int(count) }
        return counts
    }
}
