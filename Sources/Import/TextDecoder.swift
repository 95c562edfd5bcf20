/// Turns the bytes of a file into UTF-8, piece by piece; a character may be cut between two pieces.
///
/// UTF-8 is checked by the standard library, the other encodings are converted by glibc's iconv.
struct TextDecoder: ~Copyable {
    let encoding: TextEncoding
    private let converter: EncodingConverter?
    /// The first bytes of a character whose rest has not come yet.
    private var carried: [UInt8] = []
    /// Bytes of the file before `carried`.
    private var offset: Int64 = 0
    private var lines = LineCounter()

    init(_ encoding: TextEncoding) {
        self.encoding = encoding
        converter = encoding == .utf8 ? nil : EncodingConverter(encoding)
    }

    /// The text of the next piece.
    mutating func decode(_ piece: [UInt8]) throws(ImportError) -> [UInt8] {
        let bytes = carried.isEmpty ? piece : carried + piece
        let (text, used, isValid) = converter?.convert(bytes) ?? Self.check(bytes)
        lines.count(bytes[..<used])
        offset += Int64(used)
        carried = Array(bytes[used...])
        guard isValid, carried.count < Self.longestCharacter else { throw failure }
        return text
    }

    /// Fails when the file ended inside a character.
    func finish() throws(ImportError) {
        guard carried.isEmpty else { throw failure }
    }

    private var failure: ImportError { .encoding(.invalid(encoding, offset: offset, line: lines.line)) }

    /// No encoding here has a character of more than four bytes.
    private static let longestCharacter = 4

    private static func check(_ bytes: [UInt8]) -> (text: [UInt8], used: Int, isValid: Bool) {
        do {
            _ = try UTF8Span(validating: bytes.span)
            return (bytes, bytes.count, true)
        } catch {
            let bad = error.byteOffsets
            // Cut at the end of the piece, or wrong in the midst of it.
            let isCut = error.kind == .truncatedScalar && bad.upperBound == bytes.count
            return (Array(bytes[..<bad.lowerBound]), bad.lowerBound, isCut)
        }
    }
}
