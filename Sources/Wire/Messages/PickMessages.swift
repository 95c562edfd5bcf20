public import CanonicalJSON
import Primitives
public import VaultModel

/// A record as an archive has it: sealed, under the names of its kind and fields.
public struct PickRow: MessagePart {
    /// 16 bytes.
    public let id: RecordID
    public let kind: String
    public let rev: UInt64
    /// 32 bytes.
    public let seal: [UInt8]
    public let shop: String
    /// yyyymm.
    public let month: UInt32
    public let status: Int32
    public let fields: [Field]

    /// One sealed value.
    public struct Field: MessagePart {
        public let name: String
        public let ordinal: UInt32
        public let envelope: [UInt8]

        public init(name: String, ordinal: UInt32, envelope: [UInt8]) {
            (self.name, self.ordinal, self.envelope) = (name, ordinal, envelope)
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            name = try members.parsed("name") { Label.isMember($0) ? $0 : nil }
            ordinal = UInt32(try members.number("ord", most: Int64(UInt32.max)))
            envelope = try members.bytes("env", most: WireLimits.bodyBytes)
        }

        public func write(to members: inout MessageWriter) {
            members.put("name", name)
            members.put("ord", Int64(ordinal))
            members.put("env", bytes: envelope)
        }
    }

    public init(
        id: RecordID, kind: String, rev: UInt64, seal: [UInt8], shop: String, month: UInt32, status: Int32,
        fields: [Field]
    ) {
        (self.id, self.kind, self.rev, self.seal) = (id, kind, rev, seal)
        (self.shop, self.month, self.status, self.fields) = (shop, month, status, fields)
    }

    public init(reading members: inout MessageReader) throws(MessageError) {
        guard let id = RecordID(try members.bytes("id", most: RecordID.size)) else { throw .member("id") }
        self.id = id
        kind = try members.parsed("kind") { Label.isMember($0) ? $0 : nil }
        // So far that a revision can always follow.
        rev = try members.count("rev", most: WireLimits.maximumInteger - 1)
        seal = try members.bytes("seal", most: 32)
        shop = try members.parsed("shop") { $0.isEmpty || Label.isValid($0) ? $0 : nil }
        month = UInt32(try members.number("month", most: 999_912))
        status = Int32(try members.number("status", most: Int64(Int32.max)))
        fields = try members.list("fields", of: Field.self, count: WireLimits.fields * FieldValues.mostValues)
    }

    public func write(to members: inout MessageWriter) {
        members.put("id", bytes: id.bytes)
        members.put("kind", kind)
        members.put("rev", rev)
        members.put("seal", bytes: seal)
        members.put("shop", shop)
        members.put("month", Int64(month))
        members.put("status", Int64(status))
        members.put("fields", fields)
    }

    /// What it takes in a request.
    public var encodedBytes: Int { jsonValue.encode().count }

    /// What the recovery quorum signs for: SHA-256 of all rows in their order, hexadecimal.
    public static func digest(of rows: [PickRow]) -> String {
        Hex.encode(SHA256.hash(JSONValue.array(rows.map(\.jsonValue)).encode()))
    }
}

/// `POST /v1/backup/pick/page`: some archived records of the customer in the head, to be brought back by `PickCustomer`.
/// The head's `obj` is the hash of the manifest. Nothing is said about them yet, and there is no entry.
public enum PickPage: WireOperation {
    public static let endpoint = Endpoint.backupPickPage
    /// Records that come back at once, in one commit: their names, revisions and seals must fit into the entry.
    public static let mostRows = 500
    /// What all of them may take in memory.
    public static let mostBytes = 8 << 20
    /// What the rows of a page may take in its body.
    public static let pageBytes = 56 * 1_024

    public struct Request: WireMessage {
        /// How many rows came before; 0 begins anew.
        public let from: Int64
        public let rows: [PickRow]

        public init(from: Int64, rows: [PickRow]) { (self.from, self.rows) = (from, rows) }

        public init(reading members: inout MessageReader) throws(MessageError) {
            from = try members.number("from", most: Int64(mostRows))
            rows = try members.list("rows", of: PickRow.self, count: mostRows)
        }

        public func write(to members: inout MessageWriter) {
            members.put("from", from)
            members.put("rows", rows)
        }
    }

    public typealias Reply = NoMembers
}

/// `POST /v1/backup/pick`: the customer in the head gets back what an archive has of her, as new revisions.
public enum PickCustomer: WireOperation {
    public static let endpoint = Endpoint.backupPick

    public struct Request: WireMessage {
        /// The recovery quorum's word: DSSE of a `PickStatement`.
        public let statement: JSONValue
        /// Whether to say what would change, and change nothing.
        public let dryRun: Bool

        public init(statement: JSONValue, dryRun: Bool) { (self.statement, self.dryRun) = (statement, dryRun) }

        public init(reading members: inout MessageReader) throws(MessageError) {
            statement = try members.object("statement")
            dryRun = try members.flag("dry_run")
        }

        public func write(to members: inout MessageWriter) {
            members.put("statement", statement)
            members.put("dry_run", dryRun)
        }
    }

    /// A record that is not as it was archived.
    public struct Change: MessagePart {
        /// The customer's number for her own record, else the record's name.
        public let id: String
        public let kind: String
        /// Whether the vault had lost it.
        public let isNew: Bool
        /// The revision it gets.
        public let rev: UInt64
        /// The names of the fields that differ; no value.
        public let fields: [String]

        public init(id: String, kind: String, isNew: Bool, rev: UInt64, fields: [String]) {
            (self.id, self.kind, self.isNew, self.rev, self.fields) = (id, kind, isNew, rev, fields)
        }

        public init(reading members: inout MessageReader) throws(MessageError) {
            id = try members.parsed("id") { OpaqueID.isValid($0) ? $0 : nil }
            kind = try members.parsed("kind") { Label.isMember($0) ? $0 : nil }
            isNew = try members.flag("new")
            rev = try members.count("rev")
            fields = try members.texts("fields", count: WireLimits.fields, most: 64)
        }

        public func write(to members: inout MessageWriter) {
            members.put("id", id)
            members.put("kind", kind)
            members.put("new", isNew)
            members.put("rev", rev)
            members.put("fields", fields)
        }
    }

    public struct Reply: WireMessage {
        public let changes: [Change]
        /// How many records are as they were archived.
        public let same: Int64

        public init(changes: [Change], same: Int64) { (self.changes, self.same) = (changes, same) }

        public init(reading members: inout MessageReader) throws(MessageError) {
            changes = try members.list("changes", of: Change.self, count: PickPage.mostRows)
            same = try members.number("same")
        }

        public func write(to members: inout MessageWriter) {
            members.put("changes", changes)
            members.put("same", same)
        }
    }
}
