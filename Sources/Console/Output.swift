public import CanonicalJSON
private import Host

/// What a command says, and where: data on standard output, everything else on standard error.
public struct Output: Sendable {
    public enum Stream: Int32, Sendable {
        case data = 1
        case notes = 2
    }

    /// Whether the answer is one JSON object instead of text for a person.
    public let isJSON: Bool
    /// Columns of the terminal that shows the data; nil when it is none.
    public let width: Int?
    /// Colours for data.
    public let paint: Paint
    /// Colours for notes.
    public let notesPaint: Paint
    private let sink: @Sendable (Stream, [UInt8]) -> Void

    public init(
        isJSON: Bool, width: Int?, paint: Paint, notesPaint: Paint,
        sink: @escaping @Sendable (Stream, [UInt8]) -> Void
    ) {
        self.isJSON = isJSON
        self.width = width
        self.paint = paint
        self.notesPaint = notesPaint
        self.sink = sink
    }

    /// The standard descriptors of the process.
    public init(isJSON: Bool) {
        self.init(
            isJSON: isJSON, width: Terminal.columns(Stream.data.rawValue),
            paint: Paint(descriptor: Stream.data.rawValue), notesPaint: Paint(descriptor: Stream.notes.rawValue)
        ) { stream, bytes in Terminal.write(bytes, to: stream.rawValue) }
    }

    // MARK: - Data

    /// Writes the answer: the object with `--json`, else the text, which must be safe to show.
    public func answer(_ members: [String: JSONValue], text: () -> String) {
        write(isJSON ? JSONValue.object(members).encode() + [0x0A] : Array(text().utf8), to: .data)
    }

    /// Writes data that has one form only: a completion script, a public key.
    public func data(_ text: String) { write(Array(text.utf8), to: .data) }

    // MARK: - Notes

    /// A remark without a label.
    public func note(_ text: String) { say("", nil, text) }
    public func warning(_ text: String) { say("warning: ", .warning, text) }
    public func hint(_ text: String) { say("hint: ", .hint, text) }

    /// Says what failed: two lines for the person, and with `--json` the object for the script.
    public func fail(_ failure: Failure) {
        if isJSON { write(Self.object(failure).encode() + [0x0A], to: .data) }
        say("error: ", .error, failure.message)
        if !failure.hint.isEmpty { hint(failure.hint) }
        if let request = failure.request { hint("once it is approved, repeat the command with --request \(request)") }
    }

    /// `{"error":{"code":…,"why":…,"message":…,"hint":…}}`, with `request` where there is one.
    static func object(_ failure: Failure) -> JSONValue {
        var members: [String: JSONValue] = [
            "code": .string(failure.code), "why": .string(failure.why), "message": .string(failure.message),
            "hint": .string(failure.hint),
        ]
        members["request"] = failure.request.map(JSONValue.string)
        return ["error": .object(members)]
    }

    private func say(_ label: String, _ ink: Ink?, _ text: String) {
        let label = ink.map { notesPaint($0, label) } ?? label
        write(Array((label + TerminalText.safe(text) + "\n").utf8), to: .notes)
    }

    /// Writes bytes as they are.
    public func write(_ bytes: [UInt8], to stream: Stream) { sink(stream, bytes) }
}

extension JSONValue {
    /// A count as an integer; beyond 2⁵³-1 it stays there, because no reader of JSON could take it exactly.
    public static func count(_ number: UInt64) -> JSONValue { .integer(Int64(clamping: min(number, 1 << 53 - 1))) }
    public static func count(_ number: Int) -> JSONValue { .count(UInt64(max(0, number))) }
}
