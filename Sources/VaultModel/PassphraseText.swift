public import Primitives

/// A passphrase in the form that is hashed.
public enum PassphraseText {
    /// UTF-8 in normalisation form KC, so that the passphrase opens from any keyboard; nil when it is not UTF-8.
    ///
    /// ASCII, its own normal form, never leaves locked memory. Anything else passes through strings in ordinary memory
    /// that nothing wipes. ICU does it: Foundation on Linux leaves half-width kana with their marks apart and takes some
    /// letters beyond U+FFFF for others, and a repair there would shut people out of their vaults.
    public static func normalised(_ passphrase: borrowing SecretBytes) -> SecretBytes? {
        let isASCII = passphrase.withBytes { span in
            (0..<span.byteCount).allSatisfy { unsafe span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) < 0x80 }
        }
        guard !isASCII else { return passphrase.clone() }
        var input = passphrase.exposeBytes()
        let text = String(validating: input, as: UTF8.self)
        Wipe.zero(&input)
        guard let text, let normal = try? TextShim.convert(text, to: .nfkc) else { return nil }
        var bytes = Array(normal.utf8)
        return SecretBytes(wiping: &bytes)
    }
}

/// Normalisation form C, by ICU.
public enum ComposedText {
    /// The text with every letter and its marks composed. Any string has this form.
    public static func nfc(_ text: String) -> String {
        do {
            return try TextShim.convert(text, to: .nfc)
        } catch {
            preconditionFailure("a string is Unicode and shorter than 2 GiB")
        }
    }
}
