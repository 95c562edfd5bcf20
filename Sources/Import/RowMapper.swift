/// Applies a map to the rows of one file, whose header it was matched with. Pure.
struct RowMapper {
    /// The header without the columns that a rejects file adds.
    let header: [String]
    /// `record.field` of every column that the file has and the map does not ignore, sorted.
    let fieldNames: [String]
    private let uses: [MappingFile.Use]
    private let cellCount: Int
    /// How many columns at the front belong to a rejects file that is being imported again.
    private let extra: Int

    init(header row: CSVRow?, mapping: MappingFile) throws(ImportError) {
        guard let row else { throw .header(.emptyFile) }
        let names = row.cells.map { CellText.trimmed($0) }
        extra = names.starts(with: RejectsFile.columns) ? RejectsFile.columns.count : 0
        header = Array(names[extra...])
        cellCount = row.cells.count
        let uses = try Self.match(header, mapping)
        self.uses = uses
        let fields: [String] = uses.compactMap { use in
            guard case .field(let field, _, _) = use else { return nil }
            return field.contains(".") ? field : mapping.record + "." + field
        }
        fieldNames = Set(fields).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func match(_ header: [String], _ mapping: MappingFile) throws(ImportError) -> [MappingFile.Use] {
        let owners = header.map { name in mapping.columns.firstIndex { $0.names.contains(name) } }
        let found = owners.compactMap { $0 }
        guard !found.isEmpty else { throw .header(.notAHeader) }
        let unknown = zip(header, owners).filter { $0.1 == nil }.map { $0.0 }
        let missing = mapping.columns.indices.filter { !found.contains($0) && !mapping.columns[$0].isOptional }
        let repeated = mapping.columns.indices.filter { index in found.count { $0 == index } > 1 }
        guard unknown.isEmpty, missing.isEmpty, repeated.isEmpty else {
            throw .header(
                .columns(
                    missing: missing.map { mapping.columns[$0].header }, unknown: unknown,
                    repeated: repeated.map { mapping.columns[$0].header }))
        }
        return found.map { mapping.columns[$0].use }
    }

    /// Nil for a row whose cells are all empty: spreadsheets leave such rows at the end.
    func map(_ row: CSVRow) -> ImportItem? {
        guard row.cells.count == cellCount else {
            let problem = RowProblem.columnCount(expected: cellCount, found: row.cells.count)
            let cells = extra < row.cells.count ? Array(row.cells[extra...]) : []
            return .rejected(RejectedRow(line: row.line, problem: problem, cells: cells))
        }
        let cells = Array(row.cells[extra...])
        let tidy = cells.map { CellText.tidied($0) }
        guard tidy.contains(where: { !$0.isEmpty }) else { return nil }
        do throws(RowProblemError) {
            return .row(ImportRow(line: row.line, fields: try fields(tidy), cells: cells))
        } catch {
            return .rejected(RejectedRow(line: row.line, problem: error.problem, cells: cells))
        }
    }

    private func fields(_ cells: [String]) throws(RowProblemError) -> [String: [String]] {
        var fields: [String: [String]] = [:]
        for (cell, use) in zip(cells, uses) where !cell.isEmpty {
            guard case .field(let field, let transform, let separators) = use else { continue }
            for part in Self.split(cell, separators) {
                let value = try Self.value(part, transform, field)
                // The same phone in two columns is one phone.
                if !(fields[field] ?? []).contains(value) { fields[field, default: []].append(value) }
            }
            guard (fields[field] ?? []).count <= ImportLimits.valuesPerField else {
                throw RowProblemError(problem: .tooManyValues(field: field))
            }
        }
        return fields
    }

    private static func split(_ cell: String, _ separators: [Character]) -> [String] {
        guard !separators.isEmpty else { return [cell] }
        return cell.split { separators.contains($0) }.map { CellText.trimmed(String($0)) }.filter { !$0.isEmpty }
    }

    private static func value(
        _ text: String, _ transform: MappingFile.Transform, _ field: String
    ) throws(RowProblemError) -> String {
        switch transform {
        case .text:
            return text
        case .date(let formats):
            if let date = DateFormat.normalised(text, formats: formats, time: false) { return date }
            throw RowProblemError(problem: .badDate(field: field))
        case .dateTime(let formats):
            if let date = DateFormat.normalised(text, formats: formats, time: true) { return date }
            throw RowProblemError(problem: .badDate(field: field))
        case .values(let values):
            if let value = values[text] { return value }
            if values.values.contains(text) { return text }
            throw RowProblemError(problem: .unknownValue(field: field))
        }
    }
}

private struct RowProblemError: Error {
    let problem: RowProblem
}
