import Synchronization
public import VaultModel

/// `vault.db`: records, registry, staff, policies, import jobs.
///
/// Thread-safe. Reads of records use connections of their own and see the last commit; everything else goes through the
/// one connection that writes, one access after the other. All functions block their thread for as long as SQLite
/// needs, and a write for one sync, except where they are `async`.
public final class RecordStore: Sendable {
    let database: DatabaseFile
    let pool: ReadPool
    /// What vouches for the rows; nil while the vault is sealed.
    let watch = Mutex<RecordWatch?>(nil)
    let fingerprints = Mutex<RowFingerprints?>(nil)

    init(_ database: DatabaseFile) {
        self.database = database
        pool = ReadPool(database.path, .vault, sql: RecordQuery.allCases.map(\.sql))
    }

    /// The vault this file belongs to.
    public func vaultID() throws(StorageError) -> VaultID { try database.vaultID() }

    /// Removes deleted values from the WAL, see `DatabaseFile.truncateWAL()`. False while a reader needs it: try again.
    @discardableResult
    public func truncateWAL() throws(StorageError) -> Bool { try database.truncateWAL() }

    /// SQLite's check of the whole file; throws `corrupt`. Reads every page.
    public func checkIntegrity() throws(StorageError) { try database.checkIntegrity() }

    func close() throws(StorageError) {
        pool.drain()
        try database.close()
    }
}

/// The statements of the hot reads, prepared once per connection.
enum RecordQuery: Int, CaseIterable {
    case record, candidate, seal, byCustomer, page, sealPage

    var sql: String {
        switch self {
        case .record:
            """
            SELECT r.customer, r.kind, r.rev, r.seal, r.shop, r.month, r.status, r.log_seq,
            f.field, f.ordinal, f.envelope
            FROM record r LEFT JOIN field f ON f.record = r.rid WHERE r.id = ? ORDER BY f.field, f.ordinal
            """
        case .candidate:
            """
            SELECT r.customer, r.kind, r.rev, f.ordinal, f.envelope
            FROM record r JOIN field f ON f.record = r.rid WHERE r.id = ? AND f.field = ? ORDER BY f.ordinal
            """
        case .seal: "SELECT rid, id, rev, seal, customer, kind, shop, month, status FROM record WHERE id = ?"
        case .byCustomer: "SELECT id FROM record WHERE customer = ? AND kind = ? ORDER BY rid LIMIT ?"
        case .page: "SELECT rid, id FROM record WHERE kind = ? AND rid > ? ORDER BY rid LIMIT ?"
        case .sealPage:
            """
            SELECT rid, id, rev, seal, customer, kind, shop, month, status FROM record
            WHERE rid > ? ORDER BY rid LIMIT ?
            """
        }
    }
}
