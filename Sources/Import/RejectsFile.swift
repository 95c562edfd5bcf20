private import CCSV
public import Host

/// The rows that were not imported, for a person to correct: CSV, UTF-8 with a byte-order mark so that a spreadsheet
/// reads it right, each row with its line in the source and the reason, then its cells unchanged.
///
/// It holds customers in plain text: mode 0600, and whoever is done with it should shred it. The cells are not
/// defused against spreadsheet formulas, because the file can be imported again once corrected: `ImportSource` passes
/// over the two columns that were added.
public final class RejectsFile {
    /// The columns added at the front.
    public static let columns = ["rejected_line", "rejected_reason"]

    public let path: String
    /// Rows written so far.
    public private(set) var count = 0

    private let header: [String]
    private var writer: Writer?

    /// Nothing is created before the first row.
    ///
    /// - Parameter header: the column names of the source.
    /// - Throws: EEXIST when something lies at `path`.
    public init(_ path: String, header: [String]) throws(HostError) {
        guard !Folder.exists(path) else { throw HostError(operation: "open", path: path, errno: Self.exists) }
        self.path = path
        self.header = header
    }

    /// Appends a row.
    ///
    /// - Parameter reason: why it was not imported; it must not repeat a value.
    public func write(line: Int, reason: String, cells: [String]) throws(HostError) {
        if writer == nil {
            let made = Writer(file: try FileWriter(creating: path))
            try made.file.write([0xEF, 0xBB, 0xBF] + Self.record(Self.columns + header))
            writer = made
        }
        try writer?.file.write(Self.record(["\(line)", reason] + cells))
        count += 1
    }

    /// Waits until all rows are on the disk.
    public func sync() throws(HostError) { try writer?.file.sync() }

    /// EEXIST.
    private static let exists: Int32 = 17

    private static func record(_ cells: [String]) -> [UInt8] {
        var record: [UInt8] = []
        for cell in cells {
            if !record.isEmpty { record.append(UInt8(ascii: ",")) }
            record += quoted(Array(cell.utf8))
        }
        return record + [UInt8(ascii: "\r"), UInt8(ascii: "\n")]
    }

    private static func quoted(_ cell: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: cell.count * 2 + 2)
        let count = unsafe ccsv_quote(&out, out.count, cell, cell.count)
        return Array(out.prefix(count))
    }

    /// A box, because a class cannot hold an optional value that is not copyable and still lend it.
    private final class Writer {
        let file: FileWriter
        init(file: consuming FileWriter) { self.file = file }
    }
}
