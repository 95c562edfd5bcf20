import GRDB

extension KeyringStore {
    /// Adds month keys. One transaction; throws `conflict` when a month has that key already or had one that was
    /// destroyed: entries must never be sealed under a name whose key is said to be gone.
    public func insert(months keys: [WrappedMonthKey]) throws(StorageError) {
        try write { db, change in
            for key in keys {
                let gone = try Row.fetchOne(
                    db, sql: "SELECT 1 FROM destroyed_month WHERE month = ? AND part = ?",
                    arguments: [key.month, key.half])
                guard gone == nil else { throw StorageError.conflict(.keyring) }
                try db.execute(
                    sql: "INSERT INTO month_key (month, part, epoch, wrap) VALUES (?, ?, ?, ?)",
                    arguments: [key.month, key.half, key.epoch, key.wrap.databaseBlob])
                change.add(.month(key))
            }
        }
    }

    /// The keys of a month that are still there, by half.
    public func monthKeys(_ month: UInt32) throws(StorageError) -> [WrappedMonthKey] {
        try months(where: "month = ?", [month])
    }

    /// All month keys, by month and half.
    public func monthKeys() throws(StorageError) -> [WrappedMonthKey] { try months(where: "?", [1]) }

    /// Destroys months' keys: every part sealed under them is purged, wherever a copy lies. One transaction. Nothing
    /// happens to those that are gone already.
    ///
    /// - Parameter time: milliseconds since 1970.
    public func destroyMonthKeys(_ months: [UInt32], half: UInt8, time: Int64) throws(StorageError) {
        try write { db, change in
            for month in months {
                for key in try Self.months(db, "month = ? AND part = ?", [month, half]) { change.remove(.month(key)) }
                try db.execute(sql: "DELETE FROM month_key WHERE month = ? AND part = ?", arguments: [month, half])
                try db.execute(
                    sql: "INSERT INTO destroyed_month (month, part, t) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    arguments: [month, half, time])
                if db.changesCount == 1 { change.add(.destroyed(month: month, half: half, time: time)) }
            }
        }
    }

    /// Whose keys were destroyed, by month and half: what a restore must not bring back.
    public func destroyedMonths() throws(StorageError) -> [DestroyedMonth] {
        try readThroughWriter { db in
            try Row.fetchAll(db, sql: "SELECT month, part, t FROM destroyed_month ORDER BY month, part").map { row in
                DestroyedMonth(
                    month: try storedNumber(row.integer(0), as: UInt32.self, .keyring),
                    half: try storedNumber(row.integer(1), as: UInt8.self, .keyring), time: try row.integer(2))
            }
        }
    }

    /// The highest name a hold key of either half has, or had before it was destroyed; 0 when there was none.
    func lastHoldKey() throws(StorageError) -> UInt32 {
        let last = try readThroughWriter { db in
            try Int64.fetchOne(
                db,
                sql: "SELECT max(month) FROM (SELECT month FROM month_key UNION ALL SELECT month FROM destroyed_month) "
                    + "WHERE month < ?", arguments: [LogPurge.firstMonth])
        }
        return try storedNumber(last ?? 0, as: UInt32.self, .keyring)
    }

    /// Replaces wraps by wraps of the same keys under another epoch. One transaction; throws `notFound` when one has
    /// gone meanwhile.
    public func rewrap(months keys: [WrappedMonthKey]) throws(StorageError) {
        try write { db, change in
            for key in keys {
                for old in try Self.months(db, "month = ? AND part = ?", [key.month, key.half]) {
                    change.remove(.month(old))
                    change.add(.month(key))
                }
                try db.execute(
                    sql: "UPDATE month_key SET epoch = ?, wrap = ? WHERE month = ? AND part = ?",
                    arguments: [key.epoch, key.wrap.databaseBlob, key.month, key.half])
                guard db.changesCount == 1 else { throw StorageError.notFound(.keyring) }
            }
        }
    }

    private func months(
        where condition: String, _ arguments: StatementArguments
    ) throws(StorageError) -> [WrappedMonthKey] {
        try readThroughWriter { db in try Self.months(db, condition, arguments) }
    }

    private static func months(
        _ db: Database, _ condition: String, _ arguments: StatementArguments
    ) throws -> [WrappedMonthKey] {
        try Row.fetchAll(
            db, sql: "SELECT month, part, epoch, wrap FROM month_key WHERE \(condition) ORDER BY month, part",
            arguments: arguments
        ).map { try WrappedMonthKey($0) }
    }
}
