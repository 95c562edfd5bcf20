/// Looks a file over before the YAML library sees it: what makes YAML surprising or expensive is refused where it
/// stands. Aliases above all: they let one line stand for gigabytes, and let a reader of a policy overlook a right.
enum YAMLGuard {
    static let aliasHint = "write it out where it is needed: a policy must be readable line by line"
    /// Longer lines cannot be reviewed, and bound how deep a block can nest.
    static let maximumLineLength = 1_000
    static let maximumDepth = 16

    static func lines(of text: String) -> [[Unicode.Scalar]] {
        text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.last == "\r" ? Array(line.dropLast()) : Array(line)
        }
    }

    /// Returns false when the file must not be handed on.
    static func check(_ lines: [[Unicode.Scalar]], log: ProblemLog) -> Bool {
        let before = log.count
        var scanner = Scanner(log: log)
        for (index, line) in lines.enumerated() {
            scanner.scan(line, number: index + 1)
        }
        return log.count == before
    }

    /// Reports a character that begins something a policy may not contain; ignores all others.
    @discardableResult
    static func refuse(_ scalar: Unicode.Scalar, at position: Position, log: ProblemLog) -> Bool {
        switch scalar {
        case "&": log.add(position, "an anchor", hint: aliasHint)
        case "*": log.add(position, "an alias", hint: aliasHint + #"; all fields are "*" in quotes"#)
        case "!": log.add(position, "a tag", hint: "leave it out: every member knows its type")
        case "|", ">": log.add(position, "a block of text", hint: "write it on one line, in quotes")
        case "%", "@", "`":
            log.add(position, "\(quoted(String(scalar))) has no meaning here", hint: "put the text in quotes")
        default: return false
        }
        return true
    }

    /// Follows quotes, brackets and comments well enough to know where a token begins.
    private struct Scanner {
        let log: ProblemLog
        private var quote: Unicode.Scalar?
        private var flowDepth = 0

        init(log: ProblemLog) { self.log = log }

        mutating func scan(_ line: [Unicode.Scalar], number: Int) {
            if line.count > maximumLineLength {
                log.add(
                    Position(line: number, column: maximumLineLength + 1), "the line is too long",
                    hint: "break it after a comma; \(maximumLineLength) characters at most")
                return
            }
            if flowDepth == 0, quote == nil, line.count >= 3,
                line.starts(with: "---".unicodeScalars)
                    || line.starts(with: "...".unicodeScalars)
            {
                log.add(Position(line: number, column: 1), "a document mark", hint: "leave it out: one policy a file")
                return
            }
            if let hidden = line.firstIndex(where: isForbidden) {
                // In comments too: a reader must see what the machine sees.
                log.add(
                    Position(line: number, column: hidden + 1),
                    line[hidden] == "\t" ? "a tab" : "an invisible character", hint: "type this line again, with spaces"
                )
                return
            }
            var index = 0
            var isTokenStart = true
            while index < line.count {
                let scalar = line[index]
                let position = Position(line: number, column: index + 1)
                if let open = quote {
                    index = skipQuoted(open, line, index)
                    isTokenStart = false
                } else if scalar == "#", index == 0 || isBlank(line[index - 1]) {
                    return
                } else if isTokenStart, scalar == "'" || scalar == "\"" {
                    quote = scalar
                    index += 1
                } else if isTokenStart, refuse(scalar, at: position, log: log) {
                    isTokenStart = false
                    index += 1
                } else {
                    isTokenStart = follow(line, index, wasTokenStart: isTokenStart, position: position)
                    index += 1
                }
            }
        }

        /// Whether a token may begin after the character at `index`.
        private mutating func follow(
            _ line: [Unicode.Scalar], _ index: Int, wasTokenStart: Bool, position: Position
        ) -> Bool {
            let scalar = line[index]
            let isLast = index + 1 == line.count
            switch scalar {
            case " ": return wasTokenStart
            case "[", "{":
                guard wasTokenStart || flowDepth > 0 else { return false }
                flowDepth += 1
                if flowDepth == maximumDepth + 1 { log.add(position, "brackets nest too deep", hint: "") }
                return true
            case "]", "}":
                flowDepth = max(0, flowDepth - 1)
                return false
            case ",": return flowDepth > 0
            case "-", "?": return wasTokenStart && (isLast || isBlank(line[index + 1]))
            case ":": return isLast || isBlank(line[index + 1]) || flowDepth > 0
            default: return false
            }
        }

        /// The index after the closing quote, or the end of the line while it is still open.
        private mutating func skipQuoted(_ open: Unicode.Scalar, _ line: [Unicode.Scalar], _ start: Int) -> Int {
            var index = start
            while index < line.count {
                if open == "\"", line[index] == "\\" {
                    index += 2
                } else if line[index] == open {
                    if open == "'", index + 1 < line.count, line[index + 1] == "'" {
                        index += 2
                    } else {
                        quote = nil
                        return index + 1
                    }
                } else {
                    index += 1
                }
            }
            return line.count
        }

        private func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " }

        /// Controls (tabs too: YAML forbids them in indentation, and they look like spaces), marks that turn the
        /// writing direction, line separators only YAML knows, byte-order marks.
        private func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar.value {
            case 0...0x1F, 0x7F...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
            default: false
            }
        }
    }
}
