import VaultModel

/// Goes through all records of a kind, a batch at a time: `while let batch = try scan.next()`.
///
/// Each batch is one snapshot; the whole is not. A record that is there from the first batch to the last is seen
/// exactly once, one that comes or goes meanwhile at most once. No transaction is open between batches, so the caller
/// may take its time without keeping the WAL from being cut.
public struct RecordScan: Sendable {
    private let store: RecordStore
    private let kind: UInt16
    private let batch: Int
    /// Where the last batch ended: a scan may begin there again.
    public private(set) var last: Int64

    init(_ store: RecordStore, kind: UInt16, batch: Int, after last: Int64) {
        self.last = last
        precondition((1...StorageLimits.recordsAtOnce).contains(batch), "a batch has 1 to 1,000 records")
        self.store = store
        self.kind = kind
        self.batch = batch
    }

    /// The next records, oldest first, or nil at the end.
    public mutating func next() throws(StorageError) -> [StoredRecord]? {
        let (start, kind, batch) = (last, kind, batch)
        var end = start
        let records = try store.checked(nil) { () throws(StorageError) in
            let page = try store.pool.readSnapshot { (connection) throws(StorageError) -> (Int64, [StoredRecord]) in
                let statement = connection.statement(RecordQuery.page.rawValue)
                try statement.bind(1, Int(kind))
                try statement.bind(2, start)
                try statement.bind(3, batch)
                var end = start
                var ids: [RecordID] = []
                while try statement.step() {
                    end = statement.integer(0)
                    guard let id = statement.recordID(1) else { throw .corrupt(.vault) }
                    ids.append(id)
                }
                statement.reset()
                return (end, try RecordStore.records(ids, connection))
            }
            end = page.0
            return page.1
        }
        last = end
        return records.isEmpty ? nil : records
    }
}

/// Goes through the revision and seal of every record, for the row-set digest. Snapshots as in `RecordScan`.
public struct SealScan: Sendable {
    private let store: RecordStore
    private let batch: Int
    private var last: Int64 = 0

    init(_ store: RecordStore, batch: Int) {
        precondition(batch > 0, "a batch has at least one row")
        self.store = store
        self.batch = batch
    }

    /// The next rows, or nil at the end.
    public mutating func next() throws(StorageError) -> [RecordSealRow]? {
        let (start, batch) = (last, batch)
        let page = try store.pool.read { (connection) throws(StorageError) -> (Int64, [RecordSealRow]) in
            let statement = connection.statement(RecordQuery.sealPage.rawValue)
            try statement.bind(1, start)
            try statement.bind(2, batch)
            var end = start
            var rows: [RecordSealRow] = []
            while try statement.step() {
                end = statement.integer(0)
                rows.append(try RecordSealRow(statement))
            }
            return (end, rows)
        }
        last = page.0
        return page.1.isEmpty ? nil : page.1
    }
}
