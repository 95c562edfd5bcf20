public import Primitives

/// The envelope of one field, suite 1: 88 bytes more than the padded body.
///
/// Sealing is open to all; opening is `@_spi(Turnstile)`, because a value may only leave once its release is in the
/// log. `docs/envelope.md` has the layout, the order of the checks and the reasons.
public enum Envelope {
    /// What an envelope adds to the padded body, in bytes.
    public static let overheadBytes = EnvelopeLayout.overhead

    /// Seals a value under its customer's key (or, with a zero customer id, under SHOPK).
    ///
    /// - Parameters:
    ///   - revision: the record's revision that this write makes. A key and a context never see the same revision
    ///     twice with two values, so the message key stays unique even if the random generator repeats itself.
    ///   - pad: the registry's policy for the field, not `.unpadded`.
    ///   - nonce: 24 bytes; given only by tests with known answers.
    /// - Throws: `BodyTooLong` when the value exceeds `pad.capacity`.
    public static func seal(
        _ body: FieldBody, context: FieldContext, key: CustomerKey, revision: UInt64, pad: PadPolicy,
        nonce: [UInt8] = Random.bytes(XChaChaPoly.nonceSize)
    ) throws(BodyTooLong) -> [UInt8] {
        try seal(
            body, context: context, cek: key.secret, cekVersion: key.version, revision: revision, pad: pad,
            nonce: nonce)
    }

    /// The same with the raw key, e.g. during a migration. `cek` has 32 bytes.
    public static func seal(
        _ body: FieldBody, context: FieldContext, cek: borrowing SecretBytes, cekVersion: UInt32, revision: UInt64,
        pad: PadPolicy, nonce: [UInt8] = Random.bytes(XChaChaPoly.nonceSize)
    ) throws(BodyTooLong) -> [UInt8] {
        precondition(pad != .unpadded, "a field is padded")
        var padded = body.encode()
        guard pad.pad(&padded) else { throw BodyTooLong(limitBytes: pad.capacity) }
        let header = EnvelopeHeader(pad: pad, keyID: cekVersion, revision: revision)
        let subkey = fieldKey(context, cek)
        defer { Wipe.zero(&padded) }
        return EnvelopeCodec(domain: .field, context: context)
            .seal(padded, header: header, nonce: nonce, subkey: subkey)
    }

    /// The version of the customer's key a stored envelope claims to be sealed under: which key to fetch from the
    /// keyring. Nothing is checked but the length; nil for anything too short to be an envelope.
    public static func keyVersion(of envelope: [UInt8]) -> UInt32? {
        envelope.count < EnvelopeLayout.smallest ? nil : envelope.littleEndian(at: 4)
    }

    /// The revision a stored envelope claims. As unchecked as `keyVersion(of:)`.
    public static func revision(of envelope: [UInt8]) -> UInt64? {
        envelope.count < EnvelopeLayout.smallest ? nil : envelope.littleEndian(at: 8)
    }

    /// Opens a field. Checks in this order: length, version, suite, flags, pad policy, key version, commitment, tag,
    /// padding, type, revision.
    ///
    /// - Parameters:
    ///   - context: rebuilt from where the reader found the envelope, never from the envelope.
    ///   - pad: the registry's policy for the field.
    ///   - recordRevision: the record's revision; a field of a later one is refused.
    @_spi(Turnstile)
    public static func open(
        _ envelope: [UInt8], context: FieldContext, key: CustomerKey, pad: PadPolicy, recordRevision: UInt64
    ) throws(EnvelopeError) -> FieldBody {
        try open(
            envelope, context: context, cek: key.secret, cekVersion: key.version, pad: pad,
            recordRevision: recordRevision)
    }

    /// The same with the raw key. `cek` has 32 bytes.
    @_spi(Turnstile)
    public static func open(
        _ envelope: [UInt8], context: FieldContext, cek: borrowing SecretBytes, cekVersion: UInt32, pad: PadPolicy,
        recordRevision: UInt64
    ) throws(EnvelopeError) -> FieldBody {
        let header = try EnvelopeHeader(parsing: envelope, largest: EnvelopeLayout.largestField)
        guard pad != .unpadded, header.pad == pad.rawValue else { throw .padPolicy }
        guard header.keyID == cekVersion else { throw .keyVersion }
        let subkey = fieldKey(context, cek)
        var padded = try EnvelopeCodec(domain: .field, context: context).open(envelope, subkey: subkey)
        defer { Wipe.zero(&padded) }
        guard let count = pad.unpaddedCount(of: padded) else { throw .padding }
        let body = try FieldBody(decoding: padded[..<count])
        guard header.revision <= recordRevision else { throw .revision }
        return body
    }

    /// One key per field and customer: a weakness in the sealing of one field never touches another.
    private static func fieldKey(_ context: FieldContext, _ cek: borrowing SecretBytes) -> SecretBytes {
        KeyDerivation.subkey(
            of: cek, id: UInt64(context.table) << 16 | UInt64(context.field), context: "CFfield1")
    }
}
