/// One row of the source, ready for the broker, which normalises and validates the values.
public struct ImportRow: Equatable, Sendable {
    /// The physical line on which the row begins.
    public let line: Int
    /// Values by field name: a plain name for a field of the map's record, `kind.field` for another kind's.
    /// A field whose cells are empty is absent.
    public let fields: [String: [String]]
    /// The cells as they stand in the source: what a rejects file shows if the broker refuses the row.
    public let cells: [String]
}

/// A row that cannot even be mapped.
public struct RejectedRow: Equatable, Sendable {
    public let line: Int
    public let problem: RowProblem
    public let cells: [String]
}

/// One row of the source or the reason why it is none.
public enum ImportItem: Equatable, Sendable {
    case row(ImportRow)
    case rejected(RejectedRow)
}

/// Why a row cannot be mapped. No case carries a value.
public enum RowProblem: Equatable, Sendable, CustomStringConvertible {
    case columnCount(expected: Int, found: Int)
    /// The cell is none of the texts that the map lists for the field.
    case unknownValue(field: String)
    /// The cell matches none of the map's formats, or names a day that does not exist.
    case badDate(field: String)
    case tooManyValues(field: String)

    public var description: String {
        switch self {
        case .columnCount(let expected, let found): "\(found) cells, but the header has \(expected)"
        case .unknownValue(let field): "\(field): none of the values that the map lists"
        case .badDate(let field): "\(field): not a date in a format of the map"
        case .tooManyValues(let field): "\(field): more than \(ImportLimits.valuesPerField) values"
        }
    }
}
