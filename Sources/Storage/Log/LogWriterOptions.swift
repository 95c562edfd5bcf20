public import AccessLog

/// The limits of the log's writer.
public struct LogWriterOptions: Sendable {
    /// Submissions that may wait; more are refused as `overloaded`.
    public var queueLength = 1_024
    /// Entries of one transaction.
    public var batchSize = 256
    /// Below this much free space customer data is neither released nor stored. In bytes.
    public var reserveBytes: Int64 = 256 << 20
    /// Below this much free space nothing is logged: a full batch of the longest entries and the pages around them fit
    /// in, so that a full disk shows as a refusal here and not as a failed COMMIT, after which the process must end.
    public var floorBytes: Int64 = 48 << 20
    /// The WAL is copied into the database when no submission waits and it has more pages than this (8 KiB each).
    public var checkpointPages = 1_000
    /// Beyond this many bytes of WAL it is copied and cut between two batches, whoever waits.
    public var walCapBytes: Int64 = 64 << 20
    /// Nonces remembered at once.
    public var nonceCapacity = 1_000_000
    /// How often expired nonces are deleted, and how many at most at a time.
    public var nonceSweepSeconds: Int64 = 5
    public var nonceSweepRows = 4_096

    public init() {}

    /// Kinds of entries that go with customer data on its way out or in; refused below the reserve.
    public static let dataKinds: Set<EntryKind> = [
        .read, .lookup, .write, .list, .export, .import, .propose, .notify, .scan, .intent, .breakglass,
    ]
}
