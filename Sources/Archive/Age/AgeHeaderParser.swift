internal import Primitives

/// Reads a header line by line as its bytes come in, and refuses at the first line that no writer makes.
struct AgeHeaderParser: Sendable {
    private enum Expected {
        case version
        case stanzaOrMAC
        case body
    }

    /// All bytes so far; the last line may be open.
    private var bytes: [UInt8] = []
    private var lineStart = 0
    private var expected = Expected.version
    private var stanzas: [AgeStanza] = []
    private var arguments: [String] = []
    private var body: [UInt8] = []

    /// Takes from `input` what belongs to the header. The header once it is complete; then `position` stands behind it.
    mutating func read(_ input: [UInt8], from position: inout Int) throws(AgeError) -> AgeHeader? {
        while position < input.count {
            let end = input[position...].firstIndex(of: AgeFormat.lineEnd)
            let piece = input[position..<(end ?? input.count)]
            guard bytes.count + piece.count < AgeFormat.largestHeaderSize else { throw tooLong(piece) }
            bytes += piece
            position += piece.count
            guard end != nil else { break }
            position += 1
            let line = Array(bytes[lineStart...])
            bytes.append(AgeFormat.lineEnd)
            if let header = try take(line) { return header }
            lineStart = bytes.count
        }
        if expected == .version { try checkStart(bytes) }
        return nil
    }

    /// The error for an input that ends here.
    var unfinished: AgeError { bytes.isEmpty ? .notAge : .header(.truncated) }

    private func tooLong(_ piece: ArraySlice<UInt8>) -> AgeError {
        guard expected == .version else { return .header(.tooLong) }
        do throws(AgeError) { try checkStart(Array(piece.prefix(AgeFormat.versionLine.count))) } catch { return error }
        return .notAge
    }

    /// Whether an open first line may still become the one of this version: garbage is refused at its first bytes.
    private func checkStart(_ start: [UInt8]) throws(AgeError) {
        if start.starts(with: AgeFormat.armorStart) { throw .armored }
        guard AgeFormat.versionLine.starts(with: start) || AgeFormat.armorStart.starts(with: start) else {
            throw .notAge
        }
    }

    private mutating func take(_ line: [UInt8]) throws(AgeError) -> AgeHeader? {
        switch expected {
        case .version:
            guard line == AgeFormat.versionLine else {
                throw line.starts(with: AgeFormat.armorStart) ? .armored : .notAge
            }
            expected = .stanzaOrMAC
        case .stanzaOrMAC:
            if line.starts(with: Array("--- ".utf8)) { return try finish(Array(line.dropFirst(4))) }
            guard line.starts(with: Array("-> ".utf8)) else { throw .header(.line) }
            arguments = try Self.arguments(line.dropFirst(3))
            body = []
            expected = .body
        case .body:
            guard line.count <= AgeFormat.bodyColumns else { throw .header(.line) }
            guard let piece = Base64Unpadded.decode(String(decoding: line, as: UTF8.self)) else {
                throw .header(.encoding)
            }
            body += piece
            guard line.count < AgeFormat.bodyColumns else { return nil }
            stanzas.append(AgeStanza(arguments: arguments, body: body))
            expected = .stanzaOrMAC
        }
        return nil
    }

    /// One or more words of visible ASCII, one blank between two.
    private static func arguments(_ line: ArraySlice<UInt8>) throws(AgeError) -> [String] {
        let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.allSatisfy({ word in !word.isEmpty && word.allSatisfy { (0x21...0x7E).contains($0) } }) else {
            throw .header(.line)
        }
        return words.map { String(decoding: $0, as: UTF8.self) }
    }

    private func finish(_ text: [UInt8]) throws(AgeError) -> AgeHeader {
        guard let mac = Base64Unpadded.decode(String(decoding: text, as: UTF8.self)) else { throw .header(.encoding) }
        guard mac.count == AgeFormat.macSize else { throw .header(.line) }
        guard !stanzas.isEmpty else { throw .header(.noStanza) }
        // A passphrase is tried by whoever has a stanza for it; beside other stanzas it would weaken them.
        guard stanzas.count == 1 || !stanzas.contains(where: { $0.arguments[0] == AgeStanza.scrypt }) else {
            throw .header(.passphraseNotAlone)
        }
        for stanza in stanzas { _ = try stanza.share() }
        return AgeHeader(stanzas: stanzas, covered: Array(bytes[..<(lineStart + 3)]), mac: mac)
    }
}
