import Console

/// HTML text. What is put into it between `\(` and `)` is escaped, unless it is markup itself: a name can never become an
/// element, an attribute or a line of a script.
///
/// Characters that turn the reading direction or cannot be seen are shown by their number, as on a terminal.
public struct Markup: ExpressibleByStringInterpolation, Sendable {
    /// The text as it is written into the file.
    public private(set) var text: String

    public init(stringLiteral text: String) { self.text = text }
    public init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// A text of any origin.
    public init(escaping text: String) { self.text = Self.escaped(text) }

    public static let empty: Markup = ""

    public static func + (lhs: Markup, rhs: Markup) -> Markup {
        var sum = lhs
        sum.text += rhs.text
        return sum
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) { text += literal }
        public mutating func appendInterpolation(_ value: String) { text += Markup.escaped(value) }
        public mutating func appendInterpolation(_ value: Int) { text += String(value) }
        public mutating func appendInterpolation(_ markup: Markup) { text += markup.text }
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in TerminalText.safe(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Sequence<Markup> {
    func joined(separator: String = "\n") -> Markup {
        Markup(stringLiteral: map(\.text).joined(separator: separator))
    }
}
