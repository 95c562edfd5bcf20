import GRDB

/// A witness the shop asks.
public struct StoredWitness: Hashable, Sendable {
    /// What the shop calls it.
    public let name: String
    /// The verifier key's text.
    public let key: String
    public let url: String
    /// The last note it cosigned, with its cosignature; nil for none.
    public let note: [UInt8]?

    public init(name: String, key: String, url: String, note: [UInt8]? = nil) {
        self.name = name
        self.key = key
        self.url = url
        self.note = note
    }
}

/// What an entry of kind `witness` does to the table, in its own transaction.
public enum WitnessChange: Hashable, Sendable {
    case add(StoredWitness)
    case remove(StoredWitness)
    /// These witnesses cosigned this note.
    case cosigned([UInt8], by: [StoredWitness])
}

extension LogStore {
    /// A note bears sixteen signatures at the most, and one is the log's.
    public static let mostWitnesses = 15

    /// The shop's witnesses by name. Neither names nor notes are checked here: whoever has the keys does.
    public func witnesses() throws(StorageError) -> [StoredWitness] {
        try database.read { db in try Self.witnesses(db) }
    }

    static func witnesses(_ db: Database) throws -> [StoredWitness] {
        try Row.fetchAll(db, sql: "SELECT name, vkey, url, note FROM witness ORDER BY name").map { row in
            StoredWitness(
                name: try row.text(0), key: try row.text(1), url: try row.text(2), note: try row.optionalBytes(3))
        }
    }
}
