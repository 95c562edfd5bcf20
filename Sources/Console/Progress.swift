public import Host

/// How far a long job is: a bar that redraws itself on a terminal, one line every ten seconds elsewhere.
public struct Progress: Sendable {
    /// Redrawing more often only makes it flicker.
    private static let redrawMilliseconds: Int64 = 100
    private static let lineMilliseconds: Int64 = 10_000
    private static let barColumns = 24

    private let label: String
    private let unit: String
    private let isTerminal: Bool
    private let width: Int
    private let output: Output
    private let clock: any WallClock
    private var lastShown: Int64
    private var isDrawn = false

    /// - Parameter width: the columns of the terminal that shows the notes; nil when it is none.
    public init(
        _ label: String, unit: String, output: Output, width: Int? = Terminal.columns(Output.Stream.notes.rawValue),
        clock: some WallClock = SystemClock()
    ) {
        self.label = label
        self.unit = unit
        self.isTerminal = width != nil
        self.width = width ?? 0
        self.output = output
        self.clock = clock
        // A terminal shows the bar at once, a log file after the first ten seconds.
        lastShown = width == nil ? clock.nowMilliseconds() : 0
    }

    /// Tells how much of the total is done.
    public mutating func show(done: Int64, of total: Int64) {
        let now = clock.nowMilliseconds()
        // A clock that was set back must not silence the bar.
        let since = abs(now - lastShown)
        guard since >= (isTerminal ? Self.redrawMilliseconds : Self.lineMilliseconds) else { return }
        lastShown = now
        let text = isTerminal ? "\r" + bar(done, total) + "\u{1B}[K" : plain(done, total) + "\n"
        isDrawn = isTerminal
        output.write(Array(text.utf8), to: .notes)
    }

    /// Clears the bar, so that what follows starts on an empty line.
    public mutating func finish() {
        guard isDrawn else { return }
        isDrawn = false
        output.write(Array("\r\u{1B}[K".utf8), to: .notes)
    }

    private func plain(_ done: Int64, _ total: Int64) -> String {
        "\(label): \(done) of \(total) \(unit) (\(percent(done, total)) %)"
    }

    private func bar(_ done: Int64, _ total: Int64) -> String {
        let percent = percent(done, total)
        let filled = Self.barColumns * percent / 100
        let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: Self.barColumns - filled)
        let text =
            "\(label) [\(bar)] \(DisplayWidth.padded("\(percent)", to: 3, trailing: true)) % "
            + "\(done)/\(total) \(unit)"
        // The last column stays free: some terminals begin a new line when it is used.
        return DisplayWidth.truncated(text, to: max(1, width - 1))
    }

    private func percent(_ done: Int64, _ total: Int64) -> Int {
        guard total > 0 else { return 100 }
        return Int(min(max(done, 0), total) * 100 / total)
    }
}
