/// Bars beside names: how many of each, in one or two parts that follow each other.
struct BarChart {
    struct Bar {
        let name: String
        /// The whole name, and what else a pointer is told.
        let title: String
        let first: UInt64
        let second: UInt64
    }

    let id: String
    let title: String
    let description: String
    /// The first `most` of them are drawn.
    let bars: [Bar]

    static let most = 40
    static let width = 384.0
    private static let (row, nameWidth, gap) = (22.0, 128.0, 8.0)

    func svg(_ words: Words) -> Markup {
        let shown = bars.prefix(Self.most)
        let sums = shown.map { $0.first + $0.second }
        let most = max(1, sums.max() ?? 0)
        let values = sums.map(words.number)
        let valueWidth = values.map(TextMeasure.width).max() ?? 0
        let room = Self.width - Self.nameWidth - valueWidth - 2 * Self.gap
        var parts: [Markup] = []
        for (place, bar) in shown.enumerated() {
            let y = Double(place) * Self.row
            let first = room * Double(bar.first) / Double(most)
            let second = room * Double(bar.second) / Double(most)
            let start = Self.nameWidth + Self.gap
            parts.append(
                """
                <g><title>\(bar.title)</title>\
                <text class="name" x="\(Self.nameWidth.svg)" y="\((y + 15).svg)" text-anchor="end">\
                \(TextMeasure.fitted(bar.name, to: Self.nameWidth - 4))</text>\
                \(rectangle("a", start, y, first))\(rectangle("b", start + first, y, second))\
                <text class="value" x="\((start + first + second + 6).svg)" y="\((y + 15).svg)">\(values[place])</text></g>
                """)
        }
        guard !shown.isEmpty else {
            parts.append(
                """
                <text x="\((Self.width / 2).svg)" y="16" text-anchor="middle">\(words[.nothing])</text>
                """)
            return Chart.svg(
                id: id, title: title, description: description, width: Self.width, height: Self.row, parts)
        }
        return Chart.svg(
            id: id, title: title, description: description, width: Self.width, height: Double(shown.count) * Self.row,
            parts)
    }

    private func rectangle(_ part: Markup, _ x: Double, _ y: Double, _ width: Double) -> Markup {
        guard width > 0 else { return .empty }
        return """
            <rect class="\(part)" x="\(x.svg)" y="\((y + 4).svg)" width="\(max(width, 0.75).svg)" height="14"/>
            """
    }
}
