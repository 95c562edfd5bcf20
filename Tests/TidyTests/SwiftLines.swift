import Foundation

/// Swift source split into what is code and what is comment, line by line, so that a scanner does not take a word in a
/// text or a comment for code. String literals keep their quotes and lose their contents.
///
/// It knows line and nested block comments, one-line and multi-line strings, raw strings, and interpolations, whose
/// code it keeps.
struct SwiftLines {
    struct Line: Sendable {
        let code: String
        let comment: String
    }

    let lines: [Line]
    private let data: Data

    init(_ source: String) {
        data = Data(source.utf8)
        var lexer = Lexer(data)
        lines = lexer.lines()
    }

    /// Whether the word stands anywhere, comments and texts included: quicker than looking at every line.
    func mention(_ word: String) -> Bool { data.range(of: Data(word.utf8)) != nil }
}

private struct Lexer {
    private enum State {
        /// `depth` counts the parentheses opened inside an interpolation.
        case code(depth: Int)
        case lineComment
        case blockComment
        case text(quotes: Int, hashes: Int)
    }

    private let bytes: [UInt8]
    /// The same bytes: Foundation's search is compiled with optimisation, a loop of a test is not.
    private let data: Data
    private var position = 0
    /// The innermost state is the last one.
    private var states: [State] = [.code(depth: 0)]
    private var code: [UInt8] = []
    private var comment: [UInt8] = []

    init(_ data: Data) {
        self.data = data
        bytes = [UInt8](data)
    }

    mutating func lines() -> [SwiftLines.Line] {
        var lines: [SwiftLines.Line] = []
        while position < bytes.count {
            let end = data.range(of: Self.newline, in: position..<bytes.count)?.lowerBound ?? bytes.count
            if isPlainCode(to: end) {
                take(end - position, isComment: false)
            } else {
                while position < end { step(bytes[position]) }
            }
            if case .lineComment = states[states.count - 1] { states.removeLast() }
            lines.append(taken())
            position = max(position, end) + 1
        }
        return bytes.last == UInt8(ascii: "\n") || bytes.isEmpty ? lines + [taken()] : lines
    }

    private static let newline = Data("\n".utf8)
    private static let signs = ["\"", "//", "/*"].map { Data($0.utf8) }

    /// Most lines: no text, no comment, and none goes on from the line before.
    private func isPlainCode(to end: Int) -> Bool {
        guard states.count == 1 else { return false }
        return Self.signs.allSatisfy { data.range(of: $0, in: position..<end) == nil }
    }

    private mutating func taken() -> SwiftLines.Line {
        defer { (code, comment) = ([], []) }
        return SwiftLines.Line(
            code: String(decoding: code, as: UTF8.self), comment: String(decoding: comment, as: UTF8.self))
    }

    private mutating func step(_ byte: UInt8) {
        switch states[states.count - 1] {
        case .code(let depth): stepCode(byte, depth)
        case .lineComment: take(1, isComment: true)
        case .blockComment: stepBlockComment()
        case .text(let quotes, let hashes): stepText(quotes, hashes)
        }
    }

    private mutating func stepCode(_ byte: UInt8, _ depth: Int) {
        if follows("//") {
            states.append(.lineComment)
            take(2, isComment: true)
        } else if follows("/*") {
            states.append(.blockComment)
            take(2, isComment: true)
        } else if let (quotes, hashes) = opening() {
            states.append(.text(quotes: quotes, hashes: hashes))
            take(quotes + hashes, isComment: false)
        } else {
            if states.count > 1 {
                if byte == UInt8(ascii: "(") { states[states.count - 1] = .code(depth: depth + 1) }
                if byte == UInt8(ascii: ")") {
                    if depth > 0 { states[states.count - 1] = .code(depth: depth - 1) } else { states.removeLast() }
                }
            }
            take(1, isComment: false)
        }
    }

    private mutating func stepBlockComment() {
        if follows("*/") {
            states.removeLast()
            take(2, isComment: true)
        } else if follows("/*") {
            states.append(.blockComment)
            take(2, isComment: true)
        } else {
            take(1, isComment: true)
        }
    }

    private mutating func stepText(_ quotes: Int, _ hashes: Int) {
        if count(of: "\"", at: position, most: quotes) == quotes,
            count(of: "#", at: position + quotes, most: hashes) == hashes
        {
            states.removeLast()
            take(quotes + hashes, isComment: false)
        } else if bytes[position] == UInt8(ascii: "\\"), count(of: "#", at: position + 1, most: hashes) == hashes {
            let next = position + 1 + hashes
            if next < bytes.count, bytes[next] == UInt8(ascii: "(") {
                states.append(.code(depth: 0))
                take(2 + hashes, isComment: false)
            } else {
                // An escaped sign, but not an escaped line end: the line still has to be counted.
                position = next < bytes.count && bytes[next] == UInt8(ascii: "\n") ? next : next + 1
            }
        } else {
            position += 1
        }
    }

    /// The quotes and hashes of a string that opens here.
    private func opening() -> (quotes: Int, hashes: Int)? {
        let hashes = count(of: "#", at: position, most: .max)
        let quotes = count(of: "\"", at: position + hashes, most: 3)
        return quotes == 0 ? nil : (quotes == 3 ? 3 : 1, hashes)
    }

    private func count(of sign: Unicode.Scalar, at start: Int, most: Int) -> Int {
        var end = start
        while end < bytes.count, end - start < most, bytes[end] == UInt8(ascii: sign) { end += 1 }
        return end - start
    }

    private func follows(_ text: StaticString) -> Bool {
        position + 1 < bytes.count && text.description.utf8.elementsEqual(bytes[position...position + 1])
    }

    private mutating func take(_ count: Int, isComment: Bool) {
        let taken = bytes[position..<min(position + count, bytes.count)]
        if isComment { comment += taken } else { code += taken }
        position += count
    }
}
