private import Foundation
internal import Primitives

/// Unicode normalisation, the only use of Foundation in this target: NFC for text fields, NFKC for passphrases.
enum CanonicalText {
    /// The UTF-8 bytes of `text` in normalisation form C. Most text is already there, and takes no detour.
    static func nfc(_ text: String) -> [UInt8] {
        text.unicodeScalars.allSatisfy(isSettled) ? Array(text.utf8) : Array(text.precomposedStringWithCanonicalMapping.utf8)
    }

    /// The passphrase in normalisation form KC, so that it opens the vault from any keyboard, or nil when it is not
    /// UTF-8. ASCII, which is its own normal form, never leaves locked memory. Anything else passes through strings in
    /// ordinary memory that nothing wipes.
    static func nfkc(_ passphrase: borrowing SecretBytes) -> SecretBytes? {
        let isASCII = passphrase.withBytes { span in
            (0..<span.byteCount).allSatisfy { unsafe span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) < 0x80 }
        }
        guard !isASCII else { return passphrase.clone() }
        var input = passphrase.exposeBytes()
        let text = String(validating: input, as: UTF8.self)
        Wipe.zero(&input)
        guard let text else { return nil }
        var normal = Array(text.precomposedStringWithCompatibilityMapping.utf8)
        return SecretBytes(wiping: &normal)
    }

    /// Scalars that NFC leaves alone whatever stands before or after them (NFC_Quick_Check = Yes, combining class 0):
    /// Latin, Greek and Cyrillic letters, kana, Han, Hangul syllables, full-width forms and common punctuation.
    static func isSettled(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0000...0x02FF, 0x0400...0x0482, 0x048A...0x052F, 0x2010...0x2027, 0x3000...0x3029, 0x3041...0x3096,
            0x30A0...0x30FF, 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xFF01...0xFF60: true
        default: false
        }
    }
}
