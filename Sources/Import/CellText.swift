/// The little that an import does to every cell before the map is asked. The broker normalises and validates.
enum CellText {
    /// Blanks at both ends removed, full-width digits made ASCII.
    static func tidied(_ cell: String) -> String {
        let text = trimmed(cell)
        // The first byte of a full-width digit in UTF-8: most cells have none.
        guard text.utf8.contains(0xEF) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map(halfWidth)))
    }

    /// Without white space (U+3000 and U+00A0 included) and zero-width spaces at both ends.
    static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isBlank($0) }),
            let last = scalars.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(scalars[first...last])
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar == "\u{FEFF}" || scalar == "\u{200B}"
    }

    /// U+FF10 to U+FF19.
    private static func isFullWidthDigit(_ scalar: Unicode.Scalar) -> Bool { (0xFF10...0xFF19).contains(scalar.value) }

    private static func halfWidth(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard isFullWidthDigit(scalar) else { return scalar }
        return Unicode.Scalar(UInt8(scalar.value - 0xFF10) + UInt8(ascii: "0"))
    }
}
