import GRDB
public import VaultModel

extension KeyringStore {
    /// Erases customers: deletes every version of their keys and leaves a tombstone each. One transaction; the journal
    /// that could bring the keys back is truncated by the commit, and `secure_delete` overwrites them in the file.
    /// Erasing again keeps the first tombstone.
    ///
    /// - Parameter time: milliseconds since 1970.
    public func erase(_ customers: [RecordID], time: Int64) throws(StorageError) {
        try write { db, change in
            for customer in customers {
                let id = customer.bytes.databaseBlob
                for key in try Self.rows(db, "customer = ?", [id]) { change.remove(.key(key)) }
                try db.execute(sql: "DELETE FROM cek WHERE customer = ?", arguments: [id])
                try db.execute(
                    sql: "INSERT INTO tombstone (customer, t) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    arguments: [id, time])
                if db.changesCount == 1 { change.add(.tombstone(Tombstone(customer: customer, time: time))) }
            }
        }
    }

    /// Everybody who was erased, for the ledger and for a restore. By id.
    public func tombstones() throws(StorageError) -> [Tombstone] {
        try readThroughWriter { db in
            try Row.fetchAll(db, sql: "SELECT customer, t FROM tombstone ORDER BY customer").map { try Tombstone($0) }
        }
    }

    /// Customers with a tombstone and a key: an erasure that something interrupted or undid. Recovery erases them again
    /// before the socket opens.
    public func unfinishedErasures() throws(StorageError) -> [Tombstone] {
        try readThroughWriter { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT t.customer, t.t FROM tombstone t JOIN cek c ON c.customer = t.customer
                    ORDER BY t.customer
                    """
            ).map { try Tombstone($0) }
        }
    }
}
