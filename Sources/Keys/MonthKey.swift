public import Primitives
public import VaultModel

/// The three parts of a log entry that are sealed apart from each other.
public enum LogPart: UInt16, CaseIterable, Hashable, Sendable {
    case core = 1
    case subject = 2
    case evidence = 3

    /// Which of a month's two keys seals the part.
    public var half: MonthKey.Half { self == .core ? .core : .personal }
}

/// One of the two random keys of a month of the log. Destroying its wrapped copy in the keyring purges the parts it
/// sealed, in every archive at once.
public final class MonthKey: Sendable {
    /// Core is kept for years, subject and evidence for months: they need different keys.
    public enum Half: UInt8, CaseIterable, Hashable, Sendable {
        case core = 1
        case personal = 2
    }

    /// Year and month as one number, e.g. 202611.
    public let month: UInt32
    public let half: Half
    let secret: SecretBytes
    private let partKeys: PartKeys

    private struct PartKeys: ~Copyable, Sendable {
        let core: SecretBytes
        let subject: SecretBytes
        let evidence: SecretBytes
    }

    /// Traps unless `secret` has 32 bytes.
    public init(_ secret: consuming SecretBytes, month: UInt32, half: Half) {
        precondition(secret.count == 32, "a month's key has 32 bytes")
        // One key per part, derived once: thousands of parts a second are sealed under it.
        partKeys = PartKeys(
            core: KeyDerivation.subkey(of: secret, id: UInt64(LogPart.core.rawValue), context: "CFlogpt1"),
            subject: KeyDerivation.subkey(of: secret, id: UInt64(LogPart.subject.rawValue), context: "CFlogpt1"),
            evidence: KeyDerivation.subkey(of: secret, id: UInt64(LogPart.evidence.rawValue), context: "CFlogpt1"))
        self.secret = secret
        self.month = month
        self.half = half
    }

    /// A fresh key.
    public static func random(month: UInt32, half: Half) -> MonthKey {
        MonthKey(SecretBytes.random(count: 32), month: month, half: half)
    }

    /// Seals one part of entry `seq`, at most 65,536 bytes. The envelope's key id is the month, its rev is zero: a part
    /// is written once. Traps when the part belongs to the other half.
    public func sealLogPart(
        _ bytes: [UInt8], vault: VaultID, seq: UInt64, part: LogPart,
        nonce: [UInt8] = Random.bytes(XChaChaPoly.nonceSize)
    ) throws(BodyTooLong) -> [UInt8] {
        precondition(part.half == half, "a part is sealed under the key of its half")
        precondition(bytes.count >= 16, "a part has a salt")
        guard bytes.count <= EnvelopeLayout.largestWrappedBytes else {
            throw BodyTooLong(limitBytes: EnvelopeLayout.largestWrappedBytes)
        }
        let codec = Self.codec(vault: vault, seq: seq, part: part)
        let header = EnvelopeHeader(pad: .unpadded, keyID: month, revision: 0)
        switch part {
        case .core: return codec.seal(bytes, header: header, nonce: nonce, subkey: partKeys.core)
        case .subject: return codec.seal(bytes, header: header, nonce: nonce, subkey: partKeys.subject)
        case .evidence: return codec.seal(bytes, header: header, nonce: nonce, subkey: partKeys.evidence)
        }
    }

    /// Opens one part of entry `seq`.
    public func openLogPart(
        _ envelope: [UInt8], vault: VaultID, seq: UInt64, part: LogPart
    ) throws(EnvelopeError) -> [UInt8] {
        let header = try EnvelopeHeader(parsing: envelope, largest: EnvelopeLayout.largest)
        guard header.pad == PadPolicy.unpadded.rawValue else { throw .padPolicy }
        guard header.keyID == month, part.half == half else { throw .keyVersion }
        let codec = Self.codec(vault: vault, seq: seq, part: part)
        let bytes =
            switch part {
            case .core: try codec.open(envelope, subkey: partKeys.core)
            case .subject: try codec.open(envelope, subkey: partKeys.subject)
            case .evidence: try codec.open(envelope, subkey: partKeys.evidence)
            }
        guard header.revision == 0 else { throw .revision }
        return bytes
    }

    /// The month a stored part claims to be sealed in: which key to fetch. Unchecked; nil for anything too short.
    public static func month(of envelope: [UInt8]) -> UInt32? { Envelope.keyVersion(of: envelope) }

    private static func codec(vault: VaultID, seq: UInt64, part: LogPart) -> EnvelopeCodec {
        var record: [UInt8] = []
        record.appendLittleEndian(seq)
        return EnvelopeCodec(
            domain: .logPart,
            context: FieldContext(
                vault: vault, customer: .none, record: RecordID(zeroPadding: record), table: FieldContext.wrapTable,
                field: part.rawValue))
    }

    /// The record id of the key's own wrap: LE32 month ‖ half ‖ zeros.
    var wrapRecord: RecordID { Self.wrapRecord(month: month, half: half) }

    static func wrapRecord(month: UInt32, half: Half) -> RecordID {
        var record: [UInt8] = []
        record.appendLittleEndian(month)
        record.append(half.rawValue)
        return RecordID(zeroPadding: record)
    }
}

extension RecordID {
    /// An id of Coffer's own: `bytes`, at most sixteen, and zeros.
    init(zeroPadding bytes: [UInt8]) {
        let padded = bytes + [UInt8](repeating: 0, count: max(0, RecordID.size - bytes.count))
        guard let id = RecordID(padded) else { preconditionFailure("an id has at most sixteen bytes") }
        self = id
    }
}
