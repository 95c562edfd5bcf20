public import CanonicalJSON
import Primitives
public import VaultModel

/// A payload with its signature: DSSE (github.com/secure-systems-lab/dsse, `envelope.md` and `protocol.md`), with
/// exactly one Ed25519 signature.
///
/// Written as canonical JSON: `{"payload":"<base64>","payloadType":"…","signatures":[{"keyid":"<kid>","sig":"<base64>"}]}`.
public struct DSSEEnvelope: Hashable, Sendable {
    /// Room for a payload of 16 KiB in base64.
    public static let limits = JSONLimits(maxBytes: 24 * 1024, maxDepth: 3, names: .any)

    public let payloadType: String
    public let payload: [UInt8]
    public let keyid: KeyID
    /// 64 bytes, not yet verified.
    public let signature: [UInt8]

    public init(payloadType: String, payload: [UInt8], keyid: KeyID, signature: [UInt8]) {
        self.payloadType = payloadType
        self.payload = payload
        self.keyid = keyid
        self.signature = signature
    }

    /// The bytes that are signed: `DSSEv1 LEN(type) type LEN(payload) payload`, lengths in decimal. The lengths make
    /// the encoding injective, and the first word keeps it apart from requests, replies and checkpoints.
    public static func pae(_ payloadType: String, _ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(payload.count + payloadType.utf8.count + 32)
        bytes.append(contentsOf: "DSSEv1 \(payloadType.utf8.count) \(payloadType) \(payload.count) ".utf8)
        bytes.append(contentsOf: payload)
        return bytes
    }

    /// What the signature must cover.
    public var pae: [UInt8] { Self.pae(payloadType, payload) }

    /// Signs a block with whatever holds the key: `sign` gets the pre-authentication encoding and returns 64 bytes.
    /// The key must be the block's issuer; `Block.open` would refuse the envelope otherwise.
    public static func sealing<E: Error>(
        _ block: some BlockBody, sign: (_ pae: [UInt8]) throws(E) -> [UInt8]
    ) throws(E) -> DSSEEnvelope {
        let type = block.payloadType
        let payload = block.encode()
        let signature = try sign(pae(type, payload))
        return DSSEEnvelope(payloadType: type, payload: payload, keyid: block.issuer, signature: signature)
    }

    // MARK: - Form

    public func encode() -> [UInt8] { value.encode() }

    /// The envelope as a value, for messages that carry several.
    public var value: JSONValue {
        [
            "payload": .string(Base64.encode(payload)),
            "payloadType": .string(payloadType),
            "signatures": [["keyid": .string(keyid.text), "sig": .string(Base64.encode(signature))]],
        ]
    }

    /// Reads the canonical form, or refuses.
    public init(parsing bytes: [UInt8], limits: JSONLimits = Self.limits) throws(BlockRefusal) {
        let value: JSONValue
        do { value = try JSONValue.parse(bytes, limits: limits) } catch { throw .syntax(error) }
        try self.init(value)
    }

    public init(_ value: JSONValue) throws(BlockRefusal) {
        let type: String
        let payload: String
        let keyid: String
        let signature: String
        do throws(JSONError) {
            var members = try JSONMembers(value)
            payload = try members.string("payload")
            type = try members.string("payloadType")
            let signatures = try members.objects("signatures")
            try members.finish()
            guard signatures.count == 1 else { throw JSONError.wrongType("signatures") }
            var only = signatures[0]
            keyid = try only.string("keyid")
            signature = try only.string("sig")
            try only.finish()
        } catch { throw .syntax(error) }
        guard let payloadBytes = Base64.decode(payload) else { throw .value("payload") }
        guard let key = KeyID(keyid) else { throw .value("keyid") }
        guard let signatureBytes = Base64.decode(signature), signatureBytes.count == Ed25519.signatureSize else {
            throw .value("sig")
        }
        self.init(payloadType: type, payload: payloadBytes, keyid: key, signature: signatureBytes)
    }
}

extension BlockBody {
    /// The type inside the signature.
    public var payloadType: String { Self.kind.payloadType }

    /// The name the block will have once it is signed.
    public var id: BlockID { BlockID(payload: encode()) }
}
