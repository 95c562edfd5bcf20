/// Makes text harmless to show. A stored value, a file name or a broker's word may hold escape sequences that move the
/// cursor, rewrite what stands on the screen or make the terminal type; or marks that turn the reading direction, so
/// that a number reads backwards.
public enum TerminalText {
    /// The text on one line: line ends and tabs become `↵` and a blank, what is not to be trusted becomes `\u{1B}` and
    /// the like. Everything else, the joiners of emoji and of Persian included, is kept.
    public static func safe(_ text: String) -> String {
        if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
        var result = String.UnicodeScalarView()
        var afterReturn = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where afterReturn: break
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": result.append("↵")
            case "\t": result.append(" ")
            default:
                if isHarmful(scalar) {
                    result.append(contentsOf: escaped(scalar).unicodeScalars)
                } else {
                    result.append(scalar)
                }
            }
            afterReturn = scalar == "\r"
        }
        return String(result)
    }

    /// The lines of a text, each safe.
    public static func safeLines(_ text: String) -> [String] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { safe(String($0)) }
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control: true
        // Joiners build emoji and words; every other format character is invisible and can only deceive.
        case .format: scalar != "\u{200D}" && scalar != "\u{200C}"
        case .surrogate, .privateUse, .unassigned: scalar.value >= 0xE0000 || scalar.properties.isNoncharacterCodePoint
        default: false
        }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    }
}
