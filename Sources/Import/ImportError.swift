public import Host

/// Why a file cannot be imported at all. What is wrong with a single row is a `RowProblem`.
///
/// No case carries a value from a row. Names of unknown columns are carried only once at least one column of the map
/// was found, because the first line of a file without a header is a customer.
public enum ImportError: Error, Equatable, Sendable {
    case file(HostError)
    /// More than `ImportLimits.fileBytes`.
    case tooBig
    case encoding(EncodingProblem)
    /// The file is not well-formed CSV; `line` is where reading stopped.
    case table(TableProblem, line: Int)
    case header(HeaderProblem)
    /// The file is not the one that was surveyed: somebody wrote to it meanwhile.
    case changed
}

/// What breaks the grammar of RFC 4180, or a limit. The row boundaries after it cannot be trusted, so reading ends.
public enum TableProblem: Equatable, Sendable {
    /// A quote inside an unquoted cell, or text after a closing quote.
    case bareQuote
    /// The quoted cell that begins in the row of this line is never closed.
    case unclosedQuote
    case nul
    case longCell
    case longRow
    case manyColumns
}

/// Why the first row is not the header that the map expects.
public enum HeaderProblem: Equatable, Sendable {
    case emptyFile
    /// Not one column of the map is in the first row.
    case notAHeader
    /// Names as the map (missing) or the file (unknown, repeated) writes them.
    case columns(missing: [String], unknown: [String], repeated: [String])
}
