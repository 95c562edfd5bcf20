import GRDB
public import VaultModel

extension LogStore {
    /// Erasures in these states, oldest first, at most `limit`, of those the newest.
    public func erasures(_ states: Set<StoredErasure.State>, limit: Int = .max) throws(StorageError) -> [StoredErasure]
    {
        let wanted = states.map { String($0.rawValue) }.sorted().joined(separator: ",")
        return try database.read { db in
            try Row.fetchAll(
                db,
                sql: "\(Self.erasureColumns) WHERE state IN (\(wanted)) ORDER BY requested DESC LIMIT ?",
                arguments: [Int64(clamping: limit)]
            ).map(Self.erasure).reversed()
        }
    }

    /// The erasure with this id, or nil.
    public func erasure(_ id: String) throws(StorageError) -> StoredErasure? {
        try database.read { db in
            try Row.fetchOne(db, sql: "\(Self.erasureColumns) WHERE id = ?", arguments: [id]).map(Self.erasure)
        }
    }

    /// The erasure of a customer that has not been taken back, or nil.
    public func erasure(of customer: RecordID) throws(StorageError) -> StoredErasure? {
        try database.read { db in
            try Row.fetchOne(
                db, sql: "\(Self.erasureColumns) WHERE customer = ? AND state <> \(Self.undone)",
                arguments: [customer.bytes.databaseBlob]
            ).map(Self.erasure)
        }
    }

    /// Erasures that a report holds for and that nobody has said so of, oldest first.
    public func erasuresReported() throws(StorageError) -> [StoredErasure] {
        try database.read { db in
            try Row.fetchAll(
                db,
                sql: "\(Self.erasureColumns) WHERE state = \(StoredErasure.State.done.rawValue) "
                    + "AND report IS NOT NULL AND archives IS NULL ORDER BY requested"
            ).map(Self.erasure)
        }
    }

    /// How many erasures were requested after this time, in milliseconds since 1970. What was taken back counts: taking
    /// back must not buy more.
    public func erasures(requestedAfter time: Int64) throws(StorageError) -> Int {
        try database.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM erasure WHERE t > ?", arguments: [time]) ?? 0
        }
    }

    /// The end of the ledger: its last place and the hash of that file; nil before the first.
    public func ledgerEnd() throws(StorageError) -> (place: UInt64, hash: [UInt8])? {
        try database.read { db in
            let row = try Row.fetchOne(
                db, sql: "SELECT ledger, ledger_hash FROM erasure WHERE ledger IS NOT NULL ORDER BY ledger DESC LIMIT 1"
            )
            return try row.map { (try storedNumber($0.integer(0), as: UInt64.self, .log), try $0.bytes(1)) }
        }
    }

    private static let undone = StoredErasure.State.undone.rawValue

    private static let erasureColumns =
        "SELECT id, customer, shop, kid, object, state, requested, t, due, records, keys, began, began_t, "
        + "done, done_t, ledger, ledger_hash, receipt, ended, ended_t, report, report_t, report_note, "
        + "archives, archives_t, archives_receipt FROM erasure"

    private static func erasure(_ row: Row) throws -> StoredErasure {
        guard let customer = RecordID(try row.bytes(1)), let kid = KeyID(try row.text(3)),
            let state = StoredErasure.State(rawValue: Int32(clamping: try row.integer(5)))
        else { throw StorageError.corrupt(.log) }
        func number(_ index: Int) throws -> Int64? { try row.decode(Int64?.self, atIndex: index) }
        func place(_ index: Int) throws -> LogPlace? {
            guard let seq = try number(index), let time = try number(index + 1) else { return nil }
            return LogPlace(seq: try storedNumber(seq, as: UInt64.self, .log), time: time)
        }
        var counts: StoredErasure.Counts?
        if let records = try number(9), let keys = try number(10) {
            counts = .init(records: Int(clamping: records), keys: Int(clamping: keys))
        }
        var proof: StoredErasure.Proof?
        if let ledger = try number(15), let hash = try row.optionalBytes(16), let receipt = try row.optionalBytes(17) {
            proof = .init(
                ledger: try storedNumber(ledger, as: UInt64.self, .log), ledgerHash: hash, receipt: receipt)
        }
        var report: StoredErasure.Report?
        if let seen = try place(20) {
            guard let note = KeysNote(try row.text(22)) else { throw StorageError.corrupt(.log) }
            report = .init(place: seen, note: note)
        }
        var archives: StoredErasure.ArchivesProof?
        if let said = try place(23), let receipt = try row.optionalBytes(25) {
            archives = .init(place: said, receipt: receipt)
        }
        guard let requested = try place(6) else { throw StorageError.corrupt(.log) }
        return StoredErasure(
            id: try row.text(0), customer: customer, shop: try row.text(2), kid: kid, object: try row.text(4),
            state: state, requested: requested, due: try row.integer(8), counts: counts, began: try place(11),
            done: try place(13), proof: proof, ended: try place(18), report: report, archives: archives)
    }
}
