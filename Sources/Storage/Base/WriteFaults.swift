/// The places where a test may fail or end a write. Production uses `NoFaults`.
public enum WriteStep: Hashable, Sendable {
    /// Before BEGIN IMMEDIATE.
    case begin(StorageFile)
    /// Before an entry of a batch is written; counts from 0 within the batch.
    case item(Int)
    /// All statements have run, COMMIT has not. A fault here means: failed, not persisted.
    case commit(StorageFile)
    /// COMMIT has returned. A fault here means: reported as failed, yet persisted.
    case committed(StorageFile)
    /// Before the WAL is copied into the database.
    case checkpoint(StorageFile)
}

/// Decides at each step whether it fails. Called on the thread that writes, inside the transaction; may also end the
/// process, which is how the kill tests work.
public protocol WriteFaults: Sendable {
    /// An extended SQLite result code to fail with, or nil to go on.
    func fault(at step: WriteStep) -> Int32?
}

/// Nothing fails.
public struct NoFaults: WriteFaults {
    public init() {}
    public func fault(at step: WriteStep) -> Int32? { nil }
}
