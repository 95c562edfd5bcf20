/// Columns over a time: how many at each place, in one or two parts that stand upon each other.
struct ColumnChart {
    struct Column {
        /// Below the axis, where there is room.
        let label: String
        /// What a pointer is told.
        let title: String
        let first: UInt64
        let second: UInt64
    }

    let id: String
    let title: String
    let description: String
    let columns: [Column]

    static let width = 384.0
    static let height = 190.0
    private static let (top, bottom, right) = (20.0, 24.0, 6.0)

    func svg(_ words: Words) -> Markup {
        let most = columns.map { $0.first + $0.second }.max() ?? 0
        let axis = Axis(most: most)
        let left = (axis.marks.map { TextMeasure.width(words.short($0)) }.max() ?? 0) + 8
        let plot = (width: Self.width - left - Self.right, height: Self.height - Self.top - Self.bottom)
        let base = Self.top + plot.height
        let pitch = plot.width / Double(max(1, columns.count))
        var parts: [Markup] = axis.marks.map { mark in
            let y = base - axis.share(mark) * plot.height
            return """
                <line x1="\(left.svg)" x2="\((Self.width - Self.right).svg)" y1="\(y.svg)" y2="\(y.svg)"/>\
                <text x="\((left - 6).svg)" y="\((y + 4).svg)" text-anchor="end">\(words.short(mark))</text>
                """
        }
        for (place, column) in columns.enumerated() where column.first + column.second > 0 {
            parts.append(bar(column, x: left + pitch * Double(place), pitch, base, plot.height, axis))
        }
        parts += labels(left: left, pitch: pitch)
        if most == 0 {
            parts.append(
                """
                <text x="\((left + plot.width / 2).svg)" y="\((Self.top + plot.height / 2).svg)" \
                text-anchor="middle">\(words[.nothing])</text>
                """)
        } else if let peak = columns.firstIndex(where: { $0.first + $0.second == most }) {
            parts.append(
                value(words.number(most), at: left + pitch * (Double(peak) + 0.5), left, axis, most, plot.height))
        }
        return Chart.svg(id: id, title: title, description: description, width: Self.width, height: Self.height, parts)
    }

    private func bar(
        _ column: Column, x: Double, _ pitch: Double, _ base: Double, _ height: Double, _ axis: Axis
    ) -> Markup {
        let gap = min(3, pitch * 0.2)
        let lower = axis.share(column.first) * height
        let upper = axis.share(column.second) * height
        func rectangle(_ part: Markup, _ y: Double, _ height: Double) -> Markup {
            guard height > 0 else { return .empty }
            return """
                <rect class="\(part)" x="\((x + gap / 2).svg)" y="\(y.svg)" width="\((pitch - gap).svg)" \
                height="\(max(height, 0.75).svg)"/>
                """
        }
        return """
            <g><title>\(column.title)</title>\(rectangle("a", base - lower, lower))\
            \(rectangle("b", base - lower - upper, upper))</g>
            """
    }

    /// As many labels as stand side by side without touching, at equal distances.
    private func labels(left: Double, pitch: Double) -> [Markup] {
        let widest = columns.map { TextMeasure.width($0.label) }.max() ?? 0
        let step = [1, 2, 3, 5, 6, 7, 10, 14, 28, 61, 92, 183].first { Double($0) * pitch >= widest + 8 } ?? 366
        return columns.indices.filter { $0.isMultiple(of: step) }.compactMap { place in
            let middle = left + pitch * (Double(place) + 0.5)
            guard middle + widest / 2 <= Self.width else { return nil }
            return """
                <text x="\(middle.svg)" y="\((Self.height - 7).svg)" text-anchor="middle">\(columns[place].label)</text>
                """
        }
    }

    /// The largest number above its column, kept within the chart.
    private func value(
        _ text: String, at middle: Double, _ left: Double, _ axis: Axis, _ most: UInt64, _ height: Double
    ) -> Markup {
        let half = TextMeasure.width(text) / 2
        let x = min(max(middle, left + half), Self.width - half)
        let y = Self.top + height * (1 - axis.share(most)) - 5
        return """
            <text class="value" x="\(x.svg)" y="\(y.svg)" text-anchor="middle">\(text)</text>
            """
    }
}

/// What charts have in common.
enum Chart {
    /// A drawing that says in words what it shows.
    static func svg(
        id: String, title: String, description: String, width: Double, height: Double, _ parts: [Markup]
    ) -> Markup {
        """
        <svg id="\(id)" role="img" viewBox="0 0 \(width.svg) \(height.svg)" aria-labelledby="\(id)-title \(id)-desc">
        <title id="\(id)-title">\(title)</title><desc id="\(id)-desc">\(description)</desc>
        \(parts.joined())
        </svg>
        """
    }
}
