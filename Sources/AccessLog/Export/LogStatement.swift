public import Authority
public import CanonicalJSON
import Primitives
import VaultModel

/// A statement of the broker under the log's key: DSSE, with a payload type of its own, so that no block and no other
/// statement can pass for it.
public protocol LogStatement {
    static var payloadType: String { get }
    /// Canonical JSON.
    func encode() -> [UInt8]
}

extension LogStatement {
    /// The signed statement. `sign` gets the bytes to sign and returns 64 bytes of Ed25519 by the log's key.
    public func sealed<Failure: Error>(
        by key: VerifierKey, _ sign: (_ pae: [UInt8]) throws(Failure) -> [UInt8]
    ) throws(Failure) -> DSSEEnvelope {
        let payload = encode()
        let signature = try sign(DSSEEnvelope.pae(Self.payloadType, payload))
        return DSSEEnvelope(
            payloadType: Self.payloadType, payload: payload, keyid: KeyID(key.key), signature: signature)
    }

    /// The payload of an envelope of this type that the log's key signed.
    static func payload(of envelope: DSSEEnvelope, key: VerifierKey) throws(StatementProblem) -> [UInt8] {
        guard envelope.payloadType == payloadType else { throw .type }
        guard envelope.keyid == KeyID(key.key), key.key.isValid(signature: envelope.signature, for: envelope.pae) else {
            throw .signature
        }
        return envelope.payload
    }
}

/// Why a statement is not believed.
public enum StatementProblem: Error, Equatable, Sendable {
    case json(JSONError)
    /// Another payload type, type or version.
    case type
    case value(String)
    case signature
}
