public import Authority
public import CanonicalJSON
import Primitives
public import VaultModel

/// What the broker says about a person's leaving, signed with the log's key: which keys ended with which entry, and what
/// died with them. Proof for the file, years later and without the vault.
///
/// DSSE with a payload type of its own, canonical JSON: `{"at":<ms>,"entry":n,"killed":["<block>",…],"kids":["<kid>",…],
/// "origin":"…","person":"p_…","typ":"offboarding","v":1,"vlt":"…"}`.
public struct OffboardingStatement: Hashable, Sendable {
    public static let payloadType = "application/vnd.coffer.offboarding.v1+json"

    public var vault: VaultID
    /// The log's origin.
    public var origin: String
    public var person: PersonID
    /// The keys that ended, sorted.
    public var keys: [KeyID]
    /// Capabilities that were alive and ended with them, sorted.
    public var killed: [BlockID]
    /// The entry that ended them.
    public var entry: UInt64
    /// Its time, milliseconds since 1970.
    public var at: Int64

    public enum Problem: Error, Equatable, Sendable {
        case json(JSONError)
        /// Another payload type, type or version.
        case type
        case value(String)
        case signature
    }

    public init(
        vault: VaultID, origin: String, person: PersonID, keys: [KeyID], killed: [BlockID], entry: UInt64, at: Int64
    ) {
        self.vault = vault
        self.origin = origin
        self.person = person
        self.keys = keys.sorted { $0.text < $1.text }
        self.killed = killed.sorted { $0.text < $1.text }
        self.entry = entry
        self.at = at
    }

    public func encode() -> [UInt8] {
        let value: JSONValue = [
            "at": .integer(at), "entry": .integer(Int64(entry)), "kids": .strings(keys.map(\.text)),
            "killed": .strings(killed.map(\.text)), "origin": .string(origin), "person": .string(person.text),
            "typ": "offboarding", "v": 1, "vlt": .string(vault.description),
        ]
        return value.encode()
    }

    /// The signed statement. `sign` gets the bytes to sign and returns 64 bytes of Ed25519 by the log's key.
    public func sealed<Failure: Error>(
        by key: VerifierKey, _ sign: (_ pae: [UInt8]) throws(Failure) -> [UInt8]
    ) throws(Failure) -> DSSEEnvelope {
        let payload = encode()
        let signature = try sign(DSSEEnvelope.pae(Self.payloadType, payload))
        return DSSEEnvelope(
            payloadType: Self.payloadType, payload: payload, keyid: KeyID(key.key), signature: signature)
    }

    /// Reads a statement and checks that the log's key signed it, and that it speaks of that log.
    public static func open(_ envelope: DSSEEnvelope, key: VerifierKey) throws(Problem) -> OffboardingStatement {
        guard envelope.payloadType == payloadType else { throw .type }
        guard envelope.keyid == KeyID(key.key), key.key.isValid(signature: envelope.signature, for: envelope.pae) else {
            throw .signature
        }
        let statement = try OffboardingStatement(parsing: envelope.payload)
        guard statement.origin.utf8.elementsEqual(key.name.utf8) else { throw .value("origin") }
        return statement
    }

    private init(parsing payload: [UInt8]) throws(Problem) {
        do {
            var limits = JSONLimits.signed
            limits.maxBytes = 1024 * 1024
            var members = try JSONMembers(parsing: payload, limits: limits)
            at = try members.integer("at")
            entry = UInt64(try members.integer("entry"))
            let keys = try members.strings("kids").compactMap { KeyID($0) }
            let killed = try members.strings("killed").compactMap { BlockID($0) }
            origin = try members.string("origin")
            let person = PersonID(try members.string("person"))
            let type = try members.string("typ")
            let version = try members.integer("v")
            let vault = VaultID(try members.string("vlt"))
            try members.finish()
            guard type == "offboarding", version == 1 else { throw Problem.type }
            guard let person else { throw Problem.value("person") }
            guard let vault else { throw Problem.value("vlt") }
            (self.keys, self.killed, self.person, self.vault) = (keys, killed, person, vault)
        } catch let error as JSONError {
            throw .json(error)
        } catch let problem as Problem {
            throw problem
        } catch { throw .type }
        // Whatever was dropped or reordered on the way in shows here.
        guard encode() == payload else { throw .value("form") }
    }
}
