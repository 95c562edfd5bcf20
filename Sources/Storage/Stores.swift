import Host
public import VaultModel

/// The four databases of a vault, open.
///
/// Nothing is made implicitly: a vault's files come from `create`, and `open` refuses a folder that lacks one. No
/// atomicity across the files is assumed; the order of writes is in <doc:OrderedWrites>.
public final class Stores: Sendable {
    public let records: RecordStore
    public let index: IndexStore
    public let keyring: KeyringStore
    public let log: LogStore
    /// The vault all four say they belong to.
    public let vault: VaultID

    /// Makes the four databases of a new vault in an existing folder, each with mode 0600. Throws `alreadyExists` when
    /// one of them is there already, before anything is made. A crash in between leaves some of them; remove them to
    /// try again.
    public static func create(at folder: VaultDirectory, vault: VaultID) throws(StorageError) {
        for file in StorageFile.allCases where Folder.exists(folder.path(of: file)) { throw .alreadyExists(file) }
        for file in StorageFile.allCases { try DatabaseFile.create(file, in: folder, vault: vault) }
    }

    /// Makes an empty `index.db` in place of a lost one, to be filled from the records.
    public static func createIndex(at folder: VaultDirectory, vault: VaultID) throws(StorageError) {
        try DatabaseFile.create(.index, in: folder, vault: vault)
    }

    /// Makes the files that are not there, empty, beside those that came out of an archive or are the last of a vault.
    public static func complete(at folder: VaultDirectory, vault: VaultID) throws(StorageError) {
        for file in StorageFile.allCases where !Folder.exists(folder.path(of: file)) {
            try DatabaseFile.create(file, in: folder, vault: vault)
        }
    }

    /// Opens the four databases. Take the vault's lock first.
    ///
    /// Before the first write, of each file: it is a regular file of its owner's alone, a database of ours in the right
    /// version, with the compiled-in schema to the letter, and of the same vault as the others (`vault`, when it is
    /// known from the seal file). Then the settings that make commits durable are made and read back. The log's last
    /// checkpoint is compared with the stored entries. Any difference throws and leaves all files as they were.
    public static func open(
        at folder: VaultDirectory, vault: VaultID? = nil, options: StorageOptions = StorageOptions()
    ) throws(StorageError) -> Stores {
        try Stores(folder, vault, options)
    }

    private init(
        _ folder: VaultDirectory, _ expected: VaultID?, _ options: StorageOptions
    ) throws(StorageError) {
        // All are looked at before the first is opened: a missing file is the commonest mistake.
        for file in StorageFile.allCases where !Folder.exists(folder.path(of: file)) { throw .missing(file) }
        let vaultFile = try DatabaseFile(.vault, in: folder, vault: expected, options: options)
        let vault = try vaultFile.vaultID()
        self.vault = vault
        records = RecordStore(vaultFile)
        index = IndexStore(try DatabaseFile(.index, in: folder, vault: vault, options: options))
        keyring = KeyringStore(try DatabaseFile(.keyring, in: folder, vault: vault, options: options))
        log = try LogStore(try DatabaseFile(.log, in: folder, vault: vault, options: options))
    }

    /// Closes all connections; SQLite copies what is left of the WALs. Close the log's writer first.
    public func close() throws(StorageError) {
        try records.close()
        try index.close()
        try keyring.close()
        try log.close()
    }
}
