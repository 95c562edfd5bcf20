public import VaultModel

extension RecordStore {
    /// The records with these ids, in the order of `records`, as of one moment. Ids without a record are left out.
    ///
    /// One read transaction on a read-only connection. Throws `limit` for more than `StorageLimits.recordsAtOnce` ids.
    public func fetch(records: [RecordID]) throws(StorageError) -> [StoredRecord] {
        guard records.count <= StorageLimits.recordsAtOnce else { throw .limit(.vault) }
        return try checked(records) { () throws(StorageError) in
            // A single statement is a snapshot by itself.
            if records.count == 1, let id = records.first {
                return try pool.read { (connection) throws(StorageError) in
                    try Self.record(id, connection).map { [$0] } ?? []
                }
            }
            return try pool.readSnapshot { (connection) throws(StorageError) in
                try Self.records(records, connection)
            }
        }
    }

    /// One field of each of these records, as of one moment; records without the field are left out: for comparing many
    /// of which few will match. Throws `limit` as `fetch(records:)`.
    public func candidates(_ records: [RecordID], field: UInt16) throws(StorageError) -> [FieldCandidate] {
        guard records.count <= StorageLimits.recordsAtOnce else { throw .limit(.vault) }
        return try pool.readSnapshot { (connection) throws(StorageError) in
            var found: [FieldCandidate] = []
            found.reserveCapacity(records.count)
            for id in records {
                if let candidate = try Self.candidate(id, field, connection) { found.append(candidate) }
            }
            return found
        }
    }

    private static func candidate(
        _ id: RecordID, _ field: UInt16, _ connection: ReadConnection
    ) throws(StorageError) -> FieldCandidate? {
        let statement = connection.statement(RecordQuery.candidate.rawValue)
        try statement.bind(1, id.bytes)
        try statement.bind(2, Int(field))
        guard try statement.step() else { return nil }
        guard let customer = statement.recordID(0) else { throw .corrupt(.vault) }
        let kind = try storedNumber(statement.integer(1), as: UInt16.self, .vault)
        let rev = try storedNumber(statement.integer(2), as: UInt64.self, .vault)
        var values: [StoredField] = []
        repeat {
            let ordinal = try storedNumber(statement.integer(3), as: UInt32.self, .vault)
            values.append(StoredField(field: field, ordinal: ordinal, envelope: statement.bytes(4)))
        } while try statement.step()
        statement.reset()
        return FieldCandidate(id: id, customer: customer, kind: kind, rev: rev, values: values)
    }

    /// The ids of a customer's records of one kind, oldest first, at most `limit`.
    public func records(of customer: RecordID, kind: UInt16, limit: Int) throws(StorageError) -> [RecordID] {
        try pool.read { (connection) throws(StorageError) in
            try Self.ids(of: customer, kind: kind, limit: limit, connection)
        }
    }

    /// A customer's own record and her records of the given kinds, in one snapshot: what an order resolves to and the
    /// rows of the reply belong together. Throws `limit` when there are more than `StorageLimits.recordsAtOnce`.
    public func fetch(customer: RecordID, kinds: [UInt16]) throws(StorageError) -> [StoredRecord] {
        try checked(nil) { () throws(StorageError) in
            try pool.readSnapshot { (connection) throws(StorageError) in
                var ids = [customer]
                for kind in kinds {
                    let room = StorageLimits.recordsAtOnce + 1 - ids.count
                    let more = try Self.ids(of: customer, kind: kind, limit: room, connection)
                    ids += more.filter { $0 != customer }
                    guard ids.count <= StorageLimits.recordsAtOnce else { throw .limit(.vault) }
                }
                return try Self.records(ids, connection)
            }
        }
    }

    static func records(_ ids: [RecordID], _ connection: ReadConnection) throws(StorageError) -> [StoredRecord] {
        var found: [StoredRecord] = []
        found.reserveCapacity(ids.count)
        for id in ids {
            if let record = try record(id, connection) { found.append(record) }
        }
        return found
    }

    private static func record(_ id: RecordID, _ connection: ReadConnection) throws(StorageError) -> StoredRecord? {
        let statement = connection.statement(RecordQuery.record.rawValue)
        try statement.bind(1, id.bytes)
        guard try statement.step() else { return nil }
        guard let customer = statement.recordID(0) else { throw .corrupt(.vault) }
        let kind = try storedNumber(statement.integer(1), as: UInt16.self, .vault)
        let rev = try storedNumber(statement.integer(2), as: UInt64.self, .vault)
        let seal = statement.bytes(3)
        let shop = statement.text(4)
        let month = try storedNumber(statement.integer(5), as: UInt32.self, .vault)
        let status = RecordStatus(rawValue: try storedNumber(statement.integer(6), as: Int32.self, .vault))
        let logSeq = try storedNumber(statement.integer(7), as: UInt64.self, .vault)
        var fields: [StoredField] = []
        // The one row of a record without fields has NULLs from the outer join.
        while !statement.isNull(8) {
            fields.append(
                StoredField(
                    field: try storedNumber(statement.integer(8), as: UInt16.self, .vault),
                    ordinal: try storedNumber(statement.integer(9), as: UInt32.self, .vault),
                    envelope: statement.bytes(10)))
            guard try statement.step() else { break }
        }
        statement.reset()
        return StoredRecord(
            id: id, customer: customer, kind: kind, rev: rev, seal: seal, shop: shop, month: month, status: status,
            logSeq: logSeq, fields: fields)
    }

    private static func ids(
        of customer: RecordID, kind: UInt16, limit: Int, _ connection: ReadConnection
    ) throws(StorageError) -> [RecordID] {
        let statement = connection.statement(RecordQuery.byCustomer.rawValue)
        try statement.bind(1, customer.bytes)
        try statement.bind(2, Int(kind))
        try statement.bind(3, limit)
        var ids: [RecordID] = []
        while try statement.step() {
            guard let id = statement.recordID(0) else { throw .corrupt(.vault) }
            ids.append(id)
        }
        statement.reset()
        return ids
    }
}
