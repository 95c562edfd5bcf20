import GRDB
import Primitives

/// A record kind and its number. Numbers are part of every envelope's context.
public struct RegisteredKind: Equatable, Sendable {
    public let number: UInt16
    public let name: String
}

/// A field and its number within its kind.
public struct RegisteredField: Equatable, Sendable {
    public let kind: UInt16
    public let number: UInt16
    public let name: String
    /// The number of its pad policy, which every envelope of the field must bear.
    public let pad: UInt8
    /// Whether it is sealed under the customer's key (true) or under the shop's.
    public let isPersonal: Bool
}

/// What has been numbered so far, by number.
public struct Registry: Equatable, Sendable {
    public let kinds: [RegisteredKind]
    public let fields: [RegisteredField]

    /// The registry without fields, and kinds without fields, that `isKept` (kind, field) leaves out: what it was before
    /// they were numbered, since numbers are only ever added.
    public func keeping(_ isKept: (_ kind: String, _ field: String) -> Bool) -> Registry {
        let names = Dictionary(uniqueKeysWithValues: kinds.map { ($0.number, $0.name) })
        let kept = fields.filter { field in names[field.kind].map { isKept($0, field.name) } ?? false }
        let used = Set(kept.map(\.kind))
        return Registry(kinds: kinds.filter { used.contains($0.number) }, fields: kept)
    }

    /// SHA-256 over all of it; the seal file holds it. Swapping two numbers would open an e-mail as a name.
    ///
    /// Form: `coffer/registry/v1` and a line feed; then per kind LE16 number, byte length, name; LE16 zero; then per
    /// field LE16 kind, LE16 number, pad, 0 or 1, byte length, name.
    public var digest: [UInt8] {
        var writer = ByteWriter()
        writer.append(Array("coffer/registry/v1\n".utf8))
        for kind in kinds {
            writer.append(kind.number)
            writer.append(name: kind.name)
        }
        writer.append(UInt16(0))
        for field in fields {
            writer.append(field.kind)
            writer.append(field.number)
            writer.append(field.pad)
            writer.append(UInt8(field.isPersonal ? 1 : 0))
            writer.append(name: field.name)
        }
        return SHA256.hash(writer.bytes)
    }
}

extension ByteWriter {
    fileprivate mutating func append(name: String) {
        let bytes = Array(name.utf8)
        precondition(bytes.count < 256, "a name of the registry is short")
        append(UInt8(bytes.count))
        append(bytes)
    }
}

/// A field to be numbered.
public struct FieldRegistration: Equatable, Sendable {
    public let kind: String
    public let name: String
    public let pad: UInt8
    public let isPersonal: Bool
    public init(kind: String, name: String, pad: UInt8, isPersonal: Bool) {
        self.kind = kind
        self.name = name
        self.pad = pad
        self.isPersonal = isPersonal
    }
}

extension RecordStore {
    /// Everything that has a number, kinds and fields by number.
    public func registry() throws(StorageError) -> Registry {
        try database.read { db in try Self.registry(db) }
    }

    /// Numbers the kinds and fields that have no number yet, in the order given, and returns the whole registry. One
    /// transaction. Numbers are never changed or reused. Throws `conflict` when a known field comes back with another
    /// pad policy or key: its envelopes could not be opened any more.
    public func register(_ definitions: [FieldRegistration]) throws(StorageError) -> Registry {
        try database.write { db in
            for definition in definitions { try Self.register(definition, db) }
            return try Self.registry(db)
        }
    }

    private static func register(_ definition: FieldRegistration, _ db: Database) throws {
        let kind = try kindNumber(definition.kind, db)
        if let row = try Row.fetchOne(
            db, sql: "SELECT pad, personal FROM registry WHERE kind = ? AND name = ?",
            arguments: [kind, definition.name])
        {
            guard try row.integer(0) == Int64(definition.pad), try row.integer(1) == (definition.isPersonal ? 1 : 0)
            else { throw StorageError.conflict(.vault) }
            return
        }
        try db.execute(
            sql: """
                INSERT INTO registry (kind, field, name, pad, personal)
                VALUES (?1, (SELECT coalesce(max(field), 0) + 1 FROM registry WHERE kind = ?1), ?2, ?3, ?4)
                """,
            arguments: [kind, definition.name, definition.pad, definition.isPersonal])
    }

    private static func kindNumber(_ name: String, _ db: Database) throws -> Int64 {
        if let row = try Row.fetchOne(db, sql: "SELECT number FROM kind WHERE name = ?", arguments: [name]) {
            return try row.integer(0)
        }
        try db.execute(
            sql: "INSERT INTO kind (number, name) VALUES ((SELECT coalesce(max(number), 0) + 1 FROM kind), ?)",
            arguments: [name])
        return db.lastInsertedRowID
    }

    private static func registry(_ db: Database) throws -> Registry {
        let kinds = try Row.fetchAll(db, sql: "SELECT number, name FROM kind ORDER BY number").map { row in
            RegisteredKind(number: try storedNumber(row.integer(0), as: UInt16.self, .vault), name: try row.text(1))
        }
        let fields = try Row.fetchAll(
            db, sql: "SELECT kind, field, name, pad, personal FROM registry ORDER BY kind, field"
        ).map { row in
            RegisteredField(
                kind: try storedNumber(row.integer(0), as: UInt16.self, .vault),
                number: try storedNumber(row.integer(1), as: UInt16.self, .vault),
                name: try row.text(2), pad: try storedNumber(row.integer(3), as: UInt8.self, .vault),
                isPersonal: try row.integer(4) == 1)
        }
        return Registry(kinds: kinds, fields: fields)
    }
}
