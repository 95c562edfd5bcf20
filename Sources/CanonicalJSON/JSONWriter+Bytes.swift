/// The pieces of the writer, for encoders that lay out their own bytes.
extension JSONWriter {
    /// Appends `text` with the escapes of RFC 8785 and **without** the quotation marks.
    ///
    /// Escaped are `"`, `\` and the control characters below U+0020, nothing else: two-letter escapes where JSON has
    /// one, `\u00xx` in lower case otherwise.
    public static func escape(_ text: String, into bytes: inout [UInt8]) {
        var text = text
        text.withUTF8 { unsafe escape($0, into: &bytes) }
    }

    /// Copies runs between escapes as a whole: nearly all texts are one such run.
    private static func escape(_ utf8: UnsafeBufferPointer<UInt8>, into bytes: inout [UInt8]) {
        var start = 0
        for index in utf8.indices where unsafe needsEscape(utf8[index]) {
            unsafe bytes.append(contentsOf: utf8[start..<index])
            unsafe escape(utf8[index], into: &bytes)
            start = index + 1
        }
        unsafe bytes.append(contentsOf: utf8[start...])
    }

    /// Appends `text` as a JSON string, quotation marks included.
    public static func quote(_ text: String, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        escape(text, into: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends `number` in decimal. Traps unless it is in 0...2^53-1.
    public static func integer(_ number: Int64, into bytes: inout [UInt8]) {
        precondition((0...JSONValue.largestInteger).contains(number), "canonical JSON holds integers 0...2^53-1")
        var divisor: Int64 = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }

    /// Appends `text` as it stands: punctuation and names known when the program was written.
    public static func literal(_ text: StaticString, into bytes: inout [UInt8]) {
        text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func escape(_ byte: UInt8, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\\"))
        if let letter = letter(escaping: byte) { return bytes.append(letter) }
        literal("u00", into: &bytes)
        bytes.append(hexDigits[Int(byte >> 4)])
        bytes.append(hexDigits[Int(byte & 15)])
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// The letter after the backslash for bytes that have a two-letter escape.
    static func letter(escaping byte: UInt8) -> UInt8? {
        switch byte {
        case 0x08: UInt8(ascii: "b")
        case 0x09: UInt8(ascii: "t")
        case 0x0A: UInt8(ascii: "n")
        case 0x0C: UInt8(ascii: "f")
        case 0x0D: UInt8(ascii: "r")
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
        default: nil
        }
    }
}
