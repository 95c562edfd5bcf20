import Glibc
import Host
import Testing
import VaultModel

@testable import Storage

struct OpeningTests {
    private let vault: TestVault

    init() throws { vault = try TestVault() }

    private func path(_ file: StorageFile) -> String { vault.folder.path(of: file) }

    @Test func `a new vault opens and knows its id`() throws {
        let stores = try vault.open()
        #expect(stores.vault == vault.vault)
        #expect(try stores.log.size() == 0)
        try stores.close()
        #expect(vault.refusal() == nil)
    }

    @Test(arguments: StorageFile.allCases)
    func `a missing file is named, and nothing is made in its place`(_ file: StorageFile) throws {
        try DurableFile.remove(path(file))
        #expect(vault.refusal() == .missing(file))
        #expect(!Folder.exists(path(file)))
        let error = StorageError.missing(file)
        #expect(error.description.contains(file.name))
        #expect(error.hint.contains("coffer"))
    }

    @Test(arguments: StorageFile.allCases)
    func `no vault is made over an existing file`(_ file: StorageFile) throws {
        for other in StorageFile.allCases where other != file { try DurableFile.remove(path(other)) }
        let before = try vault.bytes(of: file)
        #expect(
            failure { () throws(StorageError) in try Stores.create(at: vault.folder, vault: .random()) }
                == .alreadyExists(file))
        #expect(try vault.bytes(of: file) == before)
        let names = try Folder.names(in: vault.folder.path)
        // The keyring's journal is truncated, not removed.
        #expect(names.filter { $0 != "keyring.db-journal" } == [file.name])
    }

    @Test(arguments: StorageFile.allCases)
    func `a file that is no database is foreign`(_ file: StorageFile) throws {
        for bytes in [[], Array("not a database, a note".utf8), [UInt8](repeating: 0, count: 8_192)] {
            try vault.write(bytes, to: file)
            #expect(vault.refusal() == .foreign(file))
            #expect(try vault.bytes(of: file) == bytes)
        }
    }

    @Test(arguments: StorageFile.allCases)
    func `another application's database is foreign`(_ file: StorageFile) throws {
        try DurableFile.remove(path(file))
        try Outsider.run("CREATE TABLE note (text TEXT); PRAGMA user_version = 1", on: path(file))
        #expect(unsafe chmod(path(file), 0o600) == 0)
        #expect(vault.refusal() == .foreign(file))
    }

    @Test(arguments: StorageFile.allCases)
    func `a database under another's name is foreign`(_ file: StorageFile) throws {
        for other in StorageFile.allCases where other != file {
            try vault.write(try vault.bytes(of: other), to: file)
            #expect(vault.refusal() == .foreign(file))
        }
    }

    @Test(arguments: StorageFile.allCases)
    func `a symbolic link is no database`(_ file: StorageFile) throws {
        let elsewhere = FilePaths.join(vault.folder.path, "elsewhere")
        #expect(unsafe rename(path(file), elsewhere) == 0)
        #expect(unsafe symlink(elsewhere, path(file)) == 0)
        #expect(vault.refusal() == .foreign(file))
    }

    @Test(arguments: StorageFile.allCases, [mode_t(0o640), 0o604, 0o602, 0o666])
    func `a file that others may touch is refused`(_ file: StorageFile, _ mode: mode_t) throws {
        #expect(unsafe chmod(path(file), mode) == 0)
        #expect(vault.refusal() == .exposed(file))
        #expect(unsafe chmod(path(file), 0o600) == 0)
        #expect(vault.refusal() == nil)
    }

    @Test(arguments: StorageFile.allCases)
    func `a file of another version is refused`(_ file: StorageFile) throws {
        try Outsider.run("PRAGMA user_version = 9", on: path(file))
        #expect(vault.refusal() == .version(file))
    }

    @Test(arguments: StorageFile.allCases)
    func `a file of a sister vault is refused`(_ file: StorageFile) throws {
        let sister = try TestVault()
        try vault.write(try sister.bytes(of: file), to: file)
        #expect(vault.refusal(vault: vault.vault) == .swapped(file))
        // Without the seal file's word, the first file decides which of the others are strangers.
        #expect(vault.refusal() == .swapped(file == .vault ? .index : file))
    }

    @Test func `all four files of a sister vault are refused where the id is known`() throws {
        #expect(vault.refusal(vault: .random()) == .swapped(.vault))
    }

    @Test(arguments: StorageFile.allCases)
    func `a file without its vault's id is damaged`(_ file: StorageFile) throws {
        try Outsider.run("DELETE FROM meta", on: path(file))
        #expect(vault.refusal() == .corrupt(file))
    }

    @Test func `another page size is refused`() throws {
        try Outsider.run("PRAGMA journal_mode = DELETE; PRAGMA page_size = 1024; VACUUM", on: path(.log))
        #expect(vault.refusal() == .setting(.log, name: "page_size"))
    }

    @Test func `errors name files, settings and objects, never a path or a value`() {
        let errors: [StorageError] =
            StorageFile.allCases.flatMap { file -> [StorageError] in
                [
                    .missing(file), .alreadyExists(file), .foreign(file), .exposed(file), .version(file),
                    .schemaMismatch(file, object: "record"), .setting(file, name: "synchronous"), .swapped(file),
                    .corrupt(file), .full(file), .busy(file), .unavailable(file, code: 778), .conflict(file),
                    .notFound(file), .limit(file),
                ]
            } + [.erased, .logInconsistent, .folder(errno: 13)]
        for error in errors {
            #expect(!error.description.isEmpty && !error.hint.isEmpty)
            #expect(error.description.first?.isUppercase == false)
            #expect(error.file.map { error.description.contains($0.name) } ?? true || error == .erased)
            #expect(!error.hint.hasSuffix("."))
        }
    }
}
