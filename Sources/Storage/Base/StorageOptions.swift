/// What a process decides about its stores when it opens them.
public struct StorageOptions: Sendable {
    /// Test hooks.
    public var faults: any WriteFaults
    /// Called at most once per file, on the thread that wrote, when an I/O error, a failed sync or a failed COMMIT
    /// makes the file unusable. The daemon exits with 74 here: a failed sync is never tried again. All who wait for
    /// the write have been or will be answered `unavailable`.
    public var onFatal: @Sendable (StorageFile) -> Void
    /// `PRAGMA max_page_count` for all files, to try a full disk; nil leaves SQLite's own.
    public var maximumPages: Int64?

    public init(
        faults: any WriteFaults = NoFaults(), maximumPages: Int64? = nil,
        onFatal: @escaping @Sendable (StorageFile) -> Void = { _ in }
    ) {
        self.faults = faults
        self.maximumPages = maximumPages
        self.onFatal = onFatal
    }
}
