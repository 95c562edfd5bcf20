import Primitives
public import VaultModel

/// The few messages of the ssh-agent protocol (draft-ietf-sshm-ssh-agent) that concern an Ed25519 key. Pure: bytes in,
/// bytes out. Numbers are big-endian, a string is a 32-bit length and its bytes.
enum AgentMessages {
    private enum Number {
        static let failure: UInt8 = 5
        static let success: UInt8 = 6
        static let requestIdentities: UInt8 = 11
        static let identitiesAnswer: UInt8 = 12
        static let signRequest: UInt8 = 13
        static let signResponse: UInt8 = 14
        static let removeIdentity: UInt8 = 18
        static let addConstrained: UInt8 = 25
        static let constrainLifetime: UInt8 = 1
    }

    private static let type = Array("ssh-ed25519".utf8)

    static let requestIdentities: [UInt8] = [Number.requestIdentities]

    static func sign(_ message: [UInt8], with kid: KeyID) -> [UInt8] {
        [Number.signRequest] + string(blob(of: kid)) + string(message) + number(0)
    }

    static func remove(_ kid: KeyID) -> [UInt8] { [Number.removeIdentity] + string(blob(of: kid)) }

    /// Contains the private key: wipe it once it is sent.
    static func add(_ key: borrowing Ed25519.SigningKey, comment: String, lifetimeSeconds: UInt32) -> [UInt8] {
        var seed = key.seed().exposeBytes()
        var pair = seed + key.publicKey.bytes
        var message = [Number.addConstrained] + string(type) + string(key.publicKey.bytes) + string(pair)
        message += string(Array(comment.utf8))
        message.append(Number.constrainLifetime)
        message += number(lifetimeSeconds)
        // The arrays end zeroed; what concatenation left behind in freed memory is beyond reach.
        _ = SecretBytes(wiping: &seed)
        _ = SecretBytes(wiping: &pair)
        return message
    }

    /// The Ed25519 keys among the answer's; keys of other types are passed over.
    static func identities(_ answer: [UInt8]) throws(AgentError) -> [AgentKey] {
        var reader = try body(of: answer, Number.identitiesAnswer)
        let count = try reader.number()
        guard count <= ClientLimits.agentKeys else { throw .answer }
        var keys: [AgentKey] = []
        for _ in 0..<count {
            let blob = try reader.string()
            let comment = String(decoding: try reader.string(), as: UTF8.self)
            if let kid = kid(of: blob) { keys.append(AgentKey(kid: kid, comment: comment)) }
        }
        try reader.finish()
        return keys
    }

    /// The 64 bytes of an Ed25519 signature.
    static func signature(_ answer: [UInt8]) throws(AgentError) -> [UInt8] {
        var reader = try body(of: answer, Number.signResponse)
        var parts = AgentReader(try reader.string())
        try reader.finish()
        guard try parts.string() == type else { throw .answer }
        let signature = try parts.string()
        try parts.finish()
        guard signature.count == Ed25519.signatureSize else { throw .answer }
        return signature
    }

    static func success(_ answer: [UInt8]) throws(AgentError) {
        try body(of: answer, Number.success).finish()
    }

    private static func body(of answer: [UInt8], _ expected: UInt8) throws(AgentError) -> AgentReader {
        guard let number = answer.first else { throw .answer }
        guard number != Number.failure else { throw .refused }
        guard number == expected else { throw .answer }
        return AgentReader(Array(answer.dropFirst()))
    }

    static func blob(of kid: KeyID) -> [UInt8] { string(type) + string(kid.rawKey) }

    private static func kid(of blob: [UInt8]) -> KeyID? {
        var reader = AgentReader(blob)
        guard let type = try? reader.string(), type == Self.type, let bytes = try? reader.string(),
            (try? reader.finish()) != nil, let key = Ed25519.PublicKey(bytes)
        else { return nil }
        return KeyID(key)
    }

    static func string(_ bytes: [UInt8]) -> [UInt8] { number(UInt32(bytes.count)) + bytes }

    static func number(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}

/// A key that an agent holds.
public struct AgentKey: Hashable, Sendable {
    public let kid: KeyID
    /// What whoever added the key called it; shown to a person, never trusted.
    public let comment: String
}

/// Reads numbers and strings, never past the end.
struct AgentReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func number() throws(AgentError) -> UInt32 {
        guard rest.count >= 4 else { throw .answer }
        defer { rest = rest.dropFirst(4) }
        return rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    mutating func string() throws(AgentError) -> [UInt8] {
        let count = Int(try number())
        guard count <= rest.count else { throw .answer }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    func finish() throws(AgentError) {
        guard rest.isEmpty else { throw .answer }
    }
}
