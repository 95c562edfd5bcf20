/// Reads a part against its template. The template is the canonical text, so whatever is accepted is canonical; there
/// is nothing to sort, to skip or to ignore.
struct PartReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: [UInt8], limit: Int) throws(EntryError) {
        guard bytes.count <= limit else { throw .tooLong }
        self.bytes = bytes
    }

    /// Punctuation and member names, as they stand.
    mutating func raw(_ text: String) throws(EntryError) {
        for expected in text.utf8 {
            guard offset < bytes.count, bytes[offset] == expected else { throw .notCanonical(offset: offset) }
            offset += 1
        }
    }

    /// An integer 0...2⁵³-1 without leading zeros.
    mutating func number() throws(EntryError) -> UInt64 {
        let start = offset
        var value: UInt64 = 0
        while offset < bytes.count, (0x30...0x39).contains(bytes[offset]) {
            value = value * 10 + UInt64(bytes[offset] - 0x30)
            offset += 1
            guard value <= LogLimits.integer, !(bytes[start] == 0x30 && offset - start > 1) else {
                throw .notCanonical(offset: start)
            }
        }
        guard offset > start else { throw .notCanonical(offset: start) }
        return value
    }

    /// A string of printable ASCII that needs no escape: what ids, labels and digests are made of.
    mutating func opaque() throws(EntryError) -> String {
        try raw("\"")
        let start = offset
        while offset < bytes.count, Self.isPlain(bytes[offset]) {
            guard bytes[offset] < 0x7F else { throw .notCanonical(offset: offset) }
            offset += 1
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        try raw("\"")
        return text
    }

    /// A string of UTF-8 in which quotes, backslashes and line feeds are escaped and no other control occurs: a
    /// signature base is printable ASCII in lines, a block is canonical JSON.
    mutating func text() throws(EntryError) -> String {
        try raw("\"")
        let start = offset
        var content: [UInt8] = []
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
            var byte = bytes[offset]
            if byte == UInt8(ascii: "\\") {
                offset += 1
                guard offset < bytes.count else { throw .notCanonical(offset: offset) }
                switch bytes[offset] {
                case UInt8(ascii: "n"): byte = 0x0A
                case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte = bytes[offset]
                default: throw .notCanonical(offset: offset)
                }
            } else if byte < 0x20 || byte == 0x7F {
                throw .notCanonical(offset: offset)
            }
            content.append(byte)
            offset += 1
        }
        guard let text = String(validating: content, as: UTF8.self) else { throw .notCanonical(offset: start) }
        try raw("\"")
        return text
    }

    mutating func strings() throws(EntryError) -> [String] {
        try list { (reader) throws(EntryError) in try reader.opaque() }
    }

    mutating func numbers() throws(EntryError) -> [UInt64] {
        try list { (reader) throws(EntryError) in try reader.number() }
    }

    func finish() throws(EntryError) {
        guard offset == bytes.count else { throw .notCanonical(offset: offset) }
    }

    private mutating func list<Element>(
        _ element: (inout PartReader) throws(EntryError) -> Element
    ) throws(EntryError) -> [Element] {
        try raw("[")
        var elements: [Element] = []
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "]") {
            guard elements.count < LogLimits.listCount else { throw .tooLong }
            if !elements.isEmpty { try raw(",") }
            elements.append(try element(&self))
        }
        try raw("]")
        return elements
    }

    /// Needs no escape inside a JSON string.
    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
}
