/// Which column of a CSV file is which field of a record: the contents of a mapping file.
///
/// The format is described in `Documentation.docc/Mapping.md`; `MappingFile.parse` reads it.
public struct MappingFile: Equatable, Sendable {
    /// The kind of record that a row becomes, e.g. `customer`.
    public let record: String
    /// In the order of the file.
    public let columns: [Column]
    /// SHA-256 of the mapping file's bytes: with the source's hash it says what an import did.
    public let sha256: [UInt8]

    /// One column of the source.
    public struct Column: Equatable, Sendable {
        /// The header by which the shop knows it.
        public let header: String
        /// Other headers that mean the same.
        public let aliases: [String]
        /// Whether the source may lack it.
        public let isOptional: Bool
        public let use: Use

        var names: [String] { [header] + aliases }
    }

    /// What becomes of a column's cells.
    public enum Use: Equatable, Sendable {
        case ignore
        /// `field` is a field of `record`, or `kind.field` for one of another kind of record.
        case field(String, Transform, separators: [Character])
    }

    /// How the text of a cell becomes the text of a value.
    public enum Transform: Equatable, Sendable {
        case text
        /// Formats of strptime(3), tried in order; the value is `2026-11-21`.
        case date([String])
        /// The same with a time of day; the value is `2026-11-21T18:30:00`.
        case dateTime([String])
        /// A cell that equals a key becomes its value; a cell that equals a value stays.
        case values([String: String])
    }
}

/// What is wrong in a mapping file, and where. Lines and columns count from 1.
public struct MappingProblem: Equatable, Sendable {
    public let line: Int
    public let column: Int
    /// Lower case, no full stop.
    public let problem: String
    public let hint: String
}

/// A mapping file that was refused; `problems` has at least one element, in the order of the file.
public struct MappingRefusal: Error, Equatable, Sendable {
    /// The file's name as the caller gave it.
    public let file: String
    public let problems: [MappingProblem]
}
