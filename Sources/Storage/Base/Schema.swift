import GRDB

/// A file's schema: the text that made it, and the comparison with what the file holds now.
struct Schema: Sendable {
    let file: StorageFile
    /// One CREATE statement each. Tables WITHOUT ROWID declare their key columns first: SQLite 3.40.1's integrity check
    /// otherwise reports a NULL where there is none.
    let statements: [String]

    static func of(_ file: StorageFile) -> Schema {
        switch file {
        case .vault: vault
        case .index: index
        case .keyring: keyring
        case .log: log
        }
    }

    /// The vault's id and single values that belong to the file as a whole.
    static let meta = "CREATE TABLE meta (name TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) STRICT, WITHOUT ROWID"

    func create(_ db: Database) throws {
        for statement in statements { try db.execute(sql: statement) }
    }

    /// Compares every row of `sqlite_schema` with those a fresh database gets from the compiled-in text. A planted
    /// trigger runs even with `trusted_schema=OFF`, hence this comes before the first write. The stored text is
    /// compared byte for byte; indexes SQLite makes by itself (NULL text) are compared by name and table.
    func check(_ db: Database) throws(StorageError) {
        let expected: [Item]
        do {
            expected = try DatabaseQueue().writeWithoutTransaction { fresh in
                try create(fresh)
                return try Self.items(of: fresh)
            }
        } catch {
            preconditionFailure("the compiled-in schema of \(file.name) is not valid SQL")
        }
        let found: [Item]
        do { found = try Self.items(of: db) } catch { throw StorageError(error, file) }
        guard found != expected else { return }
        let odd = found.first { !expected.contains($0) } ?? expected.first { !found.contains($0) }
        throw .schemaMismatch(file, object: Self.printable(odd?.name ?? []))
    }

    /// Only what a name of ours may consist of: an intruder chooses the names he plants.
    private static func printable(_ name: [UInt8]) -> String {
        String(decoding: name.prefix(48).map { Self.letters.contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    private static let letters = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_".utf8)

    /// A row of `sqlite_schema`, as bytes: `String` would compare by canonical equivalence.
    private struct Item: Equatable {
        let type: [UInt8]
        let name: [UInt8]
        let table: [UInt8]
        let text: [UInt8]
    }

    private static func items(of db: Database) throws -> [Item] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT CAST(type AS BLOB), CAST(name AS BLOB), CAST(tbl_name AS BLOB), CAST(coalesce(sql, '') AS BLOB)
                FROM sqlite_schema ORDER BY 1, 2, 3, 4
                """)
        return try rows.map { row in
            Item(
                type: try row.bytes(0), name: try row.bytes(1), table: try row.bytes(2), text: try row.bytes(3))
        }
    }
}
