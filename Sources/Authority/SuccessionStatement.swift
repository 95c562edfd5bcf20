import CanonicalJSON
public import VaultModel

/// The recovery quorum's word on which keys a vault has now: after a restore, or after a lost authority was replaced.
/// Devices that trusted the keys before follow it, once a person has compared the quorum's fingerprint.
///
/// DSSE with a payload type of its own, canonical JSON: `{"at":<s>,"authority":kid,"gen":n,"log_key":kid,"reply_key":kid,
/// "tls_pin":"<sha256>","typ":"succession","v":1,"vlt":"…"}`.
public struct SuccessionStatement: QuorumStatement, Hashable {
    public static let payloadType = "application/vnd.coffer.succession.v1+json"

    public let vault: VaultID
    /// The vault's incarnation.
    public let generation: UInt64
    /// Seconds since 1970.
    public let at: Int64
    public let authority: KeyID
    public let logKey: KeyID
    public let replyKey: KeyID
    /// SHA-256 of the TLS certificate in lower-case hexadecimal.
    public let tlsPin: String

    public init(
        vault: VaultID, generation: UInt64, at: Int64, authority: KeyID, logKey: KeyID, replyKey: KeyID, tlsPin: String
    ) {
        (self.vault, self.generation, self.at) = (vault, generation, at)
        (self.authority, self.logKey, self.replyKey, self.tlsPin) = (authority, logKey, replyKey, tlsPin)
    }

    public func encode() -> [UInt8] {
        let value: JSONValue = [
            "at": .integer(at), "authority": .string(authority.text), "gen": .integer(Int64(clamping: generation)),
            "log_key": .string(logKey.text), "reply_key": .string(replyKey.text), "tls_pin": .string(tlsPin),
            "typ": "succession", "v": 1, "vlt": .string(vault.description),
        ]
        return value.encode()
    }

    public init(_ payload: QuorumPayload) throws(BlockRefusal) {
        let texts: (authority: String, log: String, reply: String, vault: String, typ: String)
        let numbers: (generation: Int64, version: Int64)
        do throws(JSONError) {
            var members = try JSONMembers(parsing: payload.bytes, limits: .signed)
            at = try members.integer("at")
            texts.authority = try members.string("authority")
            numbers.generation = try members.integer("gen")
            texts.log = try members.string("log_key")
            texts.reply = try members.string("reply_key")
            tlsPin = try members.string("tls_pin")
            texts.typ = try members.string("typ")
            numbers.version = try members.integer("v")
            texts.vault = try members.string("vlt")
            try members.finish()
        } catch { throw .syntax(error) }
        guard texts.typ == "succession", numbers.version == 1 else { throw .value("typ") }
        guard let vault = VaultID(texts.vault), let authority = KeyID(texts.authority), let logKey = KeyID(texts.log),
            let replyKey = KeyID(texts.reply)
        else { throw .value("keys") }
        generation = UInt64(numbers.generation)
        (self.vault, self.authority, self.logKey, self.replyKey) = (vault, authority, logKey, replyKey)
    }
}
