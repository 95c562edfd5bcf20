import CanonicalJSON
public import VaultModel

/// One line of the ledger of erasures, signed with the log's key: a restore from an archive erases again whoever stands
/// there. Each line holds the hash of the one before, so that none can be left out unnoticed. Random numbers only.
///
/// DSSE with a payload type of its own, canonical JSON: `{"at":<ms>,"customer":"C-…","entry":n,"id":"…","origin":"…",
/// "place":n,"prev":"<sha256 of the file before | \"\" for the first>","typ":"erasure-ledger","v":1,"vlt":"…"}`.
public struct ErasureLedgerLine: LogStatement, Hashable, Sendable {
    public static let payloadType = "application/vnd.coffer.erasure-ledger.v1+json"
    /// Of a line's file.
    public static let largestBytes = 16_384

    public let vault: VaultID
    /// The log's origin.
    public let origin: String
    /// From 1, without a gap.
    public let place: UInt64
    /// SHA-256 of the file of the line before, in lower-case hexadecimal; empty in the first.
    public let previous: String
    /// `xid` of the erasure's entries.
    public let id: String
    public let customer: CustomerNumber
    /// The entry that announced the erasure, and its time in milliseconds since 1970.
    public let entry: UInt64
    public let at: Int64

    public init(
        vault: VaultID, origin: String, place: UInt64, previous: String, id: String, customer: CustomerNumber,
        entry: UInt64, at: Int64
    ) {
        (self.vault, self.origin, self.place, self.previous) = (vault, origin, place, previous)
        (self.id, self.customer, self.entry, self.at) = (id, customer, entry, at)
    }

    public func encode() -> [UInt8] {
        let value: JSONValue = [
            "at": .integer(at), "customer": .string(customer.text), "entry": .integer(Int64(clamping: entry)),
            "id": .string(id), "origin": .string(origin), "place": .integer(Int64(clamping: place)),
            "prev": .string(previous), "typ": "erasure-ledger", "v": 1, "vlt": .string(vault.description),
        ]
        return value.encode()
    }

    public init(_ payload: SignedPayload) throws(StatementProblem) {
        let texts: (customer: String, typ: String, vault: String)
        let numbers: (entry: Int64, place: Int64, version: Int64)
        do throws(JSONError) {
            var members = try JSONMembers(parsing: payload.bytes, limits: .signed)
            at = try members.integer("at")
            texts.customer = try members.string("customer")
            numbers.entry = try members.integer("entry")
            id = try members.string("id")
            origin = try members.string("origin")
            numbers.place = try members.integer("place")
            previous = try members.string("prev")
            texts.typ = try members.string("typ")
            numbers.version = try members.integer("v")
            texts.vault = try members.string("vlt")
            try members.finish()
        } catch { throw .json(error) }
        guard texts.typ == "erasure-ledger", numbers.version == 1 else { throw .type }
        guard let customer = CustomerNumber(texts.customer) else { throw .value("customer") }
        guard let vault = VaultID(texts.vault) else { throw .value("vlt") }
        (self.customer, self.vault) = (customer, vault)
        (entry, place) = (UInt64(numbers.entry), UInt64(numbers.place))
        guard encode() == payload.bytes else { throw .value("form") }
    }
}
