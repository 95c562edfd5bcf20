import GRDB
public import VaultModel

/// What the vault keeps about a member of staff. Rights and keys are in the log's blocks, not here.
public struct StaffRow: Equatable, Sendable {
    public let person: PersonID
    /// The name, sealed under the staff key.
    public var name: [UInt8]
    /// The revision of the name, which its envelope bears: starts at 1, one more with each change.
    public var nameRev: UInt64
    public var role: RoleName
    public var state: StaffState
    /// What an invitation left: the commitment of its code, the key that answered and its MAC. Nothing personal.
    public var commitment: [UInt8]?
    public var kid: KeyID?
    public var mac: [UInt8]?
    /// Seconds since 1970 when the invitation dies; 0 when there is none.
    public var expires: Int64

    public init(
        person: PersonID, name: [UInt8], nameRev: UInt64 = 1, role: RoleName, state: StaffState,
        commitment: [UInt8]? = nil, kid: KeyID? = nil, mac: [UInt8]? = nil, expires: Int64 = 0
    ) {
        self.person = person
        self.name = name
        self.nameRev = nameRev
        self.role = role
        self.state = state
        self.commitment = commitment
        self.kid = kid
        self.mac = mac
        self.expires = expires
    }
}

public enum StaffState: Int32, CaseIterable, Hashable, Sendable {
    /// Invited; no key has answered yet.
    case invited = 1
    /// A key has proved itself; the owner has not signed yet.
    case answered = 2
    case enrolled = 3
    case offboarded = 4
}

extension RecordStore {
    /// Everybody, by person id.
    public func staff() throws(StorageError) -> [StaffRow] {
        try database.read { db in
            try Row.fetchAll(db, sql: "\(Self.staffColumns) ORDER BY person").map { try Self.staffRow($0) }
        }
    }

    public func staff(_ person: PersonID) throws(StorageError) -> StaffRow? {
        try database.read { db in
            try Row.fetchOne(db, sql: "\(Self.staffColumns) WHERE person = ?", arguments: [person.text])
                .map { try Self.staffRow($0) }
        }
    }

    /// Adds a person. One transaction; throws `conflict` when the id is taken.
    public func insert(_ row: StaffRow) throws(StorageError) {
        try database.write { db in
            try db.execute(
                sql: "INSERT INTO staff (person, name, role, state, commitment, kid, mac, expires, rev) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                arguments: [
                    row.person.text, row.name.databaseBlob, row.role.text, row.state.rawValue,
                    row.commitment?.databaseBlob, row.kid?.text, row.mac?.databaseBlob, row.expires, Int64(row.nameRev),
                ])
        }
    }

    /// Replaces what is kept about a person who is in one of the states `from`. One transaction; throws `notFound` for
    /// an unknown person, `conflict` for another state: an invitation is answered once.
    public func update(_ row: StaffRow, from states: Set<StaffState>) throws(StorageError) {
        try database.write { db in
            guard
                let now = try Row.fetchOne(
                    db, sql: "SELECT state FROM staff WHERE person = ?", arguments: [row.person.text])
            else { throw StorageError.notFound(.vault) }
            guard let state = StaffState(rawValue: Int32(clamping: try now.integer(0))), states.contains(state) else {
                throw StorageError.conflict(.vault)
            }
            try db.execute(
                sql: "UPDATE staff SET name = ?, role = ?, state = ?, commitment = ?, kid = ?, mac = ?, expires = ?, "
                    + "rev = ? WHERE person = ?",
                arguments: [
                    row.name.databaseBlob, row.role.text, row.state.rawValue, row.commitment?.databaseBlob,
                    row.kid?.text, row.mac?.databaseBlob, row.expires, Int64(row.nameRev), row.person.text,
                ])
        }
    }

    private static let staffColumns = "SELECT person, name, role, state, commitment, kid, mac, expires, rev FROM staff"

    private static func staffRow(_ row: Row) throws -> StaffRow {
        guard let person = PersonID(try row.text(0)), let role = RoleName(try row.text(2)),
            let state = StaffState(rawValue: Int32(clamping: try row.integer(3)))
        else { throw StorageError.corrupt(.vault) }
        let kid = try row.decode(String?.self, atIndex: 5)
        guard (kid == nil) == (kid.flatMap { KeyID($0) } == nil) else { throw StorageError.corrupt(.vault) }
        return StaffRow(
            person: person, name: try row.bytes(1),
            nameRev: try storedNumber(row.integer(8), as: UInt64.self, .vault), role: role, state: state,
            commitment: try row.optionalBytes(4),
            kid: kid.flatMap { KeyID($0) }, mac: try row.optionalBytes(6), expires: try row.integer(7))
    }
}
