private import Host
private import Primitives

/// A file that was read once from end to end: what it is, before a single row is taken from it. Its bytes are text and
/// its text is well-formed CSV, or there is no `SourceFile`.
public struct SourceFile: Equatable, Sendable {
    public let path: String
    public let sizeBytes: Int64
    /// SHA-256 of the bytes as they lie on the disk. It goes into the log entry of the import.
    public let sha256: [UInt8]
    public let encoding: TextEncoding
    /// Rows, the header among them.
    public let rowCount: Int

    /// Reads the file in constant memory and finds its encoding: UTF-8 when every byte of it is valid UTF-8, else
    /// GB 18030 when every byte is valid in that.
    ///
    /// - Parameter encoding: the encoding to hold the file to, nil to find it.
    /// - Throws: `.file`, `.tooBig`, `.encoding`, `.table`.
    public static func survey(_ path: String, as encoding: TextEncoding? = nil) throws(ImportError) -> SourceFile {
        let bytes = try ByteSource(path)
        guard bytes.sizeBytes <= ImportLimits.fileBytes else { throw .tooBig }
        var first = try Trial(bytes, decoder: TextDecoder(encoding ?? .utf8), refusingForeign: true)
        if first.failure == nil { return try SourceFile(bytes, path, &first, encoding ?? .utf8) }
        if encoding == nil {
            try bytes.rewind()
            var second = try Trial(bytes, decoder: TextDecoder(.gb18030), refusingForeign: false)
            if second.failure == nil { return try SourceFile(bytes, path, &second, .gb18030) }
            if let utf8 = first.failure?.position, let gb18030 = second.failure?.position {
                throw .encoding(
                    .unknown(
                        utf8Offset: utf8.offset, utf8Line: utf8.line, gb18030Offset: gb18030.offset,
                        gb18030Line: gb18030.line))
            }
        }
        throw first.failure ?? .changed
    }

    private init(
        _ bytes: borrowing ByteSource, _ path: String, _ trial: inout Trial, _ encoding: TextEncoding
    ) throws(ImportError) {
        if let problem = trial.tableFailure { throw problem }
        self.path = path
        sizeBytes = bytes.sizeBytes
        sha256 = trial.sha256()
        self.encoding = encoding
        rowCount = trial.rowCount
    }
}

/// One reading of the whole file against one encoding.
private struct Trial: ~Copyable {
    /// Why the bytes are not text in the encoding; reading stopped there.
    private(set) var failure: ImportError?
    /// Why the text is not CSV. The bytes behind it were still read: another encoding may be the better explanation.
    private(set) var tableFailure: ImportError?
    private(set) var rowCount = 0
    private var hash = SHA256.Stream()
    private var parser = CSVParser()

    init(
        _ bytes: borrowing ByteSource, decoder: consuming TextDecoder, refusingForeign: Bool
    ) throws(ImportError) {
        var isFirst = true
        while true {
            let piece = try bytes.next()
            if piece.isEmpty { break }
            if isFirst && refusingForeign, let problem = EncodingProblem.foreign(piece) { throw .encoding(problem) }
            hash.update(piece)
            do throws(ImportError) {
                let text = try decoder.decode(piece)
                countRows(isFirst ? ByteOrderMark.removed(from: text) : text)
            } catch {
                failure = error
                return
            }
            isFirst = false
        }
        do throws(ImportError) { try decoder.finish() } catch { failure = error }
        parser.finish()
        countRows([])
    }

    mutating func sha256() -> [UInt8] { hash.finish() }

    private mutating func countRows(_ text: [UInt8]) {
        guard tableFailure == nil else { return }
        if !text.isEmpty { parser.append(text) }
        do throws(ImportError) {
            while try parser.skip() { rowCount += 1 }
        } catch {
            tableFailure = error
        }
    }
}

/// U+FEFF at the very start of a file: a byte-order mark in every encoding, no part of the first cell.
enum ByteOrderMark {
    static func removed(from text: [UInt8]) -> [UInt8] {
        text.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(text.dropFirst(3)) : text
    }
}

/// The pieces of a file, with the errors of an import.
struct ByteSource: ~Copyable {
    let sizeBytes: Int64
    private let file: FileReader

    init(_ path: String) throws(ImportError) {
        let opened: FileReader
        do throws(HostError) { opened = try FileReader(path) } catch { throw .file(error) }
        sizeBytes = opened.sizeBytes
        file = opened
    }

    /// Empty at the end.
    borrowing func next() throws(ImportError) -> [UInt8] {
        do throws(HostError) { return try file.read(upTo: ImportLimits.pieceBytes) } catch { throw .file(error) }
    }

    borrowing func rewind() throws(ImportError) {
        do throws(HostError) { try file.rewind() } catch { throw .file(error) }
    }
}

extension EncodingProblem {
    /// What the first bytes give away: text in 16 or 32 bits, a workbook (a ZIP archive, or the older OLE container).
    static func foreign(_ bytes: [UInt8]) -> EncodingProblem? {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return .utf16 }
        if bytes.starts(with: [0x00, 0x00, 0xFE, 0xFF]) { return .utf16 }
        if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return .workbook }
        if bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) { return .workbook }
        return nil
    }
}

extension ImportError {
    fileprivate var position: (offset: Int64, line: Int)? {
        guard case .encoding(.invalid(_, let offset, let line)) = self else { return nil }
        return (offset, line)
    }
}
