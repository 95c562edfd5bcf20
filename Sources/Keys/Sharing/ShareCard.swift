public import Primitives
public import VaultModel

/// One share as it stands on paper.
///
/// ```
/// 0  1 version = 1    1  1 purpose: 1 unsealing, 2 recovery    2  1 k    3  1 n    4  1 index
/// 5  8 set id        13 32 share, little-endian
/// ```
/// Bech32 behind `cofferu` (unsealing) or `cofferr` (recovery): 86 characters, within the 90 that the checksum is made
/// for. The purpose stands in both, so that no slip in the first letters makes one card look like the other.
public struct ShareCard: Sendable {
    public static let payloadSize = 45
    static let version: UInt8 = 1

    public let purpose: ShareSet.Purpose
    public let set: [UInt8]
    public let threshold: UInt8
    public let count: UInt8
    public let share: SecretShare

    public init(purpose: ShareSet.Purpose, set: [UInt8], threshold: UInt8, count: UInt8, share: SecretShare) {
        self.purpose = purpose
        self.set = set
        self.threshold = threshold
        self.count = count
        self.share = share
    }

    public var index: UInt8 { share.index }

    /// Strict about everything but blanks, hyphens and case: people type this from paper.
    public init(parsing text: borrowing SecretBytes) throws(ShareError) {
        var typed = text.exposeBytes()
        defer { Wipe.zero(&typed) }
        var letters: [UInt8] = []
        letters.reserveCapacity(typed.count)
        defer { Wipe.zero(&letters) }
        for byte in typed where !Self.isFiller(byte) { letters.append(byte) }
        guard let decoded = Bech32.decode(letters) else { throw .unreadable }
        var payload = decoded.bytes
        defer { Wipe.zero(&payload) }
        guard let named = ShareSet.Purpose(prefix: decoded.prefix), payload.count == Self.payloadSize else {
            throw .unreadable
        }
        guard payload[0] == Self.version else { throw .version }
        guard payload[1] == named.rawValue else { throw .unreadable }
        let (threshold, count, index) = (payload[2], payload[3], payload[4])
        guard SecretSharing.accepts(threshold: threshold, count: count) else { throw .unreadable }
        guard (1...count).contains(index) else { throw .index }
        var value = Array(payload[13...])
        guard let scalar = Scalar(SecretBytes(wiping: &value)) else { throw .scalar }
        self.init(
            purpose: named, set: Array(payload[5..<13]), threshold: threshold, count: count,
            share: SecretShare(index: index, value: scalar))
    }

    private static func isFiller(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A || byte == UInt8(ascii: "-")
    }

    /// The text on the card: 86 lower-case letters and digits.
    public func text() -> SecretBytes {
        var payload: [UInt8] = []
        payload.reserveCapacity(Self.payloadSize)
        payload += [Self.version, purpose.rawValue, threshold, count, index]
        payload += set
        share.value.bytes().withBytes { span in
            for place in 0..<span.byteCount {
                payload.append(unsafe span.unsafeLoad(fromByteOffset: place, as: UInt8.self))
            }
        }
        defer { Wipe.zero(&payload) }
        var text = Bech32.encode(purpose.prefix, payload)
        return SecretBytes(wiping: &text)
    }

    /// What `vault.seal` keeps of a card, so that a mistyped one is named. The share has 252 random bits: nobody finds
    /// it from its hash.
    public func fingerprint(vault: VaultID) -> [UInt8] {
        let prefix =
            Array("COFFER/SHFPR/v01".utf8) + [purpose.rawValue] + vault.bytes + set + [threshold, count, index]
        return BLAKE2b.hashToSecret(share.value.bytes(), prefix: prefix, size: ShareSet.fingerprintSize).exposeBytes()
    }
}

extension ShareSet.Purpose {
    /// What a card's text begins with, before the `1`.
    public var prefix: String { self == .unsealing ? "cofferu" : "cofferr" }

    init?(prefix: String) {
        guard let purpose = Self.allCases.first(where: { $0.prefix == prefix }) else { return nil }
        self = purpose
    }
}
