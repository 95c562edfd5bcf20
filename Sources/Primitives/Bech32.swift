/// Bech32 as BIP-173 has it: text with a checksum that notices any four wrong characters, for keys that people type.
public enum Bech32 {
    /// BIP-173 guarantees what the checksum notices up to here.
    static let largestLength = 90
    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    private static let generator: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]

    /// The lower-case text of `bytes` behind `prefix`, which is lower-case ASCII.
    public static func encode(_ prefix: String, _ bytes: [UInt8]) -> [UInt8] {
        var groups = regroup(bytes, from: 8, to: 5, padding: true) ?? []
        defer { Wipe.zero(&groups) }
        var input = expanded(prefix) + groups + [UInt8](repeating: 0, count: 6)
        defer { Wipe.zero(&input) }
        let checksum = polymod(input) ^ 1
        var text = Array(prefix.utf8) + [UInt8(ascii: "1")]
        text.reserveCapacity(text.count + groups.count + 6)
        for group in groups { text.append(alphabet[Int(group)]) }
        for place in 0..<6 { text.append(alphabet[Int(checksum >> (5 * (5 - UInt32(place)))) & 31]) }
        return text
    }

    /// An encoding of public bytes, e.g. an age recipient.
    public static func text(_ prefix: String, _ bytes: [UInt8]) -> String {
        String(decoding: encode(prefix, bytes), as: UTF8.self)
    }

    /// Prefix and bytes; nil unless all of the text is one encoding, in one case.
    public static func decode(_ text: [UInt8]) -> (prefix: String, bytes: [UInt8])? {
        guard (8...largestLength).contains(text.count), let parts = groups(of: text) else { return nil }
        let prefix = parts.prefix
        var groups = parts.groups
        defer { Wipe.zero(&groups) }
        var input = expanded(prefix) + groups
        defer { Wipe.zero(&input) }
        guard polymod(input) == 1 else { return nil }
        groups.removeLast(6)
        guard let bytes = regroup(groups, from: 5, to: 8, padding: false) else { return nil }
        return (prefix, bytes)
    }

    /// The prefix in lower case and the values of the characters behind the last `1`, the checksum's included.
    static func groups(of text: [UInt8]) -> (prefix: String, groups: [UInt8])? {
        guard text.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        let hasLower = text.contains { (0x61...0x7A).contains($0) }
        let hasUpper = text.contains { (0x41...0x5A).contains($0) }
        guard !(hasLower && hasUpper) else { return nil }
        let lower = text.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        guard let one = lower.lastIndex(of: UInt8(ascii: "1")), one >= 1, lower.count - one - 1 >= 6 else { return nil }
        var values: [UInt8] = []
        values.reserveCapacity(lower.count - one - 1)
        for character in lower[(one + 1)...] {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            values.append(UInt8(value))
        }
        return (String(decoding: lower[..<one], as: UTF8.self), values)
    }

    /// Whether the checksum over a prefix and values holds.
    static func hasChecksum(_ prefix: String, _ groups: [UInt8]) -> Bool { polymod(expanded(prefix) + groups) == 1 }

    private static func expanded(_ prefix: String) -> [UInt8] {
        prefix.utf8.map { $0 >> 5 } + [0] + prefix.utf8.map { $0 & 31 }
    }

    private static func polymod(_ values: [UInt8]) -> UInt32 {
        var checksum: UInt32 = 1
        for value in values {
            let top = checksum >> 25
            checksum = (checksum & 0x1FF_FFFF) << 5 ^ UInt32(value)
            for bit in 0..<5 where top >> UInt32(bit) & 1 == 1 { checksum ^= generator[bit] }
        }
        return checksum
    }

    /// The same bits in groups of another width. Nil for bits left over that are more than padding or not zero.
    private static func regroup(_ values: [UInt8], from: UInt32, to: UInt32, padding: Bool) -> [UInt8]? {
        var held: UInt32 = 0
        var bits: UInt32 = 0
        var result: [UInt8] = []
        result.reserveCapacity(values.count * Int(from) / Int(to) + 1)
        for value in values {
            held = (held << from | UInt32(value)) & 0xFFF
            bits += from
            while bits >= to {
                bits -= to
                result.append(UInt8(held >> bits & (1 << to - 1)))
            }
        }
        if padding {
            if bits > 0 { result.append(UInt8(held << (to - bits) & (1 << to - 1))) }
            return result
        }
        guard bits < from, held & (1 << bits - 1) == 0 else { return nil }
        return result
    }
}
