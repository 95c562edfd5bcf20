/// The limits of this target.
public enum StorageLimits {
    /// Records or customers named in one call.
    public static let recordsAtOnce = 1_000
    /// Rows in one batch.
    public static let rowsAtOnce = 50_000
    /// Read-only connections a store keeps for its hot reads: one for each thread that answers requests.
    public static let readConnections = 2
    /// Page cache of such a connection, in KiB, taken as pages are read. The records a look-up opens are strewn over the
    /// file. Of 100,000 customers this holds the index of ids and the records, some 15 MiB: a candidate then costs 1.7
    /// pages from the system, with 12 MiB 3.1.
    static let readCacheKibibytes: Int64 = 32_768
    /// How long a statement waits for another connection, in milliseconds. One process writes, so this is for the
    /// keyring's readers and for a person with a shell.
    static let busyTimeoutMilliseconds: Int32 = 5_000
    /// `journal_size_limit` of `vault.db` and `index.db`, in bytes: a longer WAL is cut after a checkpoint.
    static let walBytes: Int64 = 16 << 20
}
