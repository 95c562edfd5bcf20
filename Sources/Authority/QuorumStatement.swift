import Primitives
public import VaultModel

/// A text of the recovery quorum outside of the log: DSSE with one Ed25519 signature, canonical JSON of one form.
public protocol QuorumStatement: Sendable {
    static var payloadType: String { get }
    func encode() -> [UInt8]
    /// Reads what was signed; the caller has made sure of that.
    init(_ payload: QuorumPayload) throws(BlockRefusal)
}

/// The payload of a statement whose signature was checked.
public struct QuorumPayload: Sendable {
    let bytes: [UInt8]
}

extension QuorumStatement {
    /// The signed statement. `sign` gets the bytes to sign and returns 64 bytes of Ed25519 by the quorum's key.
    public func sealed(by quorum: KeyID, _ sign: (_ pae: [UInt8]) -> [UInt8]) -> DSSEEnvelope {
        let payload = encode()
        return DSSEEnvelope(
            payloadType: Self.payloadType, payload: payload, keyid: quorum,
            signature: sign(DSSEEnvelope.pae(Self.payloadType, payload)))
    }

    /// Reads a statement and checks that its envelope's key signed it. Whose key that is, the caller must know.
    public init(_ envelope: DSSEEnvelope) throws(BlockRefusal) {
        guard envelope.payloadType == Self.payloadType else { throw .value("payloadType") }
        guard let key = Ed25519.PublicKey(envelope.keyid.rawKey),
            key.isValid(signature: envelope.signature, for: envelope.pae)
        else { throw .signature }
        let statement = try Self(QuorumPayload(bytes: envelope.payload))
        // One form: nobody can say the same in other bytes.
        guard statement.encode() == envelope.payload else { throw .value("form") }
        self = statement
    }
}
