/// The rows of a CSV file as a map sees them, one at a time, in constant memory.
///
/// ```
/// let source = try ImportSource(path, mapping: mapping)
/// while let item = try source.next() { … }
/// ```
/// The file is read twice: a survey finds the hash and the encoding and refuses bad bytes before a single row is
/// imported; the second reading compares the hash at its end.
public final class ImportSource {
    public let file: SourceFile
    public let mapping: MappingFile
    /// The column names of the source, in its order.
    public var header: [String] { mapper.header }
    /// Rows taken so far, bad and skipped ones included, the header not. An import that stopped is resumed by giving
    /// this figure to `skippingRows`, once the hash of the file has been compared.
    public private(set) var rowsRead = 0
    /// Bytes of `file.sizeBytes` read so far, for a progress bar.
    public var bytesRead: Int64 { reader.bytesRead }

    private let reader: CSVReader
    private let mapper: RowMapper

    /// Surveys the file, reads its header and passes over `skippingRows` rows.
    ///
    /// - Parameter encoding: nil to find it.
    /// - Throws: every case of `ImportError`.
    public init(
        _ path: String, mapping: MappingFile, encoding: TextEncoding? = nil, skippingRows: Int = 0
    ) throws(ImportError) {
        file = try SourceFile.survey(path, as: encoding)
        reader = try CSVReader(file)
        mapper = try RowMapper(header: try reader.next(), mapping: mapping)
        self.mapping = mapping
        while rowsRead < skippingRows, try reader.next() != nil { rowsRead += 1 }
    }

    /// The next row that is not empty; nil after the last one.
    ///
    /// - Throws: `.table` where the grammar breaks: rows taken before stay good; `.changed`; `.file`.
    public func next() throws(ImportError) -> ImportItem? {
        while let row = try reader.next() {
            rowsRead += 1
            if let item = mapper.map(row) { return item }
        }
        return nil
    }
}
