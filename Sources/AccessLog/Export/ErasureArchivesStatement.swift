import Authority
import CanonicalJSON
import Primitives
public import VaultModel

/// What the broker says of an erasure once no archive holds the customer's key any more: the second statement, level E1. The
/// broker sees no target; it says what the operator has reported.
///
/// DSSE with a payload type of its own, canonical JSON: `{"customer":"C-…","first":"<sha256>","id":"…","level":"E1",
/// "oldest":<ms>,"origin":"…","report":n,"reported":<ms>,"source":"operator","targets":n,"typ":"erasure-archives","v":1,
/// "vlt":"…"}`. The entry of kind `erase-archives` has the payload's SHA-256 as its object.
public struct ErasureArchivesStatement: LogStatement, Hashable, Sendable {
    public static let payloadType = "application/vnd.coffer.erasure-archives.v1+json"
    public static let level = "E1"

    public let vault: VaultID
    /// The log's origin: that of the life in which this was said.
    public let origin: String
    /// `xid` of the erasure's entries.
    public let id: String
    public let customer: CustomerNumber
    /// SHA-256 of the first statement's payload, hexadecimal.
    public let first: String
    /// The entry in which the operator reported, and its time in milliseconds since 1970.
    public let report: UInt64
    public let reported: Int64
    /// When the oldest archive of keys was made that any target still had: after the erasure.
    public let oldest: Int64
    /// How many targets the operator knew.
    public let targets: Int64

    public init(
        vault: VaultID, origin: String, id: String, customer: CustomerNumber, first: String, report: UInt64,
        reported: Int64, oldest: Int64, targets: Int64
    ) {
        (self.vault, self.origin, self.id, self.customer, self.first) = (vault, origin, id, customer, first)
        (self.report, self.reported, self.oldest, self.targets) = (report, reported, oldest, targets)
    }

    /// Whether it is the second statement about the erasure that `statement` is the first about.
    public func follows(_ statement: ErasureStatement) -> Bool {
        first == Hex.encode(SHA256.hash(statement.encode())) && id == statement.id && customer == statement.customer
            && vault == statement.vault
    }

    public func encode() -> [UInt8] {
        let value: JSONValue = [
            "customer": .string(customer.text), "first": .string(first), "id": .string(id),
            "level": .string(Self.level), "oldest": .integer(oldest), "origin": .string(origin),
            "report": .integer(Int64(clamping: report)), "reported": .integer(reported), "source": "operator",
            "targets": .integer(targets), "typ": "erasure-archives", "v": 1, "vlt": .string(vault.description),
        ]
        return value.encode()
    }

    public init(_ payload: SignedPayload) throws(StatementProblem) {
        let texts: (customer: String, level: String, source: String, typ: String, vault: String)
        let numbers: (report: Int64, version: Int64)
        do throws(JSONError) {
            var members = try JSONMembers(parsing: payload.bytes, limits: .signed)
            texts.customer = try members.string("customer")
            first = try members.string("first")
            id = try members.string("id")
            texts.level = try members.string("level")
            oldest = try members.integer("oldest")
            origin = try members.string("origin")
            numbers.report = try members.integer("report")
            reported = try members.integer("reported")
            texts.source = try members.string("source")
            targets = try members.integer("targets")
            texts.typ = try members.string("typ")
            numbers.version = try members.integer("v")
            texts.vault = try members.string("vlt")
            try members.finish()
        } catch { throw .json(error) }
        guard texts.typ == "erasure-archives", numbers.version == 1, texts.level == Self.level else { throw .type }
        guard let customer = CustomerNumber(texts.customer) else { throw .value("customer") }
        guard let vault = VaultID(texts.vault) else { throw .value("vlt") }
        (self.customer, self.vault, report) = (customer, vault, UInt64(numbers.report))
        // Whatever was dropped or reordered on the way in shows here.
        guard encode() == payload.bytes else { throw .value("form") }
    }
}
