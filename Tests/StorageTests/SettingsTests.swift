import GRDB
import Host
import Testing

@testable import Storage

struct SettingsTests {
    private let vault: TestVault

    init() throws { vault = try TestVault() }

    private func file(_ file: StorageFile) throws -> DatabaseFile {
        try DatabaseFile(file, in: vault.folder, vault: vault.vault, options: StorageOptions())
    }

    @Test(arguments: StorageFile.allCases)
    func `a commit is durable: journal mode and synchronous are read back after opening`(_ name: StorageFile) throws {
        let file = try file(name)
        #expect(try file.pragma("journal_mode") == (name == .keyring ? "truncate" : "wal"))
        #expect(try file.pragma("synchronous") == (name == .keyring ? "3" : "2"))
        #expect(try file.pragma("page_size") == (name == .log ? "8192" : "4096"))
        try file.close()
    }

    @Test(arguments: StorageFile.allCases)
    func `every connection that writes is hardened`(_ name: StorageFile) throws {
        let file = try file(name)
        for (pragma, value) in [
            ("secure_delete", "1"), ("temp_store", "2"), ("cell_size_check", "1"), ("trusted_schema", "0"),
            ("foreign_keys", "1"), ("recursive_triggers", "0"),
        ] {
            #expect(try file.pragma(pragma) == value, "\(pragma)")
        }
        #expect([nil, "0"].contains(try file.pragma("mmap_size")))
        // DEFENSIVE: the schema cannot be written, and double-quoted strings are no strings.
        #expect(failure { () throws(StorageError) in try file.run("PRAGMA journal_mode = OFF") } == nil)
        #expect(try file.pragma("journal_mode") != "off")
        try file.run("PRAGMA writable_schema = ON")
        #expect(failure { () throws(StorageError) in try file.run("DELETE FROM sqlite_schema") } != nil)
        #expect(failure { () throws(StorageError) in try file.run("SELECT \"nothing\"") } != nil)
        #expect(failure { () throws(StorageError) in try file.run("SELECT load_extension('x')") } != nil)
        try file.close()
    }

    @Test func `a read connection cannot write and is hardened too`() throws {
        let stores = try vault.open()
        let connection = try ReadConnection(
            vault.folder.path(of: .vault), .vault,
            sql: ["PRAGMA secure_delete", "PRAGMA query_only", "PRAGMA trusted_schema", "DELETE FROM record"])
        for (index, value) in [Int64(1), 1, 0].enumerated() {
            let statement = connection.statement(index)
            #expect(try statement.step())
            #expect(statement.integer(0) == value)
            statement.reset()
        }
        #expect(failure { () throws(StorageError) in _ = try connection.statement(3).step() } != nil)
        try stores.close()
    }

    @Test func `files are the owner's alone, the ones SQLite makes included`() async throws {
        let stores = try vault.open()
        try await stores.records.commit(RecordBatch(logSeq: 0))
        try await stores.keyring.insert([])
        for name in try Folder.names(in: vault.folder.path) {
            let identity = try FileIdentity(of: FilePaths.join(vault.folder.path, name))
            #expect(identity.permissions == 0o600, "\(name)")
        }
        #expect(try Folder.names(in: vault.folder.path).contains("vault.db-wal"))
        try stores.close()
    }

    @Test func `the file says which database of ours it is`() throws {
        let stores = try vault.open()
        try stores.close()
        let ids = try StorageFile.allCases.map {
            try Outsider.value("PRAGMA application_id", on: vault.folder.path(of: $0))
        }
        #expect(Set(ids).count == 4)
        #expect(ids.first == String(0x436F_6676))
    }

    @Test(arguments: StorageFile.allCases)
    func `a new file passes SQLite's own checks`(_ name: StorageFile) throws {
        let file = try file(name)
        try file.checkIntegrity()
        try file.close()
    }
}

extension DatabaseFile {
    fileprivate func pragma(_ name: String) throws -> String? {
        try read { db in try String.fetchOne(db, sql: "PRAGMA \(name)") }
    }

    fileprivate func run(_ sql: String) throws(StorageError) {
        try access { db in try db.execute(sql: sql) }
    }
}
