public import VaultModel

/// An erasure as `log.db` keeps it: each change of it was made in the transaction of the entry that says so.
public struct StoredErasure: Equatable, Sendable {
    public enum State: Int32, CaseIterable, Hashable, Sendable {
        /// The customer is frozen; it can be taken back.
        case pending = 1
        /// Announced: from here on it is finished, whatever happens.
        case begun = 2
        case done = 3
        case undone = 4
    }

    /// What was found, counted when it was announced.
    public struct Counts: Hashable, Sendable {
        /// Records, her own among them.
        public let records: Int
        /// Versions of her key.
        public let keys: Int

        public init(records: Int, keys: Int) {
            self.records = records
            self.keys = keys
        }
    }

    /// What is said when it is finished.
    public struct Proof: Hashable, Sendable {
        /// The place in the ledger, from 1, and the SHA-256 of its file.
        public let ledger: UInt64
        public let ledgerHash: [UInt8]
        /// The signed receipt, byte for byte.
        public let receipt: [UInt8]

        public init(ledger: UInt64, ledgerHash: [UInt8], receipt: [UInt8]) {
            self.ledger = ledger
            self.ledgerHash = ledgerHash
            self.receipt = receipt
        }
    }

    /// A report by which no archive that any target has holds the customer's key.
    public struct Report: Hashable, Sendable {
        /// The entry of the report.
        public let place: LogPlace
        public let note: KeysNote

        public init(place: LogPlace, note: KeysNote) { (self.place, self.note) = (place, note) }
    }

    /// What is said once no archive holds her key: its entry, and the signed statement, byte for byte.
    public struct ArchivesProof: Hashable, Sendable {
        public let place: LogPlace
        public let receipt: [UInt8]

        public init(place: LogPlace, receipt: [UInt8]) { (self.place, self.receipt) = (place, receipt) }
    }

    /// `xid` of all its entries: `e_…`, or the id of the request that others approved.
    public let id: String
    public let customer: RecordID
    /// Where the customer's file was.
    public let shop: String
    /// Whose key asked for it.
    public let kid: KeyID
    /// Why and how, as the request's head names it.
    public let object: String
    public let state: State
    public let requested: LogPlace
    /// Milliseconds since 1970; not before, and no longer to be taken back once it has begun.
    public let due: Int64
    public let counts: Counts?
    /// The entry that announced it first.
    public let began: LogPlace?
    /// The entry that finished it first.
    public let done: LogPlace?
    public let proof: Proof?
    /// The entry that finished it last: a key that was there again before may be in an archive of that time.
    public let ended: LogPlace?
    /// The first report since.
    public let report: Report?
    public let archives: ArchivesProof?
}

/// What an entry of an erasure does to the table, in its own transaction.
public enum ErasureChange: Hashable, Sendable {
    /// Freezes a customer; due so many milliseconds after the entry.
    case request(id: String, customer: RecordID, shop: String, kid: KeyID, object: String, wait: Int64)
    /// Takes a pending one back.
    case undo(id: String)
    /// Announces that it is carried out. Again after a crash, or after files were put back: the first counts stay.
    case begin(id: String, StoredErasure.Counts)
    case finish(id: String, StoredErasure.Proof)
    /// An operator reports of the archives of keys: it holds for every erasure that ended before the oldest of them was
    /// made, and none was reported for.
    case report(KeysNote)
    /// The second statement about one that a report holds for; once.
    case archives(id: String, receipt: [UInt8])

    /// Whether it is about exactly one erasure.
    var isOfOne: Bool { if case .report = self { false } else { true } }
}
