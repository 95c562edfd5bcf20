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
}
