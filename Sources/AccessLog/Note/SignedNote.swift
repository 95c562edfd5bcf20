import Primitives

/// A text with signatures below it (C2SP signed-note). Parsing says nothing about the signatures: `isSigned(by:)` does.
public struct SignedNote: Equatable, Sendable {
    /// The signed text, with its final line feed.
    public let text: String
    public private(set) var signatures: [Signature]

    public struct Signature: Equatable, Sendable {
        public let name: String
        /// Four bytes that say which key of that name signed.
        public let keyID: [UInt8]
        /// What the algorithm makes of it: 64 bytes for Ed25519, 8 more in front for a cosignature.
        public let bytes: [UInt8]
    }

    public enum Problem: Error, Equatable, Sendable {
        case tooLong, notUTF8, control, noFinalNewline, noSignature, tooManySignatures, signatureLine, duplicate
    }

    /// The text of a new note.
    ///
    /// - Precondition: `text` ends with a line feed and has no empty line at its end and no control but line feeds.
    public init(text: String) {
        precondition(text.utf8.last == 0x0A && Self.isClean(text.utf8), "a note's text is lines")
        self.text = text
        signatures = []
    }

    /// Strict: no control but line feeds, a final line feed, 1...16 signatures, no key twice, canonical base64.
    public init(parsing bytes: [UInt8]) throws(Problem) {
        guard bytes.count <= LogLimits.noteBytes else { throw .tooLong }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .notUTF8 }
        guard Self.isClean(bytes) else { throw .control }
        guard bytes.last == 0x0A else { throw .noFinalNewline }
        guard let blank = Self.lastBlankLine(bytes) else { throw .noSignature }
        text = String(decoding: bytes[..<blank], as: UTF8.self)
        let lines = bytes[(blank + 1)...].dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
        guard lines.count <= LogLimits.noteSignatures else { throw .tooManySignatures }
        var signatures: [Signature] = []
        for line in lines {
            guard let signature = Signature(line: String(decoding: line, as: UTF8.self)) else { throw .signatureLine }
            guard !signatures.contains(where: { $0.name == signature.name && $0.keyID == signature.keyID }) else {
                throw .duplicate
            }
            signatures.append(signature)
        }
        self.signatures = signatures
    }

    /// The note as bytes. Without a signature it cannot be parsed again.
    public var bytes: [UInt8] {
        var bytes = Array(text.utf8)
        bytes.append(0x0A)
        for signature in signatures { bytes.append(contentsOf: signature.line.utf8) }
        return bytes
    }

    /// Adds a signature made over `text` (or, for a witness, over `Cosignature.message`).
    public mutating func append(signature: [UInt8], by key: VerifierKey) {
        signatures.append(Signature(name: key.name, keyID: key.id, bytes: signature))
    }

    mutating func add(_ signature: Signature) { signatures.append(signature) }

    /// Adds a signature, in place of the one by the same key.
    mutating func replace(_ signature: Signature) {
        signatures.removeAll { $0.name == signature.name && $0.keyID == signature.keyID }
        add(signature)
    }

    /// Whether one of the signatures is by `key`, an Ed25519 key of type 1, and valid.
    public func isSigned(by key: VerifierKey) -> Bool {
        guard key.algorithm == .ed25519, let signature = signature(by: key), signature.bytes.count == 64 else {
            return false
        }
        return key.key.isValid(signature: signature.bytes, for: Array(text.utf8))
    }

    func signature(by key: VerifierKey) -> Signature? {
        signatures.first { $0.name.utf8.elementsEqual(key.name.utf8) && $0.keyID == key.id }
    }

    /// Non-empty, printable, without space or plus, which separate the parts of lines and keys.
    static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 256
            && name.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0.value > 0x20 && $0 != "+" }
            && !name.utf8.contains(0x7F)
    }

    private static func isClean(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A }
    }

    /// The offset of the empty line that ends the text: the last two line feeds in a row.
    private static func lastBlankLine(_ bytes: [UInt8]) -> Int? {
        var offset = bytes.count - 1
        while offset > 0 {
            if bytes[offset] == 0x0A, bytes[offset - 1] == 0x0A { return offset == bytes.count - 1 ? nil : offset }
            offset -= 1
        }
        return nil
    }
}

extension SignedNote.Signature {
    private static let dash = "\u{2014} "

    fileprivate init?(line: String) {
        guard line.utf8.starts(with: Self.dash.utf8) else { return nil }
        // Bytes, not characters: a combining mark behind the blank would be part of it, and be dropped with it.
        let parts = line.utf8.dropFirst(Self.dash.utf8.count).split(separator: 0x20, omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        guard parts.count == 2, SignedNote.isName(parts[0]), let bytes = Base64.decode(parts[1]), bytes.count > 4 else {
            return nil
        }
        name = parts[0]
        keyID = Array(bytes[..<4])
        self.bytes = Array(bytes[4...])
    }

    var line: String { Self.dash + name + " " + Base64.encode(keyID + bytes) + "\n" }
}
