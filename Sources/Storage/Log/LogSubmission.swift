public import AccessLog

/// What is to be appended, and what must hold for it at that moment.
///
/// Everything here is decided in the entry's own transaction: an entry exists exactly if its nonce was fresh, its
/// counter unseen, its uses left and its approvals unused.
public struct LogSubmission: Sendable {
    public var draft: EntryDraft
    /// The request's nonce; nil where nobody signed a request.
    public var nonce: RequestNonce?
    /// The request's counter, of the key of `nonce`.
    public var counter: UInt64?
    /// Uses of capability blocks to count.
    public var uses: [BlockUse]
    /// Ids (32 bytes) of approve blocks this entry consumes.
    public var approvals: [[UInt8]]
    /// A block this entry registers. A submission with a block ends its batch: the next one is admitted only after
    /// `onCommit` has run.
    public var block: BlockRegistration?
    /// Whether whoever is admitted next must see what this entry changes: it ends its batch, as a block does.
    public var endsBatch = false
    /// Ids of the records a data write is about to change; the entry is the write's intent.
    public var intent: [LogIntent.Record]
    /// A change of the shop's witnesses, or of what they cosigned, that this entry records.
    public var witness: WitnessChange?
    /// A change of an erasure that this entry records.
    public var erasure: ErasureChange?
    /// The intent that this entry declares aborted: it is resolved in the same transaction.
    public var aborts: UInt64?
    /// The last word: revocations, limits and rates as of this place in the log. Runs on the writer's thread, in order,
    /// before anything of the submission is stored; must be quick, must not wait and must not ask the log's store,
    /// whose connection is busy with the batch. It may run for a batch that fails as a whole afterwards, so it changes
    /// nothing that `onCommit` does not confirm.
    public var admit: @Sendable (LogPlace) -> Admission
    /// Runs on the writer's thread after the entry has become durable, before the next batch is admitted and before the
    /// waiter goes on: the place to bring memory up to date. Must be quick and must not wait.
    public var onCommit: @Sendable (LogPlace) -> Void

    public init(
        draft: EntryDraft, nonce: RequestNonce? = nil, counter: UInt64? = nil, uses: [BlockUse] = [],
        approvals: [[UInt8]] = [], block: BlockRegistration? = nil, intent: [LogIntent.Record] = [],
        aborts: UInt64? = nil, admit: @escaping @Sendable (LogPlace) -> Admission = { _ in .admit },
        onCommit: @escaping @Sendable (LogPlace) -> Void = { _ in }
    ) {
        self.draft = draft
        self.nonce = nonce
        self.counter = counter
        self.uses = uses
        self.approvals = approvals
        self.block = block
        self.intent = intent
        self.aborts = aborts
        self.admit = admit
        self.onCommit = onCommit
    }
}

/// Where an entry stands.
public struct LogPlace: Hashable, Sendable {
    /// The entry's index, from 0.
    public let seq: UInt64
    /// Milliseconds since 1970, never below that of the entry before.
    public let time: Int64
}

/// What `LogSubmission.admit` decides.
public enum Admission: Sendable {
    case admit
    /// Log this entry in place of the draft: a denial. Nonce and counter count; uses, approvals, block and intent do
    /// not.
    case substitute(EntryDraft)
    /// Log nothing.
    case refuse(LogRefusal)
}

/// What makes a signed request one of a kind.
public struct RequestNonce: Hashable, Sendable {
    /// The raw public key, 32 bytes.
    public let key: [UInt8]
    /// Seconds since 1970, as signed.
    public let created: Int64
    public let nonce: [UInt8]
    /// Seconds since 1970 on the broker's clock until which the nonce is remembered: max(created, received) + 91.
    public let keepUntil: Int64

    public init(key: [UInt8], created: Int64, nonce: [UInt8], keepUntil: Int64) {
        precondition(key.count == 32 && nonce.count <= 64 && keepUntil >= created, "a key, a short nonce, a later end")
        self.key = key
        self.created = created
        self.nonce = nonce
        self.keepUntil = keepUntil
    }
}

/// Uses of one block of a capability chain.
public struct BlockUse: Hashable, Sendable {
    /// 32 bytes.
    public let block: [UInt8]
    public let count: UInt64
    /// The block's `max`.
    public let limit: UInt64

    public init(block: [UInt8], count: UInt64 = 1, limit: UInt64) {
        self.block = block
        self.count = count
        self.limit = limit
    }
}

/// A signed block that an entry puts in force.
public struct BlockRegistration: Hashable, Sendable {
    /// SHA-256 of its payload.
    public let id: [UInt8]
    /// The payload's `typ`.
    public let type: String
    /// The DSSE envelope, byte for byte.
    public let envelope: [UInt8]

    public init(id: [UInt8], type: String, envelope: [UInt8]) {
        self.id = id
        self.type = type
        self.envelope = envelope
    }
}
