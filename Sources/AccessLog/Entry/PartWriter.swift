/// Writes the canonical JSON of a part, member by member, in the order the format fixes. No dictionary, no sorting:
/// this runs once per request.
struct PartWriter {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// Punctuation and member names, as they stand.
    mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

    mutating func number(_ value: UInt64) { bytes.append(contentsOf: String(value).utf8) }

    mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.allSatisfy(Self.isPlain) {
            bytes.append(contentsOf: text.utf8)
        } else {
            for byte in text.utf8 { escaped(byte) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func strings(_ list: some Sequence<String>) {
        bytes.append(UInt8(ascii: "["))
        var first = true
        for text in list {
            if !first { bytes.append(UInt8(ascii: ",")) }
            first = false
            string(text)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func numbers(_ list: [UInt64]) {
        bytes.append(UInt8(ascii: "["))
        for (place, value) in list.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            number(value)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// RFC 8785, section 3.2.2.2: the short escapes where JSON has them, `\u00xx` in lower case for the rest.
    private mutating func escaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case 0x08: raw("\\b")
        case 0x09: raw("\\t")
        case 0x0A: raw("\\n")
        case 0x0C: raw("\\f")
        case 0x0D: raw("\\r")
        case 0..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            raw("\\u00")
            bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        default: bytes.append(byte)
        }
    }
}
