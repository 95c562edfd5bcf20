import Host

/// The folder of one vault.
public struct VaultDirectory: Hashable, Sendable {
    /// As it was given; relative paths are relative to the process.
    public let path: String

    public init(_ path: String) { self.path = path }

    /// Where a database lies.
    public func path(of file: StorageFile) -> String { FilePaths.join(path, file.name) }

    /// The write-ahead log of a database, as SQLite names it.
    func walPath(of file: StorageFile) -> String { path(of: file) + "-wal" }
}
