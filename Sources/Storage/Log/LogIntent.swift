public import VaultModel

/// A data write that was announced: its records may or may not have reached `vault.db`.
public struct LogIntent: Equatable, Sendable {
    /// The announcing entry.
    public let seq: UInt64
    public let records: [Record]

    /// A record and the revision it was to get.
    public struct Record: Hashable, Sendable {
        public let id: RecordID
        /// 0 stands for a deletion.
        public let rev: UInt64

        public init(id: RecordID, rev: UInt64) {
            self.id = id
            self.rev = rev
        }
    }
}
