public import Host
private import Rainbow

/// What a piece of text means; the colour follows from it.
public enum Ink: CaseIterable, Hashable, Sendable {
    case error, warning, hint, good, heading, faint
}

/// Colours text, or leaves it alone.
///
/// Rainbow gives the codes. When to use them is decided here, per descriptor: its own switch is one for the whole
/// process, and standard error may be a terminal while standard output is a file.
public struct Paint: Hashable, Sendable {
    public let isOn: Bool

    public init(isOn: Bool) { self.isOn = isOn }

    public static let none = Paint(isOn: false)

    /// Colour on a terminal, unless `NO_COLOR` is set to anything or `TERM` is `dumb`.
    public init(
        descriptor: Int32, isTerminal: (Int32) -> Bool = Terminal.isTerminal,
        environment: (String) -> String? = Environment.value
    ) {
        let isRefused = environment("NO_COLOR").map { !$0.isEmpty } ?? false
        isOn = isTerminal(descriptor) && !isRefused && environment("TERM") != "dumb"
    }

    /// The text in its colour. It must be safe already (`TerminalText`).
    public func callAsFunction(_ ink: Ink, _ text: String) -> String {
        guard isOn, !text.isEmpty else { return text }
        let codes = Self.codes(ink).map(String.init).joined(separator: ";")
        return "\u{1B}[\(codes)m\(text)\u{1B}[0m"
    }

    private static func codes(_ ink: Ink) -> [UInt8] {
        switch ink {
        case .error: NamedColor.red.value + Style.bold.value
        case .warning: NamedColor.yellow.value
        case .hint: NamedColor.cyan.value
        case .good: NamedColor.green.value
        case .heading: Style.bold.value
        case .faint: Style.dim.value
        }
    }
}
