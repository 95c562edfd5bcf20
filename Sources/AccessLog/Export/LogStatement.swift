public import Authority
public import CanonicalJSON
import Primitives
import VaultModel

/// A statement of the broker under the log's key: DSSE, with a payload type of its own, so that no block and no other
/// statement can pass for it.
public protocol LogStatement {
    static var payloadType: String { get }
    /// The origin of the log it speaks of.
    var origin: String { get }
    /// Canonical JSON.
    func encode() -> [UInt8]
    /// Reads the one encoding of a statement. `open` is what others call.
    init(_ payload: SignedPayload) throws(StatementProblem)
}

/// The payload of an envelope that a log's key signed as a statement of one type. Only `open` makes one.
public struct SignedPayload: Sendable {
    let bytes: [UInt8]

    fileprivate init(_ bytes: [UInt8]) { self.bytes = bytes }
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

    /// Reads a statement and checks that the log's key signed it, and that it speaks of that log.
    public static func open(_ envelope: DSSEEnvelope, key: VerifierKey) throws(StatementProblem) -> Self {
        guard envelope.payloadType == payloadType else { throw .type }
        guard envelope.keyid == KeyID(key.key), key.key.isValid(signature: envelope.signature, for: envelope.pae) else {
            throw .signature
        }
        let statement = try Self(SignedPayload(envelope.payload))
        guard statement.origin.utf8.elementsEqual(key.name.utf8) else { throw .value("origin") }
        return statement
    }

    /// Reads a statement that another one vouches for by its hash: what an earlier life of the vault signed.
    ///
    /// - Parameter sha256: of its payload, hexadecimal, as a statement says that was opened.
    public static func open(_ envelope: DSSEEnvelope, sha256: String) throws(StatementProblem) -> Self {
        guard envelope.payloadType == payloadType else { throw .type }
        guard Hex.encode(SHA256.hash(envelope.payload)) == sha256 else { throw .value("hash") }
        return try Self(SignedPayload(envelope.payload))
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
