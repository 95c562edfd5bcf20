/// How many columns of a terminal a text takes. Chinese, Japanese and Korean characters take two, combining marks none.
///
/// Wide is what UAX #11 lists as W or F, and what is drawn as an emoji by default. Characters of ambiguous width count
/// as one column: that is how terminals draw them unless told otherwise. The text must already be safe to show
/// (`TerminalText`): a control character has no width.
public enum DisplayWidth {
    /// The columns of a text on one line.
    public static func of(_ text: some StringProtocol) -> Int {
        var columns = 0
        var last = 0
        var joined = false
        for scalar in text.unicodeScalars {
            if scalar == emojiSelector {
                // A text symbol drawn as an emoji takes two columns.
                if last == 1 { columns += 1 }
                last = 0
                continue
            }
            let width = joined || scalar.properties.isEmojiModifier ? 0 : of(scalar)
            joined = scalar == joiner
            if width > 0 { last = width }
            columns += width
        }
        return columns
    }

    /// The columns of one scalar by itself: 0, 1 or 2.
    public static func of(_ scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return value < 0x20 || (0x7F..<0xA0).contains(value) ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        // The second and third parts of a Hangul syllable written in pieces are drawn into the first.
        if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FF).contains(value) { return 0 }
        return isWide(scalar) ? 2 : 1
    }

    /// The text cut to at most so many columns, with `…` where something was cut off.
    public static func truncated(_ text: String, to columns: Int) -> String {
        guard of(text) > columns else { return text }
        guard columns > 0 else { return "" }
        var kept = ""
        var used = 0
        for character in text {
            let width = of(String(character))
            guard used + width < columns else { break }
            kept.append(character)
            used += width
        }
        return kept + "…"
    }

    /// The text filled up with blanks to so many columns; a longer text stays as it is.
    public static func padded(_ text: String, to columns: Int, trailing: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, columns - of(text)))
        return trailing ? blanks + text : text + blanks
    }

    private static let joiner: Unicode.Scalar = "\u{200D}"
    private static let emojiSelector: Unicode.Scalar = "\u{FE0F}"

    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        guard value >= 0x1100 else { return false }
        var low = 0
        var high = wide.count
        while low < high {
            let middle = (low + high) / 2
            if wide[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        if low < wide.count && wide[low].contains(value) { return true }
        // The letters flags are made of count one each: two of them make a flag of two columns.
        return scalar.properties.isEmojiPresentation && !(0x1F1E6...0x1F1FF).contains(value)
    }

    /// EastAsianWidth W and F of Unicode 15 without the emoji, holes in a block filled; ascending.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3040...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4CF,
        0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
        0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x2FFFD,
        0x30000...0x3FFFD,
    ]
}
