/// What an import accepts. A shop's export stays far below each figure; a file made to exhaust memory does not.
public enum ImportLimits {
    /// One cell. A missing closing quote runs into this limit instead of swallowing the rest of the file.
    public static let cellBytes = 64 * 1_024
    /// All cells of one row together.
    public static let rowBytes = 1_024 * 1_024
    public static let columns = 256
    public static let fileBytes: Int64 = 4 << 30
    /// A mapping file.
    public static let mappingBytes = 64 * 1_024
    /// Values that one field of one row may have.
    public static let valuesPerField = 16
    /// Bytes read from the file at a time.
    static let pieceBytes = 64 * 1_024
    /// Characters of a header that a message repeats.
    static let shownHeaderCharacters = 40
}
