import Console

/// How wide a text is drawn at most, in units of the chart. Fonts differ, and a page knows none of them when it is
/// written: each letter counts as a wide sans-serif font draws it.
enum TextMeasure {
    static let size = 12.0

    static func width(_ text: String) -> Double {
        text.unicodeScalars.reduce(0) { $0 + width($1) }
    }

    /// The text, or as much of its beginning as fits, with `…` behind it.
    static func fitted(_ text: String, to limit: Double) -> String {
        guard width(text) > limit else { return text }
        var (kept, used) = ("", width("…"))
        for character in text {
            used += width(String(character))
            guard used <= limit else { break }
            kept.append(character)
        }
        return kept + "…"
    }

    private static func width(_ scalar: Unicode.Scalar) -> Double {
        let columns = DisplayWidth.of(scalar)
        if columns != 1 { return Double(columns) * size * 0.52 }
        switch scalar {
        case "i", "j", "l", "I", "|", ".", ",", ":", ";", "'", "!", " ", "-", "(", ")", "t", "f", "r":
            return size * 0.42
        case "m", "w", "M", "W", "@", "%", "…", "—": return size
        case "A"..."Z": return size * 0.76
        default: return size * 0.64
        }
    }
}

extension Double {
    /// For an attribute: two decimals at most.
    var svg: String {
        let hundredths = (self * 100).rounded()
        let whole = hundredths.rounded(.towardZero) == hundredths ? Int(hundredths) : 0
        guard whole % 100 != 0 else { return String(whole / 100) }
        return String(Double(whole) / 100)
    }
}
