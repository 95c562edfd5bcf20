private import CanonicalJSON
public import Host

/// How far a long job is: a bar that redraws itself on a terminal, one line every ten seconds elsewhere, and with `--json`
/// one object a second on standard error, where the answer on standard output stays one object.
public struct Progress: Sendable {
    /// What is counted.
    public enum Unit: Hashable, Sendable {
        case bytes
        /// In the plural, e.g. `rows`.
        case things(String)
    }

    /// Redrawing more often only makes it flicker.
    private static let redrawMilliseconds: Int64 = 100
    private static let eventMilliseconds: Int64 = 1_000
    private static let lineMilliseconds: Int64 = 10_000
    /// A rate of less time than this says nothing about the rest.
    private static let rateMilliseconds: Int64 = 2_000
    private static let barColumns = 24

    private enum Form {
        case bar(columns: Int), lines, events
    }

    /// What is being done; another one begins a pace of its own.
    public var label: String {
        didSet { if label != oldValue { start = nil } }
    }
    private let unit: Unit
    private let form: Form
    private let output: Output
    private let clock: any WallClock
    private var lastShown: Int64
    /// When something was first told, and what was done by then: a job that goes on did not do that now.
    private var start: (time: Int64, done: Int64)?
    private var isDrawn = false

    /// - Parameter width: the columns of the terminal that shows the notes; nil when it is none.
    public init(
        _ label: String, unit: Unit, output: Output, width: Int? = Terminal.columns(Output.Stream.notes.rawValue),
        clock: some WallClock = SystemClock()
    ) {
        self.label = label
        self.unit = unit
        form = output.isJSON ? .events : width.map { .bar(columns: $0) } ?? .lines
        self.output = output
        self.clock = clock
        // A log file gets the first line after ten seconds, others are told at once.
        if case .lines = form { lastShown = clock.nowMilliseconds() } else { lastShown = 0 }
    }

    /// Tells how much of the total is done.
    public mutating func show(done: Int64, of total: Int64) {
        let now = clock.nowMilliseconds()
        let first = start ?? (now, done)
        start = first
        // A clock that was set back must not silence the bar.
        guard abs(now - lastShown) >= interval else { return }
        lastShown = now
        let pace = Pace(done: done - first.done, milliseconds: now - first.time, left: max(0, total - done))
        switch form {
        case .bar(let columns):
            isDrawn = true
            say("\r" + bar(done, total, pace, columns) + "\u{1B}[K")
        case .lines: say(plain(done, total, pace) + "\n")
        case .events: output.write(event(done, total, pace), to: .notes)
        }
    }

    /// Clears the bar, so that what follows starts on an empty line.
    public mutating func finish() {
        guard isDrawn else { return }
        isDrawn = false
        say("\r\u{1B}[K")
    }

    private func say(_ text: String) { output.write(Array(text.utf8), to: .notes) }

    private var interval: Int64 {
        switch form {
        case .bar: Self.redrawMilliseconds
        case .lines: Self.lineMilliseconds
        case .events: Self.eventMilliseconds
        }
    }

    /// How fast it went so far; nil before that can be said.
    private struct Pace {
        let perSecond: Int64
        let secondsLeft: Int64

        init?(done: Int64, milliseconds: Int64, left: Int64) {
            guard done > 0, milliseconds >= Progress.rateMilliseconds else { return nil }
            let rate = Double(done) / Double(milliseconds) * 1_000
            let seconds = (Double(left) / rate).rounded(.up)
            // A job of more than a hundred years has no end worth showing.
            guard seconds < 3.2e9 else { return nil }
            (perSecond, secondsLeft) = (Int64(rate.rounded()), Int64(seconds))
        }
    }

    private func plain(_ done: Int64, _ total: Int64, _ pace: Pace?) -> String {
        "\(label): \(amount(done)) of \(amount(total))\(noun) (\(percent(done, total)) %)\(tail(pace))"
    }

    private func bar(_ done: Int64, _ total: Int64, _ pace: Pace?, _ columns: Int) -> String {
        let percent = percent(done, total)
        let filled = Self.barColumns * percent / 100
        let bar = String(repeating: "=", count: filled) + String(repeating: " ", count: Self.barColumns - filled)
        let text =
            "\(label) [\(bar)] \(DisplayWidth.padded("\(percent)", to: 3, trailing: true)) % "
            + "\(amount(done))/\(amount(total))\(noun)\(tail(pace))"
        // The last column stays free: some terminals begin a new line when it is used.
        return DisplayWidth.truncated(text, to: max(1, columns - 1))
    }

    /// `{"progress":{…}}`; `per_second` and `seconds_left` once they are known.
    private func event(_ done: Int64, _ total: Int64, _ pace: Pace?) -> [UInt8] {
        var members: [String: JSONValue] = [
            "done": .integer(done), "job": .string(label), "percent": .count(percent(done, total)),
            "total": .integer(total), "unit": .string(unit.name),
        ]
        members["per_second"] = pace.map { .integer($0.perSecond) }
        members["seconds_left"] = pace.map { .integer($0.secondsLeft) }
        return JSONValue.object(["progress": .object(members)]).encode() + [0x0A]
    }

    private func tail(_ pace: Pace?) -> String {
        guard let pace else { return "" }
        return ", \(amount(pace.perSecond))\(noun)/s, \(Moment.span(seconds: pace.secondsLeft)) left"
    }

    private func amount(_ number: Int64) -> String { unit == .bytes ? ByteCount.text(number) : String(number) }

    private var noun: String { unit == .bytes ? "" : " \(unit.name)" }

    private func percent(_ done: Int64, _ total: Int64) -> Int {
        guard total > 0 else { return 100 }
        return Int(min(max(done, 0), total) * 100 / total)
    }
}

extension Progress.Unit {
    fileprivate var name: String {
        switch self {
        case .bytes: "bytes"
        case .things(let name): name
        }
    }
}
