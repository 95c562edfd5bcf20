public import VaultModel

/// Everything an entry says, except what only the writer knows: its place, its time and its salts.
///
/// No personal data by construction: ids are opaque, purposes and reasons are enumerated, there is no free text.
/// `check()` refuses what does not have the shape of its member; call it before the draft is queued.
public struct EntryDraft: Equatable, Sendable {
    /// The user id of an entry that no local process asked for: 2³²-1, which no process can have, since Linux uses it
    /// to mean "no user". The member is never negative.
    public static let noUID = 4_294_967_295

    public var kind: EntryKind
    public var decision: EntryDecision
    public var why: Reason
    /// The key that signed the request or the block; nil where nobody signed.
    public var kid: KeyID?
    public var act: Act?
    /// The person's role, or empty.
    public var role: String
    public var fields: [FieldName]
    public var form: Form?
    /// A purpose of the policy, or empty.
    public var purpose: String
    /// Number of records released to the requester.
    public var released: Int
    /// Id of the last block of the capability used (unpadded base64url of SHA-256), or empty.
    public var capability: String
    /// Hexadecimal SHA-256 of the policy in force, or empty before there is one.
    public var policy: String
    /// Hexadecimal SHA-256 of the file, block or statement the entry is about, or empty. The entry that registers a
    /// block names it here; one entry registers one block.
    public var object: String
    /// Opaque id of the export, job or incident, or empty.
    public var xid: String
    public var shop: String
    /// The terminal: `uid:1000`, or `crt:` and the hexadecimal SHA-256 of a client certificate, or empty.
    public var terminal: String
    public var via: EntryVia
    /// The peer's user id, 0...2³²-2, or `noUID`.
    public var uid: Int
    /// The request counter of the key, or 0 where nobody counts.
    public var counter: UInt64
    public var subject: EntrySubject
    /// Nil where nobody signed.
    public var evidence: EntryEvidence?

    public init(
        kind: EntryKind, decision: EntryDecision, why: Reason, kid: KeyID? = nil, act: Act? = nil, role: String = "",
        fields: [FieldName] = [], form: Form? = nil, purpose: String = "", released: Int = 0, capability: String = "",
        policy: String = "", object: String = "", xid: String = "", shop: String = "", terminal: String = "",
        via: EntryVia = .internal, uid: Int = EntryDraft.noUID, counter: UInt64 = 0,
        subject: EntrySubject = EntrySubject(), evidence: EntryEvidence? = nil
    ) {
        self.kind = kind
        self.decision = decision
        self.why = why
        self.kid = kid
        self.act = act
        self.role = role
        self.fields = fields
        self.form = form
        self.purpose = purpose
        self.released = released
        self.capability = capability
        self.policy = policy
        self.object = object
        self.xid = xid
        self.shop = shop
        self.terminal = terminal
        self.via = via
        self.uid = uid
        self.counter = counter
        self.subject = subject
        self.evidence = evidence
    }
}

/// Whom an entry is about, in opaque ids. Kept a shorter time than the core.
public struct EntrySubject: Equatable, Sendable {
    /// Customer numbers, `C-7K3M-9QXD`.
    public var customers: [String]
    /// Opaque ids of orders.
    public var orders: [String]
    /// The opaque id of the record a request refers to, or empty.
    public var ref: String
    /// Revisions of the records seen or written.
    public var revisions: [UInt64]
    /// Number of records opened to compare.
    public var scanned: Int
    /// New record seals, hexadecimal.
    public var seals: [String]
    /// Keyed pseudonym of a search term that found nothing or was refused, or empty.
    public var pseudonym: String

    public init(
        customers: [String] = [], orders: [String] = [], ref: String = "", revisions: [UInt64] = [],
        scanned: Int = 0, seals: [String] = [], pseudonym: String = ""
    ) {
        self.customers = customers
        self.orders = orders
        self.ref = ref
        self.revisions = revisions
        self.scanned = scanned
        self.seals = seals
        self.pseudonym = pseudonym
    }
}

/// What was signed, and the signature. Bodies of requests are never part of it.
public struct EntryEvidence: Equatable, Sendable {
    /// The exact RFC 9421 signature base of the request, or the DSSE text ("DSSEv1 …") of a block put in force.
    public var base: String
    /// Base64 of the 64-byte Ed25519 signature over the bytes of `base`.
    public var signature: String

    public init(base: String, signature: String) {
        self.base = base
        self.signature = signature
    }
}
