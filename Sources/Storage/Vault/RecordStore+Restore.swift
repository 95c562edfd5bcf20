import GRDB
public import VaultModel

/// What is done to records that came out of an archive, before anything vouches for them.
extension RecordStore {
    /// Removes every record of customers who were erased after the archive was made. One transaction.
    ///
    /// - Returns: how many records went.
    public func removeErased(_ customers: Set<RecordID>) throws(StorageError) -> Int {
        try database.write { db in
            let find = try db.cachedStatement(sql: "SELECT count(*) FROM record WHERE customer = ?")
            let fields = try db.cachedStatement(
                sql: "DELETE FROM field WHERE record IN (SELECT rid FROM record WHERE customer = ?)")
            let rows = try db.cachedStatement(sql: "DELETE FROM record WHERE customer = ?")
            var removed = 0
            for customer in customers {
                let id = customer.bytes.databaseBlob
                removed += try Int.fetchOne(find, arguments: [id]) ?? 0
                try fields.execute(arguments: [id])
                try rows.execute(arguments: [id])
            }
            return removed
        }
    }

    /// The customers with a record, in the order of their ids, at most `limit` after `last`.
    public func customers(after last: RecordID?, limit: Int) throws(StorageError) -> [RecordID] {
        try database.read { db in
            try Row.fetchAll(
                db, sql: "SELECT DISTINCT customer FROM record WHERE customer > ? ORDER BY customer LIMIT ?",
                arguments: [(last?.bytes ?? []).databaseBlob, limit]
            ).map { row in
                guard let customer = RecordID(try row.bytes(0)) else { throw StorageError.corrupt(.vault) }
                return customer
            }
        }
    }
}
