/// How a field's body is padded (ISO 7816-4: 0x80, then zeros), so that an envelope's length tells little about the
/// value. The number is part of the registry and of every envelope.
public enum PadPolicy: UInt8, CaseIterable, Hashable, Sendable {
    /// No padding: wrapped keys and log parts. Never a field.
    case unpadded = 0
    /// Multiples of 16 bytes: dates.
    case blocks16 = 1
    /// Multiples of 32 bytes: phones, ID numbers.
    case blocks32 = 2
    /// Multiples of 64 bytes: names, e-mail addresses.
    case blocks64 = 3
    /// Multiples of 128 bytes: postal addresses.
    case blocks128 = 4
    /// 256, 512, … 16,384 bytes: free text.
    case buckets = 5

    /// The longest padded body in bytes.
    public var limit: Int {
        switch self {
        case .unpadded: EnvelopeLayout.largestWrappedBytes
        case .blocks16, .blocks32, .blocks64, .blocks128: 1_024
        case .buckets: 16_384
        }
    }

    /// The longest value in bytes: the padded body less the type byte and one byte of padding.
    public var capacity: Int { self == .unpadded ? limit : limit - 2 }

    /// The size of a body of `count` bytes with its padding, or nil when it is too long.
    func paddedSize(of count: Int) -> Int? {
        switch self {
        case .unpadded: return count <= limit ? count : nil
        case .blocks16: return blocks(of: 16, count)
        case .blocks32: return blocks(of: 32, count)
        case .blocks64: return blocks(of: 64, count)
        case .blocks128: return blocks(of: 128, count)
        case .buckets:
            var bucket = 256
            while bucket < count + 1 { bucket *= 2 }
            return bucket <= limit ? bucket : nil
        }
    }

    private func blocks(of size: Int, _ count: Int) -> Int? {
        let padded = (count / size + 1) * size
        return padded <= limit ? padded : nil
    }

    /// Appends the padding, or returns false when the body is too long.
    func pad(_ body: inout [UInt8]) -> Bool {
        guard let size = paddedSize(of: body.count) else { return false }
        guard self != .unpadded else { return true }
        body.append(0x80)
        body.append(contentsOf: repeatElement(0, count: size - body.count))
        return true
    }

    /// The number of bytes before the padding, or nil unless the padding is exactly what `pad` writes: the right
    /// marker, and no block or bucket more than the body needs. Only for authenticated bytes, so its running time
    /// tells an attacker nothing.
    func unpaddedCount(of padded: [UInt8]) -> Int? {
        guard self != .unpadded else { return padded.count }
        guard let marker = padded.lastIndex(where: { $0 != 0 }), padded[marker] == 0x80,
            paddedSize(of: marker) == padded.count
        else { return nil }
        return marker
    }
}
