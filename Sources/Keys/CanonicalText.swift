internal import VaultModel

/// The stored form of text.
enum CanonicalText {
    /// The UTF-8 bytes of `text` in normalisation form C. Most text is already there, and takes no detour.
    static func nfc(_ text: String) -> [UInt8] {
        Array((text.unicodeScalars.allSatisfy(isSettled) ? text : ComposedText.nfc(text)).utf8)
    }

    /// Scalars that NFC leaves alone whatever stands before or after them (NFC_Quick_Check = Yes, combining class 0):
    /// Latin, Greek and Cyrillic letters, kana, Han, Hangul syllables, full-width forms and common punctuation.
    static func isSettled(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0000...0x02FF, 0x0400...0x0482, 0x048A...0x052F, 0x2010...0x2027, 0x3000...0x3029, 0x3041...0x3096,
            0x30A0...0x30FF, 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xFF01...0xFF60:
            true
        default: false
        }
    }
}
