/// A table of a page: headings, rows, and which columns are figures.
struct HTMLTable {
    enum Column {
        case text(String)
        /// Set flush right, in figures of one width.
        case figure(String)
        /// A time or a short code, which is not broken across lines.
        case short(String)
        /// A sentence.
        case long(String)
        /// A person, whose name may be one long word.
        case person(String)
    }

    let caption: String
    let columns: [Column]
    /// Whether it is no wider than it needs to be.
    let isNarrow: Bool
    private var rows: Markup = .empty
    private(set) var isEmpty = true

    init(_ caption: String, _ columns: [Column], isNarrow: Bool = false) {
        self.caption = caption
        self.columns = columns
        self.isNarrow = isNarrow
    }

    /// Adds a row; the first cell is its heading. Traps unless there is one cell for each column.
    mutating func add(_ cells: [String], isMarked: Bool = false) {
        precondition(cells.count == columns.count, "a row has a cell for each column")
        isEmpty = false
        var row: Markup = isMarked ? "<tr class=\"mark\">" : "<tr>"
        for (place, cell) in cells.enumerated() {
            let style = columns[place].style
            row = row + (place == 0 ? "<th scope=\"row\"\(style)>\(cell)</th>" : "<td\(style)>\(cell)</td>")
        }
        rows = rows + row + "</tr>\n"
    }

    /// The table, or nothing when it has no row.
    var markup: Markup {
        guard !isEmpty else { return .empty }
        let head = columns.map { column -> Markup in "<th scope=\"col\"\(column.style)>\(column.title)</th>" }
        return """
            <div class="wide" tabindex="0"><table\(isNarrow ? " class=\"few\"" : "" as Markup)>
            \(caption.isEmpty ? .empty : "<caption>\(caption)</caption>" as Markup)
            <thead><tr>\(head.joined(separator: ""))</tr></thead>
            <tbody>
            \(rows)</tbody></table></div>
            """
    }
}

extension HTMLTable.Column {
    fileprivate var title: String {
        switch self {
        case .text(let title), .figure(let title), .short(let title), .long(let title),
            .person(let title):
            title
        }
    }

    fileprivate var style: Markup {
        switch self {
        case .text: ""
        case .figure: " class=\"n\""
        case .short: " class=\"t\""
        case .long: " class=\"long\""
        case .person: " class=\"who\""
        }
    }
}
