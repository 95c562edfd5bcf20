import Foundation
import Testing

@testable import Storage

struct SchemaTests {
    private let vault: TestVault

    init() throws { vault = try TestVault() }

    struct Tampering: Sendable, CustomTestStringConvertible {
        let file: StorageFile
        let sql: String
        let object: String
        var testDescription: String { "\(file.name): \(sql)" }
    }

    static let tamperings = [
        Tampering(
            file: .log, sql: "CREATE TRIGGER mole AFTER INSERT ON entry BEGIN DELETE FROM counter; END",
            object: "mole"),
        Tampering(
            file: .vault, sql: "CREATE TRIGGER mole BEFORE UPDATE ON record BEGIN SELECT RAISE(IGNORE); END",
            object: "mole"),
        Tampering(file: .keyring, sql: "CREATE TABLE hoard (wrap BLOB)", object: "hoard"),
        Tampering(
            file: .keyring,
            sql: """
                CREATE TABLE hoard (wrap BLOB);
                CREATE TRIGGER keep BEFORE DELETE ON cek BEGIN INSERT INTO hoard VALUES (old.wrap); END
                """, object: "hoard"),
        Tampering(file: .vault, sql: "CREATE VIEW spy AS SELECT * FROM field", object: "spy"),
        Tampering(file: .index, sql: "CREATE UNIQUE INDEX once ON tag (tag)", object: "once"),
        Tampering(file: .index, sql: "DROP INDEX tag_by_record", object: "tag_by_record"),
        Tampering(file: .log, sql: "DROP TABLE approval_use", object: "approval_use"),
        Tampering(file: .log, sql: "ALTER TABLE entry ADD COLUMN note TEXT", object: "entry"),
        Tampering(file: .vault, sql: "ALTER TABLE staff RENAME COLUMN role TO post", object: "staff"),
        Tampering(
            file: .vault, sql: "ALTER TABLE policy RENAME TO old; CREATE TABLE policy (sha256 BLOB, bytes BLOB)",
            object: "sqlite_autoindex_old_1"),
        Tampering(
            file: .keyring,
            sql: """
                PRAGMA writable_schema = ON;
                UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (version > 0)', '') WHERE name = 'cek';
                PRAGMA writable_schema = RESET
                """, object: "cek"),
        Tampering(
            file: .log,
            sql: "CREATE TRIGGER \"a name, a phone: +15555550123\" AFTER DELETE ON nonce BEGIN SELECT 1; END",
            object: "a?name??a?phone???15555550123"),
        Tampering(file: .vault, sql: "ANALYZE", object: "sqlite_stat1"),
    ]

    @Test(arguments: tamperings)
    func `a schema that was changed from outside is refused before the first write`(_ tampering: Tampering) throws {
        try Outsider.run(tampering.sql, on: vault.folder.path(of: tampering.file))
        let before = try vault.bytes(of: tampering.file)
        #expect(vault.refusal() == .schemaMismatch(tampering.file, object: tampering.object))
        #expect(try vault.bytes(of: tampering.file) == before)
    }

    @Test(arguments: StorageFile.allCases)
    func `the compiled-in schema is what a new file has`(_ file: StorageFile) throws {
        let schema = Schema.of(file)
        #expect(schema.file == file)
        for statement in schema.statements where statement.contains("CREATE TABLE") {
            #expect(statement.contains("STRICT"), "\(statement)")
        }
    }

    @Test func `tables without a row id declare their key columns first`() throws {
        for file in StorageFile.allCases {
            for statement in Schema.of(file).statements where statement.contains("WITHOUT ROWID") {
                let columns = try #require(statement.split(separator: "(", maxSplits: 1).last)
                let first = try #require(columns.split(separator: " ").first)
                let inline = columns.split(separator: ",")[0].contains("PRIMARY KEY")
                let key = statement.range(of: "PRIMARY KEY (").map { statement[$0.upperBound...] }
                #expect(inline || key?.hasPrefix(first) == true, "\(statement)")
            }
        }
    }
}
