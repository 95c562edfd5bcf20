import CanonicalJSON
import Primitives
public import VaultModel

/// What the broker says about a person's leaving, signed with the log's key: which keys ended with which entry, and how
/// many capabilities died with them. Proof for the file, years later and without the vault.
///
/// DSSE with a payload type of its own, canonical JSON: `{"at":<ms>,"entry":n,"killed":n,"kids":["<kid>",…],
/// "list":"<sha256>","origin":"…","person":"p_…","typ":"offboarding","v":1,"vlt":"…"}`. The list of the dead stands
/// beside it, because it has no bound; `list` is the hash of its canonical JSON.
public struct OffboardingStatement: LogStatement, Hashable, Sendable {
    public static let payloadType = "application/vnd.coffer.offboarding.v1+json"

    public let vault: VaultID
    /// The log's origin.
    public let origin: String
    public let person: PersonID
    /// The keys that ended, sorted.
    public let keys: [KeyID]
    /// How many capabilities were alive and ended with them.
    public let killed: Int64
    /// Hexadecimal SHA-256 of the list of their ids.
    public let list: String
    /// The entry that ended them.
    public let entry: UInt64
    /// Its time, milliseconds since 1970.
    public let at: Int64

    public init(
        vault: VaultID, origin: String, person: PersonID, keys: [KeyID], killed: [String], entry: UInt64, at: Int64
    ) {
        self.vault = vault
        self.origin = origin
        self.person = person
        self.keys = keys.sorted { $0.text < $1.text }
        self.killed = Int64(killed.count)
        list = Self.digest(of: killed)
        self.entry = entry
        self.at = at
    }

    /// What `list` is of these ids, in whatever order.
    public static func digest(of killed: [String]) -> String {
        Hex.encode(SHA256.hash(JSONValue.strings(killed.sorted()).encode()))
    }

    public func encode() -> [UInt8] {
        let value: JSONValue = [
            "at": .integer(at), "entry": .integer(Int64(entry)), "kids": .strings(keys.map(\.text)),
            "killed": .integer(killed), "list": .string(list), "origin": .string(origin),
            "person": .string(person.text), "typ": "offboarding", "v": 1, "vlt": .string(vault.description),
        ]
        return value.encode()
    }

    public init(_ payload: SignedPayload) throws(StatementProblem) {
        let texts: (person: String, typ: String, vault: String)
        let numbers: (entry: Int64, version: Int64)
        do throws(JSONError) {
            var members = try JSONMembers(parsing: payload.bytes, limits: .signed)
            at = try members.integer("at")
            numbers.entry = try members.integer("entry")
            keys = try members.strings("kids").compactMap { KeyID($0) }
            killed = try members.integer("killed")
            list = try members.string("list")
            origin = try members.string("origin")
            texts.person = try members.string("person")
            texts.typ = try members.string("typ")
            numbers.version = try members.integer("v")
            texts.vault = try members.string("vlt")
            try members.finish()
        } catch { throw .json(error) }
        guard texts.typ == "offboarding", numbers.version == 1 else { throw .type }
        guard let person = PersonID(texts.person) else { throw .value("person") }
        guard let vault = VaultID(texts.vault) else { throw .value("vlt") }
        (self.person, self.vault, entry) = (person, vault, UInt64(numbers.entry))
        // Whatever was dropped or reordered on the way in shows here.
        guard encode() == payload.bytes else { throw .value("form") }
    }
}
