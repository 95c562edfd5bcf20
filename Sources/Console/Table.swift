/// Rows under headings, aligned by columns of the terminal and cut to its width.
public struct Table: Sendable {
    public enum Alignment: Sendable { case leading, trailing }

    public struct Column: Sendable {
        let title: String
        let alignment: Alignment
        let canShrink: Bool

        /// - Parameter canShrink: whether cells may be cut when the terminal is narrow. Numbers and ids a person copies
        ///   must not be.
        public init(_ title: String, _ alignment: Alignment = .leading, canShrink: Bool = false) {
            self.title = title
            self.alignment = alignment
            self.canShrink = canShrink
        }
    }

    private static let gap = 2
    /// What a column is never cut below: three characters and `…`.
    private static let narrowest = 4

    private let columns: [Column]
    private var rows: [[String]] = []

    public init(_ columns: [Column]) { self.columns = columns }

    public var isEmpty: Bool { rows.isEmpty }

    /// Adds a row; its cells are made safe to show here. Traps unless there is one cell for each column.
    public mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has a cell for each column")
        rows.append(cells.map(TerminalText.safe))
    }

    /// The table as lines with a newline after each.
    /// - Parameter width: the columns of the terminal; nil cuts nothing.
    public func rendered(width: Int? = nil, paint: Paint = .none) -> String {
        let widths = fitted(to: width)
        let headings = line(columns.map(\.title), widths)
        return ([paint(.heading, headings)] + rows.map { line($0, widths) }).map { $0 + "\n" }.joined()
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let column = columns[index]
            let cut = column.canShrink ? DisplayWidth.truncated(cell, to: widths[index]) : cell
            let isLast = index == cells.count - 1
            text +=
                isLast && column.alignment == .leading
                ? cut : DisplayWidth.padded(cut, to: widths[index], trailing: column.alignment == .trailing)
            if !isLast { text += String(repeating: " ", count: Self.gap) }
        }
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }

    /// The width of each column: its widest cell, then the widest of those that may shrink made narrower until it fits.
    private func fitted(to width: Int?) -> [Int] {
        var widths = columns.indices.map { index in
            rows.reduce(DisplayWidth.of(columns[index].title)) { max($0, DisplayWidth.of($1[index])) }
        }
        guard let width else { return widths }
        var excess = widths.reduce(0, +) + Self.gap * max(0, columns.count - 1) - width
        while excess > 0 {
            let candidates = columns.indices.filter { columns[$0].canShrink && widths[$0] > Self.narrowest }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }
}

/// Labels and values below one another, the values in one line with each other.
public struct LabelList: Sendable {
    private var items: [(label: String, values: [String], ink: Ink?)] = []

    public init() {}

    public mutating func add(_ label: String, _ value: String, ink: Ink? = nil) { add(label, [value], ink: ink) }

    /// Several values stand below one another beside one label; a value's own lines too. All is made safe to show.
    public mutating func add(_ label: String, _ values: [String], ink: Ink? = nil) {
        items.append((TerminalText.safe(label), values.flatMap(TerminalText.safeLines), ink))
    }

    public func rendered(paint: Paint = .none) -> String {
        let width = items.map { DisplayWidth.of($0.label) }.max() ?? 0
        var text = ""
        for item in items {
            for (index, value) in item.values.enumerated() {
                let label = DisplayWidth.padded(index == 0 ? item.label : "", to: width)
                let shown = item.ink.map { paint($0, value) } ?? value
                // No blanks at the end of a line, as in a table.
                text += value.isEmpty ? paint(.faint, item.label) : paint(.faint, label) + "  " + shown
                text += "\n"
            }
        }
        return text
    }
}
