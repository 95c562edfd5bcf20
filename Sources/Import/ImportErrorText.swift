private import Host

extension ImportError {
    /// What is wrong, in one line: lower case, no full stop.
    public var message: String {
        switch self {
        case .file(let error):
            "\(error.operation) \(error.path.map { "\($0): " } ?? "")\(error.reason)"
        case .tooBig: "the file has more than \(ImportLimits.fileBytes >> 30) GiB"
        case .encoding(let problem): problem.message
        case .table(let problem, let line): "line \(line): \(problem.message)"
        case .header(let problem): problem.message
        case .changed: "the file changed while it was being read"
        }
    }

    /// What to do about it.
    public var hint: String {
        switch self {
        case .file(let error):
            error.errno == Self.invalidArgument
                ? "give a regular file, not a pipe or a folder" : "check the path and its permissions"
        case .tooBig: "split the file"
        case .encoding(let problem): problem.hint
        case .table(let problem, _): problem.hint
        case .header(let problem): problem.hint
        case .changed: "import a copy that no other program writes to"
        }
    }

    /// EINVAL, with which `FileReader` refuses what is not a regular file.
    private static let invalidArgument: Int32 = 22
}

extension EncodingProblem {
    var message: String {
        switch self {
        case .utf16: "the file is UTF-16 or UTF-32"
        case .workbook: "the file is a spreadsheet, not CSV"
        case .invalid(let encoding, let offset, let line):
            "line \(line): not \(encoding.rawValue) (byte offset \(offset))"
        case .unknown(let utf8Offset, let utf8Line, let gb18030Offset, let gb18030Line):
            "neither utf-8 (line \(utf8Line), byte offset \(utf8Offset)) "
                + "nor gb18030 (line \(gb18030Line), byte offset \(gb18030Offset))"
        }
    }

    var hint: String {
        switch self {
        case .utf16, .workbook: "save it as \"CSV UTF-8 (comma delimited)\" and import that"
        case .invalid, .unknown: "name the encoding with --encoding utf-8, gb18030 or big5, or save the file as UTF-8"
        }
    }
}

extension TableProblem {
    var message: String {
        switch self {
        case .bareQuote: "a quote where none may stand"
        case .unclosedQuote: "a quoted cell begins in this row and is not closed"
        case .nul: "a zero byte"
        case .longCell: "a cell of more than \(ImportLimits.cellBytes / 1_024) KiB"
        case .longRow: "a row of more than \(ImportLimits.rowBytes / 1_024) KiB"
        case .manyColumns: "a row of more than \(ImportLimits.columns) columns"
        }
    }

    var hint: String {
        switch self {
        case .bareQuote: "put the whole cell in quotes and double each quote inside it"
        case .unclosedQuote: "close the quote, or double it if it belongs to the text"
        case .nul: "the file may be UTF-16 or not a text: save it as CSV UTF-8"
        case .longCell, .longRow, .manyColumns: "is this the right file, and is it separated by commas?"
        }
    }
}

extension HeaderProblem {
    var message: String {
        switch self {
        case .emptyFile: return "the file has no header row"
        case .notAHeader: return "line 1 has none of the columns that the map names"
        case .columns(let missing, let unknown, let repeated):
            let parts = [("missing", missing), ("unknown", unknown), ("repeated", repeated)]
            return parts.filter { !$0.1.isEmpty }
                .map { "\($0.0) column\($0.1.count == 1 ? "" : "s"): \(Self.shown($0.1))" }.joined(separator: "; ")
        }
    }

    var hint: String {
        switch self {
        case .emptyFile, .notAHeader:
            return "the first row must hold the column names; is this the right map for this file?"
        case .columns(let missing, let unknown, _):
            if let first = missing.first {
                return "list the file's own name for \(Self.shown([first])) among that column's aliases in the map, "
                    + "or mark the column optional"
            }
            if let first = unknown.first {
                return "add to the map: {header: \(Self.shown([first])), ignore: true}, or a field for it"
            }
            return "each column may stand once: remove or rename the others"
        }
    }

    /// Header names fit for a terminal: no control characters, not long.
    private static func shown(_ names: [String]) -> String {
        names.map { name in
            let clean = String(String.UnicodeScalarView(name.unicodeScalars.filter { !isControl($0) }))
            if clean.isEmpty { return "(empty)" }
            let most = ImportLimits.shownHeaderCharacters
            return clean.count > most ? clean.prefix(most) + "…" : clean
        }.joined(separator: ", ")
    }

    /// Controls and the format characters that turn or hide text.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: true
        default: false
        }
    }
}
