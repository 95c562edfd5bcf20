/// The first steps every type shares: half-width forms, trimming, and no characters that hide.
enum PlainText {
    /// Full-width letters, digits and punctuation (U+FF01...U+FF5E) and the ideographic space in their ASCII forms.
    static func halfWidth(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0xFF01...0xFF5E: scalars.append(Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
            case 0x3000, 0xA0: scalars.append(" ")
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    /// Without white space, byte-order marks and zero-width spaces at either end.
    static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isBlank($0) }),
            let last = scalars.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(scalars[first...last])
    }

    /// Trimmed, half-width, and without any of `separators`: the form codes and numbers start from.
    static func compact(_ text: String, without separators: Set<Unicode.Scalar> = []) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in trimmed(halfWidth(text)).unicodeScalars where !separators.contains(scalar) {
            scalars.append(scalar)
        }
        return String(scalars)
    }

    /// Trimmed and NFC. With `isProse`, line ends become `\n` and tabs and line ends stay; otherwise any run of white
    /// space becomes one space.
    static func normal(_ text: String, isProse: Bool) throws(FieldValueError) -> String {
        var scalars = String.UnicodeScalarView()
        var previous: Unicode.Scalar = "x"
        for scalar in trimmed(text).unicodeScalars {
            defer { previous = scalar }
            if isProse, scalar == "\r" || scalar == "\n" {
                if !(scalar == "\n" && previous == "\r") { scalars.append("\n") }
            } else if isProse, scalar == "\t" {
                scalars.append(scalar)
            } else if scalar.properties.isWhitespace, !isProse {
                if !previous.properties.isWhitespace { scalars.append(" ") }
            } else if isHidden(scalar) {
                throw .controlCharacter
            } else {
                scalars.append(scalar)
            }
        }
        return try TextShim.convert(String(scalars), to: .nfc)
    }

    /// White space, and what editors leave at the ends of a cell unseen.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar == "\u{FEFF}" || scalar == "\u{200B}"
    }

    /// Control characters, marks that turn the writing direction (a stored value must not rearrange the log line or
    /// table it is shown in), byte-order marks and noncharacters.
    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x202A...0x202E, 0x2066...0x2069, 0xFEFF, 0x200B, 0x2028, 0x2029: true
        default: scalar.properties.generalCategory == .control || scalar.properties.isNoncharacterCodePoint
        }
    }
}

extension String {
    /// ASCII letters in upper case, everything else untouched. `uppercased()` would turn ß into SS.
    var upperASCII: String {
        String(decoding: utf8.map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 }, as: UTF8.self)
    }
}

extension UInt8 {
    var isASCIIDigit: Bool { (0x30...0x39).contains(self) }
    var isASCIIUpper: Bool { (0x41...0x5A).contains(self) }
    var isASCIILower: Bool { (0x61...0x7A).contains(self) }
}
