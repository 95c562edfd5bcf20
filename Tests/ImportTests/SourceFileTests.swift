import Foundation
import Primitives
import Testing

@testable import Import

@Suite("Encodings") struct SourceFileTests {
    private let scratch: Scratch
    /// 姓名,张伟 in the three encodings.
    private static let gb18030: [UInt8] = [0xD0, 0xD5, 0xC3, 0xFB, 0x2C, 0xD5, 0xC5, 0xCE, 0xB0]
    private static let big5: [UInt8] = [0xA9, 0x6D, 0xA6, 0x57, 0x2C, 0xB1, 0x69, 0xB0, 0xB6]

    init() throws { scratch = try Scratch() }

    @Test func `the survey finds encoding, size and hash`() throws {
        let utf8 = try SourceFile.survey(scratch.write("姓名,张伟"))
        #expect(utf8.encoding == .utf8)
        #expect(utf8.sizeBytes == 13)
        #expect(utf8.sha256 == SHA256.hash(Array("姓名,张伟".utf8)))
        let legacy = try SourceFile.survey(scratch.write(Self.gb18030))
        #expect(legacy.encoding == .gb18030)
        #expect(legacy.sha256 == SHA256.hash(Self.gb18030))
        #expect(try SourceFile.survey(scratch.write("plain")).encoding == .utf8)
    }

    @Test func `the same text comes out of each encoding`() throws {
        #expect(try rows(scratch.write("姓名,张伟"))[0].cells == ["姓名", "张伟"])
        #expect(try rows(scratch.write("\u{FEFF}姓名,张伟"))[0].cells == ["姓名", "张伟"])
        #expect(try rows(scratch.write(Self.gb18030))[0].cells == ["姓名", "张伟"])
        #expect(try rows(scratch.write(Self.big5), as: .big5)[0].cells == ["姓名", "張偉"])
    }

    @Test func `four-byte characters and a byte-order mark of GB 18030 are read`() throws {
        // U+FEFF, 𠮷 (U+20BB7), comma, 㐀 (U+3400)
        let bytes: [UInt8] = [0x84, 0x31, 0x95, 0x33, 0x95, 0x34, 0xB2, 0x35, 0x2C, 0x81, 0x39, 0xEE, 0x39]
        #expect(try rows(scratch.write(bytes), as: .gb18030)[0].cells == ["𠮷", "㐀"])
    }

    @Test(
        arguments: [
            [0xFF, 0xFE, 0x61, 0x00], [0xFE, 0xFF, 0x00, 0x61], [0xFF, 0xFE, 0x00, 0x00], [0x00, 0x00, 0xFE, 0xFF],
        ] as [[UInt8]])
    func `UTF-16 and UTF-32 are refused by their mark`(bytes: [UInt8]) throws {
        let path = try scratch.write(bytes)
        #expect(throws: ImportError.encoding(.utf16)) { try SourceFile.survey(path) }
        #expect(throws: ImportError.encoding(.utf16)) { try SourceFile.survey(path, as: .utf8) }
        #expect(ImportError.encoding(.utf16).hint.contains("UTF-8"))
    }

    @Test func `a workbook is called by its name`() throws {
        let path = try scratch.write([0x50, 0x4B, 0x03, 0x04, 0x14, 0x00])
        #expect(throws: ImportError.encoding(.workbook)) { try SourceFile.survey(path) }
    }

    @Test func `a bad byte is named by offset and line`() throws {
        let bad: [UInt8] = Array("a\r\nb\nc".utf8) + [0xFF, 0x0A]
        let path = try scratch.write(bad)
        #expect(throws: ImportError.encoding(.invalid(.utf8, offset: 6, line: 3))) {
            try SourceFile.survey(path, as: .utf8)
        }
        #expect(throws: ImportError.encoding(.invalid(.gb18030, offset: 6, line: 3))) {
            try SourceFile.survey(path, as: .gb18030)
        }
        #expect(
            throws: ImportError.encoding(
                .unknown(utf8Offset: 6, utf8Line: 3, gb18030Offset: 6, gb18030Line: 3))
        ) { try SourceFile.survey(path) }
    }

    @Test func `a file that ends inside a character is refused`() throws {
        let cut = try scratch.write(Array("a\n张".utf8.dropLast()))
        #expect(throws: ImportError.encoding(.invalid(.utf8, offset: 2, line: 2))) {
            try SourceFile.survey(cut, as: .utf8)
        }
        let legacy = try scratch.write(Array(Self.gb18030.dropLast()))
        #expect(throws: ImportError.encoding(.invalid(.gb18030, offset: 7, line: 1))) {
            try SourceFile.survey(legacy, as: .gb18030)
        }
    }

    @Test func `characters cut between pieces are decoded, and errors beyond them keep their offset`() throws {
        for shift in 0..<4 {
            let head = String(repeating: "x", count: ImportLimits.pieceBytes - 4 + shift)
            let text = head.prefix(60_000) + "\n" + head.dropFirst(60_000) + "𠮷張é\n"
            #expect(try rows(scratch.write(String(text)))[1].cells[0].hasSuffix("𠮷張é"))
            let bytes = Array(text.utf8) + [0xC3]
            let path = try scratch.write(bytes)
            #expect(throws: ImportError.encoding(.invalid(.utf8, offset: Int64(bytes.count - 1), line: 3))) {
                try SourceFile.survey(path, as: .utf8)
            }
        }
    }

    @Test func `GB 18030 cut at every byte gives the same text`() throws {
        let bytes: [UInt8] = Self.gb18030 + [0x95, 0x34, 0xB2, 0x35, 0x41]
        for cut in 0...bytes.count {
            var decoder = TextDecoder(.gb18030)
            let text = try decoder.decode(Array(bytes[..<cut])) + decoder.decode(Array(bytes[cut...]))
            try decoder.finish()
            #expect(text == Array("姓名,张伟𠮷A".utf8))
        }
    }

    @Test func `a folder, a missing file and a pipe are errors of the file`() throws {
        #expect(throws: ImportError.self) { try SourceFile.survey(scratch.folder.path) }
        #expect(throws: ImportError.self) { try SourceFile.survey(scratch.path("nothing")) }
        let pipe = scratch.path("pipe")
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        #expect(throws: ImportError.self) { try SourceFile.survey(pipe) }
    }
}
