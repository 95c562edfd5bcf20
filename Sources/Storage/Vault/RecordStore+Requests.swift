import GRDB
public import VaultModel

/// A request that waits for other persons, or an emergency that waits for its review.
///
/// The rows are a queue and no right: approvals count because their blocks are in the log, and a wait is counted from
/// the entry that refused the request.
public struct RequestRow: Equatable, Sendable {
    /// `r_` and 26 characters.
    public let id: String
    public let kid: KeyID
    public let person: PersonID
    /// The request's canonical head without `ctr`.
    public let head: [UInt8]
    /// The signed block that the head names by its hash, as it came; empty where the head says all there is to say.
    public let block: [UInt8]
    /// How many other persons must approve; 0 for an emergency.
    public let needed: Int
    /// Seconds since 1970.
    public let created: Int64
    /// The first second that is too late for an approval; by when an emergency should be reviewed.
    public let expires: Int64
    public var state: RequestState
    /// The entry of the refusal, or of the emergency; nil until it is durable.
    public var entry: UInt64?
    /// Approve blocks given for it, 32 bytes each, one of each person.
    public var approvals: [[UInt8]]

    public init(
        id: String, kid: KeyID, person: PersonID, head: [UInt8], block: [UInt8] = [], needed: Int, created: Int64,
        expires: Int64,
        state: RequestState, entry: UInt64? = nil, approvals: [[UInt8]] = []
    ) {
        self.id = id
        self.kid = kid
        self.person = person
        self.head = head
        self.block = block
        self.needed = needed
        self.created = created
        self.expires = expires
        self.state = state
        self.entry = entry
        self.approvals = approvals
    }
}

public enum RequestState: Int32, CaseIterable, Hashable, Sendable {
    case open = 1
    case denied = 2
    case withdrawn = 3
    /// The requester has read what was approved.
    case used = 4
    /// An emergency that nobody has reviewed yet.
    case review = 5
    case reviewed = 6
}

extension RecordStore {
    /// The open request of this person with this head that has not expired at `now`, or nil.
    public func openRequest(of person: PersonID, head: [UInt8], now: Int64) throws(StorageError) -> RequestRow? {
        try database.read { db in try Self.openRequest(of: person, head: head, now: now, db) }
    }

    /// Opens a request, or gives the one that is open already for the same person and head. Nil when the person has
    /// `most` open ones in this state. One transaction.
    public func open(_ row: RequestRow, most: Int) throws(StorageError) -> RequestRow? {
        try database.write { db in
            if row.state == .open,
                let known = try Self.openRequest(of: row.person, head: row.head, now: row.created, db)
            {
                return known
            }
            let count = try Row.fetchOne(
                db,
                sql: "SELECT count(*) FROM request WHERE state = ?1 AND person = ?2 AND (?1 = ?3 OR expires > ?4)",
                arguments: [row.state.rawValue, row.person.text, RequestState.review.rawValue, row.created])
            guard let count, try count.integer(0) < most else { return nil }
            try db.execute(
                sql: "INSERT INTO request (id, kid, person, head, block, needed, created, expires, state, entry) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    row.id, row.kid.text, row.person.text, row.head.databaseBlob, row.block.databaseBlob, row.needed,
                    row.created, row.expires, row.state.rawValue, row.entry.map { Int64($0) },
                ])
            return row
        }
    }

    /// The request with this id, or nil.
    public func request(_ id: String) throws(StorageError) -> RequestRow? {
        try database.read { db in
            try Row.fetchOne(db, sql: "\(Self.requestColumns) WHERE id = ?", arguments: [id])
                .map { try Self.requestRow($0, db) }
        }
    }

    /// Requests that wait at `now`: open ones that have not expired and emergencies without a review, oldest first, at
    /// most `limit`.
    /// - Parameter person: whose; nil for everybody's.
    public func waitingRequests(of person: PersonID?, now: Int64, limit: Int) throws(StorageError) -> [RequestRow] {
        try database.read { db in
            try Row.fetchAll(
                db,
                sql: "\(Self.requestColumns) WHERE (state = ?1 AND expires > ?2 OR state = ?3) "
                    + "AND (?4 IS NULL OR person = ?4) ORDER BY created, id LIMIT ?5",
                arguments: [
                    RequestState.open.rawValue, now, RequestState.review.rawValue, person?.text, limit,
                ]
            ).map { try Self.requestRow($0, db) }
        }
    }

    /// Notes the entry of a request that has none yet; the first one stays. One transaction.
    public func note(entry: UInt64, ofRequest id: String) throws(StorageError) {
        try database.write { db in
            try db.execute(
                sql: "UPDATE request SET entry = ? WHERE id = ? AND entry IS NULL", arguments: [Int64(entry), id])
        }
    }

    /// Notes a person's approval of an open request, in place of one of hers before. The block is in the log. One
    /// transaction; throws `conflict` when the request is not open.
    public func approve(_ id: String, by person: PersonID, block: [UInt8]) throws(StorageError) {
        try database.write { db in
            let row = try Row.fetchOne(db, sql: "SELECT state FROM request WHERE id = ?", arguments: [id])
            guard let row, try row.integer(0) == Int64(RequestState.open.rawValue) else {
                throw StorageError.conflict(.vault)
            }
            try db.execute(
                sql: "INSERT INTO request_approval (request, person, block) VALUES (?, ?, ?) "
                    + "ON CONFLICT (request, person) DO UPDATE SET block = excluded.block",
                arguments: [id, person.text, block.databaseBlob])
        }
    }

    /// Ends a request that is in the state `from`. One transaction; throws `conflict` when it is not.
    public func end(request id: String, from: RequestState, as state: RequestState) throws(StorageError) {
        try database.write { db in
            try db.execute(
                sql: "UPDATE request SET state = ? WHERE id = ? AND state = ?",
                arguments: [state.rawValue, id, from.rawValue])
            guard db.changesCount == 1 else { throw StorageError.conflict(.vault) }
        }
    }

    private static let requestColumns =
        "SELECT id, kid, person, head, needed, created, expires, state, entry, block FROM request"

    private static func openRequest(
        of person: PersonID, head: [UInt8], now: Int64, _ db: Database
    ) throws -> RequestRow? {
        try Row.fetchOne(
            db, sql: "\(requestColumns) WHERE state = ? AND person = ? AND head = ? AND expires > ? ORDER BY created",
            arguments: [RequestState.open.rawValue, person.text, head.databaseBlob, now]
        ).map { try requestRow($0, db) }
    }

    private static func requestRow(_ row: Row, _ db: Database) throws -> RequestRow {
        guard let kid = KeyID(try row.text(1)), let person = PersonID(try row.text(2)),
            let state = RequestState(rawValue: Int32(clamping: try row.integer(7)))
        else { throw StorageError.corrupt(.vault) }
        let id = try row.text(0)
        let entry = try row.decode(Int64?.self, atIndex: 8)
        let approvals = try Row.fetchAll(
            db, sql: "SELECT block FROM request_approval WHERE request = ? ORDER BY person", arguments: [id])
        return RequestRow(
            id: id, kid: kid, person: person, head: try row.bytes(3), block: try row.bytes(9),
            needed: Int(clamping: try row.integer(4)), created: try row.integer(5), expires: try row.integer(6),
            state: state, entry: try entry.map { try storedNumber($0, as: UInt64.self, .vault) },
            approvals: try approvals.map { try $0.bytes(0) })
    }
}
