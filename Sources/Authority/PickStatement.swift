import CanonicalJSON
public import VaultModel

/// The recovery quorum's word that records of one customer were read from one archive, by the cards that open it: without
/// it whoever kept an old copy of the vault's file could bring any of its states back.
///
/// DSSE with a payload type of its own, canonical JSON: `{"at":<s>,"customer":"C-…","dry":0|1,"gen":n,"made":<ms>,
/// "manifest":"<hash of its file>","rows":"<sha256>","set":"b_…","typ":"pick","v":1,"vlt":"…"}`.
public struct PickStatement: QuorumStatement, Hashable {
    public static let payloadType = "application/vnd.coffer.pick.v1+json"

    public let vault: VaultID
    /// The life of the vault that the archive is of.
    public let generation: UInt64
    public let customer: CustomerNumber
    /// The run, and the hash of the manifest's file in hexadecimal.
    public let set: String
    public let manifest: String
    /// When the archive was made, milliseconds since 1970.
    public let made: Int64
    /// SHA-256 of the rows in the form they are sent in, hexadecimal.
    public let rows: String
    /// Whether the cards were given to look only: that word changes nothing.
    public let isDry: Bool
    /// When the cards signed, seconds since 1970.
    public let at: Int64

    public init(
        vault: VaultID, generation: UInt64, customer: CustomerNumber, set: String, manifest: String, made: Int64,
        rows: String, isDry: Bool, at: Int64
    ) {
        (self.vault, self.generation, self.customer, self.set) = (vault, generation, customer, set)
        (self.manifest, self.made, self.rows) = (manifest, made, rows)
        (self.isDry, self.at) = (isDry, at)
    }

    public func encode() -> [UInt8] {
        let value: JSONValue = [
            "at": .integer(at), "customer": .string(customer.text), "dry": .integer(isDry ? 1 : 0),
            "gen": .integer(Int64(clamping: generation)),
            "made": .integer(made), "manifest": .string(manifest), "rows": .string(rows), "set": .string(set),
            "typ": "pick", "v": 1, "vlt": .string(vault.description),
        ]
        return value.encode()
    }

    public init(_ payload: QuorumPayload) throws(BlockRefusal) {
        let texts: (customer: String, typ: String, vault: String)
        let numbers: (dry: Int64, generation: Int64, version: Int64)
        do throws(JSONError) {
            var members = try JSONMembers(parsing: payload.bytes, limits: .signed)
            at = try members.integer("at")
            texts.customer = try members.string("customer")
            numbers.dry = try members.integer("dry")
            numbers.generation = try members.integer("gen")
            made = try members.integer("made")
            manifest = try members.string("manifest")
            rows = try members.string("rows")
            set = try members.string("set")
            texts.typ = try members.string("typ")
            numbers.version = try members.integer("v")
            texts.vault = try members.string("vlt")
            try members.finish()
        } catch { throw .syntax(error) }
        guard texts.typ == "pick", numbers.version == 1 else { throw .value("typ") }
        guard let vault = VaultID(texts.vault), let customer = CustomerNumber(texts.customer) else {
            throw .value("customer")
        }
        (self.vault, self.customer) = (vault, customer)
        generation = UInt64(numbers.generation)
        isDry = numbers.dry != 0
    }
}
