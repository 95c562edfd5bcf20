/// One of the four databases of a vault.
public enum StorageFile: String, CaseIterable, Hashable, Sendable {
    /// Records, field envelopes, record seals, registry, staff, policies, import jobs.
    case vault = "vault.db"
    /// Blind-index tags, and nothing else.
    case index = "index.db"
    /// Wrapped customer keys, month keys, erasure tombstones.
    case keyring = "keyring.db"
    /// The access log and what is decided inside its transactions: nonces, counters, uses, blocks, intents.
    case log = "log.db"

    /// The file's name inside the vault's folder.
    public var name: String { rawValue }

    /// `PRAGMA application_id`: `Cof` and a letter for the file, big-endian. `file(1)` shows it.
    var applicationID: Int64 {
        let letter: UInt8 =
            switch self {
            case .vault: UInt8(ascii: "v")
            case .index: UInt8(ascii: "i")
            case .keyring: UInt8(ascii: "k")
            case .log: UInt8(ascii: "l")
            }
        return 0x436F_6600 | Int64(letter)
    }

    /// `PRAGMA user_version`: counts the incompatible changes of this file's schema.
    var schemaVersion: Int64 { self == .log ? 2 : 1 }

    /// Log entries are about 2 KiB: four to a page of this size, and half the page writes of 4 KiB pages.
    var pageSizeBytes: Int64 { self == .log ? 8_192 : 4_096 }

    /// The keyring rolls back through a journal that is truncated after every commit, so that no copy of a deleted key
    /// stays in a write-ahead log.
    var journalMode: String { self == .keyring ? "truncate" : "wal" }

    /// `PRAGMA synchronous`: 2 is FULL (the WAL is synced at every commit), 3 is EXTRA (the folder too, after the
    /// journal has been truncated).
    var synchronous: Int64 { self == .keyring ? 3 : 2 }

    /// How to come by this file again: the last part of an error's hint.
    var wayBack: String {
        switch self {
        case .vault: "put back a copy of the whole folder"
        case .index: "rebuild it from the records: start cofferd with --rebuild-index"
        case .keyring: "put back a copy of the whole folder"
        case .log: "put back a copy of the whole folder"
        }
    }
}
