internal import Primitives

/// The one codec of suite 1, for fields, wrapped keys and log parts alike: one parser, one fuzz target.
///
/// ```
/// okm     = BLAKE2b-512(key subkey, AAD ‖ nonce);  K = okm[0..<32), commitment = okm[32..<64)
/// ct ‖ tag = XChaCha20-Poly1305-IETF(padded body, ad AAD, nonce, key K)
/// ```
/// The commitment is there because plain XChaCha20-Poly1305 opens under two keys an attacker has chosen. `K` depends on
/// nonce, context and rev: even a stuck random generator does not use one message key twice for two revisions.
struct EnvelopeCodec {
    let domain: EnvelopeDomain
    let context: FieldContext

    /// The envelope of `padded`, whose length the caller has checked.
    func seal(
        _ padded: [UInt8], header: EnvelopeHeader, nonce: [UInt8], subkey: borrowing SecretBytes
    ) -> [UInt8] {
        let key = MessageKey(codec: self, header: header.bytes[...], nonce: nonce[...], subkey: subkey)
        return Self.assemble(
            header, nonce, key.commitment,
            XChaChaPoly.seal(padded, authenticating: key.associatedData, nonce: nonce, key: key.secret))
    }

    /// The envelope of a key.
    func seal(
        secret: borrowing SecretBytes, header: EnvelopeHeader, nonce: [UInt8], subkey: borrowing SecretBytes
    ) -> [UInt8] {
        let key = MessageKey(codec: self, header: header.bytes[...], nonce: nonce[...], subkey: subkey)
        return Self.assemble(
            header, nonce, key.commitment,
            XChaChaPoly.seal(secret: secret, authenticating: key.associatedData, nonce: nonce, key: key.secret))
    }

    /// The padded body. The caller has parsed the header and compared pad policy and key id.
    func open(_ envelope: [UInt8], subkey: borrowing SecretBytes) throws(EnvelopeError) -> [UInt8] {
        let key = try committedKey(of: envelope, subkey: subkey)
        do {
            return try XChaChaPoly.open(
                Array(envelope[EnvelopeLayout.ciphertextOffset...]), authenticating: key.associatedData,
                nonce: Array(envelope[EnvelopeLayout.nonceOffset..<EnvelopeLayout.commitmentOffset]), key: key.secret)
        } catch { throw .authentication }
    }

    /// A wrapped key, straight into locked memory.
    func openSecret(_ envelope: [UInt8], subkey: borrowing SecretBytes) throws(EnvelopeError) -> SecretBytes {
        let key = try committedKey(of: envelope, subkey: subkey)
        do {
            return try XChaChaPoly.openSecret(
                Array(envelope[EnvelopeLayout.ciphertextOffset...]), authenticating: key.associatedData,
                nonce: Array(envelope[EnvelopeLayout.nonceOffset..<EnvelopeLayout.commitmentOffset]), key: key.secret)
        } catch { throw .authentication }
    }

    private func committedKey(
        of envelope: [UInt8], subkey: borrowing SecretBytes
    ) throws(EnvelopeError) -> MessageKey {
        let key = MessageKey(
            codec: self, header: envelope[..<EnvelopeLayout.headerSize],
            nonce: envelope[EnvelopeLayout.nonceOffset..<EnvelopeLayout.commitmentOffset], subkey: subkey)
        let stored = Array(envelope[EnvelopeLayout.commitmentOffset..<EnvelopeLayout.ciphertextOffset])
        guard ConstantTime.equal(key.commitment, stored) else { throw .commitment }
        return key
    }

    private static func assemble(
        _ header: EnvelopeHeader, _ nonce: [UInt8], _ commitment: [UInt8], _ sealed: [UInt8]
    ) -> [UInt8] {
        var envelope = header.bytes
        envelope.reserveCapacity(EnvelopeLayout.ciphertextOffset + sealed.count)
        envelope.append(contentsOf: nonce)
        envelope.append(contentsOf: commitment)
        envelope.append(contentsOf: sealed)
        return envelope
    }
}

/// What one envelope is sealed under.
private struct MessageKey: ~Copyable {
    let secret: SecretBytes
    let commitment: [UInt8]
    let associatedData: [UInt8]

    init(
        codec: EnvelopeCodec, header: ArraySlice<UInt8>, nonce: ArraySlice<UInt8>, subkey: borrowing SecretBytes
    ) {
        precondition(nonce.count == EnvelopeLayout.nonceSize, "a nonce has 24 bytes")
        associatedData = codec.context.associatedData(domain: codec.domain, header: header)
        let material = BLAKE2b.deriveSecret(associatedData + nonce, key: subkey, size: 64)
        secret = material.slice(0..<32)
        commitment = material.slice(32..<64).exposeBytes()
    }
}
