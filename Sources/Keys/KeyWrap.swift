internal import Primitives
internal import VaultModel

/// A key sealed under another key: the envelope of suite 1 with a domain of its own, table 0xFFFF and no padding.
struct KeyWrap {
    let codec: EnvelopeCodec
    /// The epoch of the wrapping key; zero where there is only one.
    let keyID: UInt32

    init(
        domain: EnvelopeDomain, vault: VaultID, customer: RecordID = .none, record: RecordID = .none,
        keyID: UInt32 = 0
    ) {
        codec = EnvelopeCodec(
            domain: domain,
            context: FieldContext(
                vault: vault, customer: customer, record: record, table: FieldContext.wrapTable, field: 1))
        self.keyID = keyID
    }

    func wrap(
        _ secret: borrowing SecretBytes, revision: UInt64, under wrappingKey: borrowing SecretBytes,
        nonce: [UInt8] = Random.bytes(XChaChaPoly.nonceSize)
    ) -> [UInt8] {
        codec.seal(
            secret: secret, header: EnvelopeHeader(pad: .unpadded, keyID: keyID, revision: revision), nonce: nonce,
            subkey: wrappingKey)
    }

    /// - Parameters:
    ///   - revision: what the envelope must say, or nil to accept what it says.
    ///   - count: the length of the key, or nil for a keyset.
    func unwrap(
        _ envelope: [UInt8], revision: UInt64?, count: Int? = 32, under wrappingKey: borrowing SecretBytes
    ) throws(EnvelopeError) -> SecretBytes {
        let header = try EnvelopeHeader(parsing: envelope, largest: EnvelopeLayout.largest)
        guard header.pad == PadPolicy.unpadded.rawValue else { throw .padPolicy }
        guard header.keyID == keyID else { throw .keyVersion }
        let secret = try codec.openSecret(envelope, subkey: wrappingKey)
        guard count == nil || secret.count == count else { throw .bodyType }
        guard revision == nil || header.revision == revision else { throw .revision }
        return secret
    }

    /// The key id a stored wrap claims, unchecked; nil when it is too short to be one.
    static func keyID(of envelope: [UInt8]) -> UInt32? { Envelope.keyVersion(of: envelope) }
}
