/// The limits of this target.
public enum StorageLimits {
    /// Records or customers named in one call.
    public static let recordsAtOnce = 1_000
    /// Rows in one batch.
    public static let rowsAtOnce = 50_000
    /// Read-only connections a store keeps for its hot reads: one for each thread that answers requests.
    public static let readConnections = 2
    /// Page cache of such a connection, in KiB. The records a lookup opens are strewn over the file: with SQLite's 2 MiB
    /// a fifth of its time went into reading pages again.
    static let readCacheKibibytes: Int64 = 12_288
    /// How long a statement waits for another connection, in milliseconds. One process writes, so this is for the
    /// keyring's readers and for a person with a shell.
    static let busyTimeoutMilliseconds: Int32 = 5_000
    /// `journal_size_limit` of `vault.db` and `index.db`, in bytes: a longer WAL is cut after a checkpoint.
    static let walBytes: Int64 = 16 << 20
}
