/// A record's id as people, heads and the log write it: one to four letters of its kind, `_`, and 26 characters of
/// Crockford's lower-case base 32, e.g. `o_…` for an order. A customer's own record is named by her number instead.
public struct RecordName: Hashable, Sendable, CustomStringConvertible {
    public let prefix: String
    public let record: RecordID

    public init(_ record: RecordID, kind: String) {
        self.record = record
        prefix = Self.prefix(of: kind)
    }

    /// Returns nil unless `text` is the one spelling of a name.
    public init?(_ text: String) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...4).contains(parts[0].utf8.count),
            parts[0].utf8.allSatisfy({ (0x61...0x7A).contains($0) }), let record = Self.decode(parts[1].utf8)
        else { return nil }
        prefix = String(parts[0])
        self.record = record
    }

    /// `o` for orders, the first four letters of any other kind.
    public static func prefix(of kind: String) -> String {
        kind == "order" ? "o" : String(kind.filter { ("a"..."z").contains($0) }.prefix(4))
    }

    public var text: String { prefix + "_" + Self.encode(record.bytes) }
    public var description: String { text }

    // MARK: - 128 bits in 26 digits of five, the first two bits zero

    private static func encode(_ bytes: [UInt8]) -> String {
        var digits: [UInt8] = []
        var pending: UInt32 = 0
        var bits: UInt32 = 2
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                digits.append(Crockford.lower[Int(pending >> bits & 31)])
            }
            pending &= 1 << bits - 1
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func decode(_ text: Substring.UTF8View) -> RecordID? {
        guard text.count == 26 else { return nil }
        var bytes: [UInt8] = []
        var pending: UInt32 = 0
        var bits: UInt32 = 0
        for (place, character) in text.enumerated() {
            guard let digit = Crockford.lower.firstIndex(of: character), place > 0 || digit < 8 else { return nil }
            pending = pending << 5 | UInt32(digit)
            bits += place == 0 ? 3 : 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> bits))
                pending &= 1 << bits - 1
            }
        }
        return RecordID(bytes)
    }
}
