private import Primitives

/// The rows of a surveyed file, one at a time, in constant memory: bytes, then UTF-8, then rows.
public final class CSVReader {
    public let file: SourceFile
    /// Bytes of the file read so far, for a progress bar.
    public private(set) var bytesRead: Int64 = 0

    private let bytes: ByteSource
    private var decoder: TextDecoder
    private var parser = CSVParser()
    private var hash = SHA256.Stream()
    private var isAtStart = true
    private var isAtEnd = false

    /// - Throws: `.file` when it cannot be opened again.
    public init(_ file: SourceFile) throws(ImportError) {
        bytes = try ByteSource(file.path)
        decoder = TextDecoder(file.encoding)
        self.file = file
    }

    /// The next row, nil after the last one.
    ///
    /// - Throws: `.changed` when the bytes are not those of the survey, at the latest after the last row; `.file`.
    ///   After an error the reader is spent.
    public func next() throws(ImportError) -> CSVRow? {
        while true {
            if let row = try surveyed() { return row }
            if isAtEnd { return nil }
            try feed()
        }
    }

    private func feed() throws(ImportError) {
        let piece = try bytes.next()
        if piece.isEmpty {
            isAtEnd = true
            guard hash.finish() == file.sha256 else { throw .changed }
            parser.finish()
            return
        }
        bytesRead += Int64(piece.count)
        hash.update(piece)
        let text = try decoded(piece)
        parser.append(isAtStart ? ByteOrderMark.removed(from: text) : text)
        isAtStart = false
    }

    /// The survey parsed every row and decoded every byte, so a failure now is a change.
    private func surveyed() throws(ImportError) -> CSVRow? {
        do throws(ImportError) { return try parser.next() } catch { throw .changed }
    }

    private func decoded(_ piece: [UInt8]) throws(ImportError) -> [UInt8] {
        do throws(ImportError) { return try decoder.decode(piece) } catch { throw .changed }
    }
}
