/// How the bytes of a file stand for characters.
public enum TextEncoding: String, CaseIterable, Sendable {
    case utf8 = "utf-8"
    /// GB 18030, which contains GBK and GB 2312: what Excel writes on a Chinese Windows.
    case gb18030
    /// Big5, traditional Chinese. It is never detected, only asked for: most of its texts are valid GB 18030 as well.
    case big5

    /// The name under which glibc's iconv knows it.
    var iconvName: String {
        switch self {
        case .utf8: "UTF-8"
        case .gb18030: "GB18030"
        case .big5: "BIG5"
        }
    }
}

/// Why the bytes of a file are not text. Offsets count from 0, lines from 1.
public enum EncodingProblem: Equatable, Sendable {
    /// The first bytes are a UTF-16 or UTF-32 byte-order mark.
    case utf16
    /// The first bytes are those of a spreadsheet, not of a text.
    case workbook
    /// `offset` bytes are good, the next ones are no character of `encoding`, or the file ends inside a character.
    case invalid(TextEncoding, offset: Int64, line: Int)
    /// Detection failed: neither UTF-8 nor GB 18030, each with its first bad byte.
    case unknown(utf8Offset: Int64, utf8Line: Int, gb18030Offset: Int64, gb18030Line: Int)
}
