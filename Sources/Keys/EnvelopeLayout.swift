/// Sizes and offsets of an envelope of suite 1, in bytes.
///
/// ```
///  0  1 version = 1    1  1 suite = 1    2  1 pad policy    3  1 flags = 0
///  4  4 key id         8  8 rev         16 24 nonce        40 32 commitment
/// 72  N ciphertext of the padded body                     72+N 16 tag
/// ```
enum EnvelopeLayout {
    static let headerSize = 16
    static let nonceSize = 24
    static let nonceOffset = 16
    static let commitmentOffset = 40
    static let commitmentSize = 32
    static let ciphertextOffset = 72
    static let tagSize = 16
    static let overhead = ciphertextOffset + tagSize
    /// The smallest padded body is one block of sixteen bytes; log parts and wrapped keys are longer.
    static let smallest = overhead + 16
    static let largestField = overhead + 16_384
    /// Log parts of a batch of 100 records and keysets of some hundred keys stay below.
    static let largestWrappedBytes = 65_536
    static let largest = overhead + largestWrappedBytes
    static let associatedDataSize = 88
}

/// The first sixteen bytes of an envelope. Nothing in it is trusted before the commitment has been checked.
struct EnvelopeHeader: Equatable {
    static let version: UInt8 = 1
    static let suite: UInt8 = 1

    var pad: UInt8
    var keyID: UInt32
    var revision: UInt64

    init(pad: PadPolicy, keyID: UInt32, revision: UInt64) {
        self.pad = pad.rawValue
        self.keyID = keyID
        self.revision = revision
    }

    /// Length, version, suite and flags, in this order. The pad policy and the key id are compared by the caller.
    init(parsing envelope: [UInt8], largest: Int) throws(EnvelopeError) {
        guard envelope.count >= EnvelopeLayout.smallest, envelope.count <= largest else { throw .length }
        guard envelope[0] == Self.version else { throw .version }
        guard envelope[1] == Self.suite else { throw .suite }
        guard envelope[3] == 0 else { throw .flags }
        pad = envelope[2]
        keyID = envelope.littleEndian(at: 4)
        revision = envelope.littleEndian(at: 8)
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = [Self.version, Self.suite, pad, 0]
        bytes.reserveCapacity(EnvelopeLayout.headerSize)
        bytes.appendLittleEndian(keyID)
        bytes.appendLittleEndian(revision)
        return bytes
    }
}
