import CanonicalJSON
public import VaultModel

/// What the broker says when a customer has been erased from the live system, signed with the log's key. It names her by
/// her random number and holds nothing of hers.
///
/// DSSE with a payload type of its own, canonical JSON: `{"archives":"keyring","archives_until":<ms>,"at":<ms>,
/// "customer":"C-…","entry":n,"id":"…","keys":n,"kept":n,"ledger":n,"ledger_hash":"<sha256>","level":"E0","origin":"…",
/// "reason":"…","records":n,"request":n,"requested":<ms>,"typ":"erasure","v":1,"vlt":"…"}`. The entry of kind
/// `erase-done` has the payload's SHA-256 as its object.
public struct ErasureStatement: LogStatement, Hashable, Sendable {
    public static let payloadType = "application/vnd.coffer.erasure.v1+json"
    /// The live system; `ErasureArchivesStatement` is the other level.
    public static let level = "E0"

    public let vault: VaultID
    /// The log's origin.
    public let origin: String
    /// `xid` of the erasure's entries.
    public let id: String
    public let customer: CustomerNumber
    public let reason: ErasureReason
    /// The entry of the request, and its time in milliseconds since 1970.
    public let request: UInt64
    public let requested: Int64
    /// The entry that announced the erasure, and its time.
    public let entry: UInt64
    public let at: Int64
    /// Records of hers that were there, and how many of them are kept without her: settlement, which names nobody.
    public let records: Int64
    public let kept: Int64
    /// Versions of her key that were destroyed.
    public let keys: Int64
    /// The place in the ledger, and the SHA-256 of that file.
    public let ledger: UInt64
    public let ledgerHash: String
    /// Archives of keys that were made before may hold her key, and are kept until then at most while new ones are made
    /// every week; milliseconds since 1970. 0 where no archive of this vault was ever made: `archives` says `none`.
    public let archivesUntil: Int64

    public init(
        vault: VaultID, origin: String, id: String, customer: CustomerNumber, reason: ErasureReason, request: UInt64,
        requested: Int64, entry: UInt64, at: Int64, records: Int64, kept: Int64, keys: Int64, ledger: UInt64,
        ledgerHash: String, archivesUntil: Int64
    ) {
        (self.vault, self.origin, self.id, self.customer, self.reason) = (vault, origin, id, customer, reason)
        (self.request, self.requested, self.entry, self.at) = (request, requested, entry, at)
        (self.records, self.kept, self.keys) = (records, kept, keys)
        (self.ledger, self.ledgerHash, self.archivesUntil) = (ledger, ledgerHash, archivesUntil)
    }

    public func encode() -> [UInt8] {
        let value: JSONValue = [
            "archives": .string(archivesUntil == 0 ? "none" : "keyring"), "archives_until": .integer(archivesUntil),
            "at": .integer(at), "customer": .string(customer.text),
            "entry": .integer(Int64(clamping: entry)), "id": .string(id), "keys": .integer(keys),
            "kept": .integer(kept), "ledger": .integer(Int64(clamping: ledger)), "ledger_hash": .string(ledgerHash),
            "level": .string(Self.level), "origin": .string(origin), "reason": .string(reason.rawValue),
            "records": .integer(records), "request": .integer(Int64(clamping: request)),
            "requested": .integer(requested), "typ": "erasure", "v": 1, "vlt": .string(vault.description),
        ]
        return value.encode()
    }

    public init(_ payload: SignedPayload) throws(StatementProblem) {
        let texts: (customer: String, level: String, reason: String, typ: String, vault: String)
        let numbers: (entry: Int64, ledger: Int64, request: Int64, version: Int64)
        do throws(JSONError) {
            var members = try JSONMembers(parsing: payload.bytes, limits: .signed)
            _ = try members.string("archives")
            archivesUntil = try members.integer("archives_until")
            at = try members.integer("at")
            texts.customer = try members.string("customer")
            numbers.entry = try members.integer("entry")
            id = try members.string("id")
            keys = try members.integer("keys")
            kept = try members.integer("kept")
            numbers.ledger = try members.integer("ledger")
            ledgerHash = try members.string("ledger_hash")
            texts.level = try members.string("level")
            origin = try members.string("origin")
            texts.reason = try members.string("reason")
            records = try members.integer("records")
            numbers.request = try members.integer("request")
            requested = try members.integer("requested")
            texts.typ = try members.string("typ")
            numbers.version = try members.integer("v")
            texts.vault = try members.string("vlt")
            try members.finish()
        } catch { throw .json(error) }
        guard texts.typ == "erasure", numbers.version == 1, texts.level == Self.level else { throw .type }
        guard let customer = CustomerNumber(texts.customer) else { throw .value("customer") }
        guard let reason = ErasureReason(rawValue: texts.reason) else { throw .value("reason") }
        guard let vault = VaultID(texts.vault) else { throw .value("vlt") }
        (self.customer, self.reason, self.vault) = (customer, reason, vault)
        (entry, ledger, request) = (UInt64(numbers.entry), UInt64(numbers.ledger), UInt64(numbers.request))
        // Whatever was dropped or reordered on the way in shows here.
        guard encode() == payload.bytes else { throw .value("form") }
    }
}
