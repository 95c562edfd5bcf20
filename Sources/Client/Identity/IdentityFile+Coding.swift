internal import AccessLog
import CanonicalJSON
import Primitives
import VaultModel
import Wire

extension IdentityFile {
    static let version: Int64 = 1
    private static let algorithm = "argon2id13"

    /// Everything but the sealed seed, after a line that names its use.
    static func associatedData(identity: Identity, parameters: PassphraseParameters, nonce: [UInt8]) -> [UInt8] {
        Array("COFFER/IDENT/v01\n".utf8)
            + JSONValue.object(members(identity: identity, parameters: parameters, nonce: nonce)).encode()
    }

    /// Canonical JSON and a line feed.
    public func encode() -> [UInt8] {
        var members = Self.members(identity: identity, parameters: parameters, nonce: nonce)
        members["seed"] = .string(Base64URL.encode(sealedSeed))
        return JSONValue.object(members).encode() + [0x0A]
    }

    private static func members(
        identity: Identity, parameters: PassphraseParameters, nonce: [UInt8]
    ) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "authority": .string(identity.broker.authority.text),
            "kdf": .object([
                "alg": .string(algorithm), "mem": .integer(Int64(parameters.memoryBytes)),
                "ops": .integer(Int64(parameters.operations)), "salt": .string(Base64URL.encode(parameters.salt)),
            ]),
            "kid": .string(identity.kid.text), "kind": .string(identity.kind.rawValue),
            "log_key": .string(identity.broker.logKey.description), "name": .string(identity.name),
            "nonce": .string(Base64URL.encode(nonce)), "profile": .string(identity.profile.rawValue),
            "reply_key": .string(identity.broker.replyKey.text), "tls_pin": .string(identity.broker.tlsPin),
            "v": .integer(version), "vault": .string(identity.vault.description),
        ]
        // Only where there is one: files from before a recovery are what they always were.
        if !identity.earlierAuthorities.isEmpty {
            members["earlier_authorities"] = .array(identity.earlierAuthorities.map { .string($0.text) })
        }
        return members
    }

    /// Reads what `encode()` writes; the cost is judged when the file is opened.
    public init(parsing bytes: [UInt8]) throws(IdentityError) {
        guard bytes.last == 0x0A, let file = try? IdentityFile(strictly: Array(bytes.dropLast())) else { throw .form }
        self = file
    }

    private init(strictly bytes: [UInt8]) throws {
        var members = try MessageReader(bytes, most: ClientLimits.fileBytes)
        guard try members.number("v") == Self.version else { throw IdentityError.form }
        let broker = BrokerKeys(
            logKey: try members.text("log_key", most: 1_024), replyKey: try members.parsed("reply_key") { KeyID($0) },
            tlsPin: try members.text("tls_pin", most: 64), authority: try members.parsed("authority") { KeyID($0) })
        guard let broker else { throw IdentityError.form }
        var earlier: [KeyID] = []
        if members.has("earlier_authorities") {
            earlier = try members.names("earlier_authorities", count: Identity.mostEarlierAuthorities) { KeyID($0) }
            guard !earlier.isEmpty, !earlier.contains(broker.authority) else { throw IdentityError.form }
        }
        identity = Identity(
            kind: try members.parsed("kind") { Identity.Kind(rawValue: $0) },
            vault: try members.parsed("vault") { VaultID($0) }, kid: try members.parsed("kid") { KeyID($0) },
            name: try members.text("name"), profile: try members.parsed("profile") { WireProfile(rawValue: $0) },
            broker: broker, earlierAuthorities: earlier)
        var kdf = try MessageReader(try members.object("kdf"))
        guard try kdf.text("alg") == Self.algorithm else { throw IdentityError.form }
        parameters = PassphraseParameters(
            operations: Int(try kdf.number("ops", most: 1 << 16)),
            memoryBytes: Int(try kdf.number("mem", most: 1 << 40)),
            salt: try kdf.parsed("salt") { Self.exactly(PasswordHash.saltSize, $0) })
        try kdf.finish()
        nonce = try members.parsed("nonce") { Self.exactly(XChaChaPoly.nonceSize, $0) }
        sealedSeed = try members.parsed("seed") { Self.exactly(32 + XChaChaPoly.tagSize, $0) }
        try members.finish()
    }

    private static func exactly(_ count: Int, _ text: String) -> [UInt8]? {
        guard let bytes = Base64URL.decode(text), bytes.count == count else { return nil }
        return bytes
    }
}
