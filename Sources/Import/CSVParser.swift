private import CCSV

/// A row as it stands in the file.
public struct CSVRow: Equatable, Sendable {
    /// The physical line on which the row begins, counted from 1. A quoted cell may run over several lines.
    public let line: Int
    /// The cells as text, their quotes removed.
    public let cells: [String]
}

/// Cuts UTF-8 text into rows by RFC 4180, strictly, through libcsv. Constant memory: one row at a time.
///
/// Lines without a single character are no rows. Blanks around an unquoted cell are dropped.
@safe struct CSVParser: ~Copyable {
    private let reader: OpaquePointer
    private var pending: [UInt8] = []
    private var position = 0
    private var isFinished = false

    init() {
        guard
            let reader = unsafe ccsv_create(ImportLimits.cellBytes, ImportLimits.rowBytes, ImportLimits.columns)
        else { preconditionFailure("out of memory") }
        unsafe self.reader = reader
    }

    deinit { unsafe ccsv_destroy(reader) }

    /// Whether all bytes given so far are used up, so that the next ones are wanted.
    var isHungry: Bool { position == pending.count && !isFinished }

    /// Hands over the next piece of the text. Call it only when the parser is hungry.
    mutating func append(_ bytes: [UInt8]) {
        precondition(isHungry, "the last piece is used up")
        pending = bytes
        position = 0
    }

    /// No piece follows.
    mutating func finish() { isFinished = true }

    /// The next row; nil when the parser is hungry, or at the end.
    mutating func next() throws(ImportError) -> CSVRow? {
        guard let line = try advance() else { return nil }
        return CSVRow(line: line, cells: try cells())
    }

    /// Checks the next row and passes over it. False when the parser is hungry, or at the end.
    mutating func skip() throws(ImportError) -> Bool { try advance() != nil }

    /// The line of the next row, whose cells are then at hand.
    private mutating func advance() throws(ImportError) -> Int? {
        var consumed = 0
        let status = unsafe pending.withUnsafeBufferPointer { bytes in
            unsafe ccsv_feed(reader, bytes.baseAddress.map { unsafe $0 + position }, bytes.count - position, &consumed)
        }
        position += consumed
        if let line = try line(after: status) { return line }
        guard isFinished else { return nil }
        return try line(after: unsafe ccsv_finish(reader))
    }

    private func line(after status: ccsv_status) throws(ImportError) -> Int? {
        let line = unsafe Int(ccsv_line(reader))
        let rowLine = unsafe Int(ccsv_row_line(reader))
        switch status {
        case ccsv_more, ccsv_end: return nil
        case ccsv_row: return rowLine
        case ccsv_bare_quote: throw .table(.bareQuote, line: line)
        case ccsv_unterminated: throw .table(.unclosedQuote, line: rowLine)
        case ccsv_nul: throw .table(.nul, line: line)
        case ccsv_long_cell:
            // A quote that is not closed looks like a long cell: it swallows row after row.
            let isQuoted = unsafe ccsv_in_quotes(reader) && line > rowLine
            throw .table(isQuoted ? .unclosedQuote : .longCell, line: rowLine)
        case ccsv_long_row: throw .table(.longRow, line: rowLine)
        case ccsv_many_columns: throw .table(.manyColumns, line: rowLine)
        default: preconditionFailure("out of memory")
        }
    }

    private func cells() throws(ImportError) -> [String] {
        var cells: [String] = []
        let count = unsafe ccsv_column_count(reader)
        for index in 0..<count {
            var byteCount = 0
            guard let bytes = unsafe ccsv_cell(reader, index, &byteCount) else {
                cells.append("")
                continue
            }
            let buffer = unsafe UnsafeBufferPointer(start: bytes, count: byteCount)
            // The text was valid when the file was surveyed.
            guard let cell = unsafe String(validating: buffer, as: UTF8.self) else { throw .changed }
            cells.append(cell)
        }
        return cells
    }
}
