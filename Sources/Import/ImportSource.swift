/// The rows of a CSV file as a map sees them, one at a time, in constant memory.
///
/// The file is read twice. A survey finds the hash, the encoding and the number of rows, and refuses bad bytes and
/// broken CSV before a single row is imported; the second reading compares the hash at its end.
public final class ImportSource {
    public let file: SourceFile
    public let mapping: MappingFile
    /// The column names of the source, in its order.
    public var header: [String] { mapper.header }
    /// `record.field` of every field that the file can fill, sorted.
    public var fieldNames: [String] { mapper.fieldNames }
    /// Rows below the header: bad and empty ones included.
    public var rowCount: Int { file.rowCount - 1 }
    /// How many of `rowCount` have been read.
    public private(set) var rowsRead = 0
    /// How many `.row` items have gone by, those passed over included. An import that stopped is resumed by giving
    /// the number that the broker has taken to `skipping`, once hash and map have been compared.
    public private(set) var rowsMapped = 0
    /// Bytes of `file.sizeBytes` read so far, for a progress bar.
    public var bytesRead: Int64 { reader.bytesRead }

    private let reader: CSVReader
    private let mapper: RowMapper
    private let skipping: Int

    /// Surveys the file and reads its header.
    ///
    /// - Parameters:
    ///   - encoding: nil to find it.
    ///   - skipping: how many `.row` items to pass over; rejected rows among them come out again.
    /// - Throws: every case of `ImportError`.
    public init(
        _ path: String, mapping: MappingFile, encoding: TextEncoding? = nil, skipping: Int = 0
    ) throws(ImportError) {
        file = try SourceFile.survey(path, as: encoding)
        reader = try CSVReader(file)
        mapper = try RowMapper(header: try reader.next(), mapping: mapping)
        self.mapping = mapping
        self.skipping = skipping
    }

    /// The next row that is not empty; nil after the last one.
    ///
    /// - Throws: `.changed`, `.file`.
    public func next() throws(ImportError) -> ImportItem? {
        while let row = try reader.next() {
            rowsRead += 1
            guard let item = mapper.map(row) else { continue }
            guard case .row = item else { return item }
            rowsMapped += 1
            if rowsMapped > skipping { return item }
        }
        return nil
    }
}
