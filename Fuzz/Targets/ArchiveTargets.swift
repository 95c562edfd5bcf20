import Primitives

@testable import Archive

/// What comes back from a place that others can write to. The fuzzer has no file key, so the target puts the right MAC
/// and tags on what it makes up: the rules behind them are reached as well.
enum ArchiveTargets {
    private static let identity = AgeIdentity(secret: SecretBytes(copying: ramp(0x42, 32)))
    private static let fileKey = HeldSecret(SecretBytes(copying: ramp(0x10, 16)))
    private static let stanza = identity.recipient.wrap(fileKey.bytes, ephemeral: SecretBytes(copying: ramp(0x80, 32)))
    private static let nonce = ramp(0xA0, 16)

    private struct Reading: Equatable {
        var content: [UInt8] = []
        var error: AgeError?
    }

    private static func read(_ file: [UInt8], step: Int) -> Reading {
        var reader = AgeReader(with: [identity])
        var reading = Reading()
        do throws(AgeError) {
            for start in stride(from: 0, to: file.count, by: step) {
                reading.content += try reader.append(Array(file[start..<min(start + step, file.count)]))
            }
            reading.content += try reader.finish()
        } catch {
            reading.error = error
        }
        return reading
    }

    /// The first byte chooses between a file as it is, a series of chunks and content to write.
    static func age(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        switch first & 3 {
        case 1: chunks(Array(bytes.dropFirst()))
        case 3: pieces(Array(bytes.dropFirst()))
        default: file(Array(bytes.dropFirst()), step: Int(first >> 1) + 1)
        }
    }

    /// However content is cut, the file is the same, and opens.
    private static func pieces(_ bytes: [UInt8]) {
        let sizes = [0, 1, 3, 4_096, 65_535, 65_536, 65_537, 140_000]
        let pieces = bytes.prefix(6).map { [UInt8](repeating: $0, count: sizes[Int($0 & 7)]) }
        let cut = write(pieces)
        let content = pieces.reduce([], +)
        expect(cut == write([content]), "the file depends on how its content is cut")
        expect(read(cut, step: cut.count) == Reading(content: content), "a written file gives another content")
    }

    /// Always under the same keys: only here, so that two files can be compared.
    private static func write(_ pieces: [[UInt8]]) -> [UInt8] {
        let random = { (count: Int) in SecretBytes(copying: ramp(UInt8(count), count)) }
        guard var writer = try? AgeWriter(to: [identity.recipient], random: random) else {
            preconditionFailure("there is a recipient")
        }
        var file = writer.header
        for piece in pieces { file += writer.append(piece) }
        return file + writer.finish()
    }

    /// Where a file is cut makes no difference. A header has one encoding; with a stanza for us and the right MAC in
    /// front the file opens, and no bit of it can be changed.
    private static func file(_ bytes: [UInt8], step: Int) {
        let whole = read(bytes, step: max(bytes.count, 1))
        let cut = read(bytes, step: step)
        expect(whole.error == cut.error, "the error depends on how a file is cut")
        expect(whole.error != nil || whole == cut, "the content depends on how a file is cut")
        var parser = AgeHeaderParser()
        var position = 0
        guard let header = try? parser.read(bytes, from: &position) else { return }
        let again = AgeHeader.encode(header.stanzas, fileKey: fileKey.bytes)
        expect(again.starts(with: header.covered), "a header has one encoding")
        let end = Array(" \(Base64Unpadded.encode(header.mac))\n".utf8)
        expect(header.covered + end == Array(bytes[..<position]), "the MAC has one encoding")
        let content = Array(bytes[position...])
        var sealed = AgeHeader.encode([stanza] + header.stanzas, fileKey: fileKey.bytes) + nonce
        var payload = AgePayload(fileKey: fileKey.bytes, nonce: nonce)
        unsafe payload.seal(content.span.bytes, isLast: true, onto: &sealed)
        let opened = read(sealed, step: step)
        if header.stanzas.contains(where: { $0.arguments[0] == AgeStanza.scrypt }) {
            expect(opened.error == .header(.passphraseNotAlone), "a passphrase stands beside another key")
        } else {
            expect(opened == Reading(content: content), "an age file gives another content")
        }
        let place = bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
        expect(read(flipped(sealed, at: place), step: step).error != nil, "a changed age file opened")
    }

    /// Chunks of any size, number and mark, each with the right tag. The reader takes exactly what a writer makes.
    private static func chunks(_ bytes: [UInt8]) {
        var file = AgeHeader.encode([stanza], fileKey: fileKey.bytes) + nonce
        var payload = AgePayload(fileKey: fileKey.bytes, nonce: nonce)
        var content: [UInt8] = []
        var isComplete = false
        var isSound = true
        let steps = bytes.prefix(5)
        for (number, step) in steps.enumerated() {
            let size = [0, 1, 65_535, 65_536, 65_536, 65_536, 300, 65_537][Int(step >> 1 & 7)]
            let isLast = step & 1 == 1
            let isRepeated = step >> 4 == 15
            if isRepeated { payload = AgePayload(fileKey: fileKey.bytes, nonce: nonce) }
            let chunk = [UInt8](repeating: step, count: size)
            unsafe payload.seal(chunk.span.bytes, isLast: isLast, onto: &file)
            content += chunk
            let isFull = size == AgeFormat.chunkSize
            if isComplete || (isRepeated && number > 0) { isSound = false }
            if isLast ? size > AgeFormat.chunkSize || (size == 0 && number > 0) : !isFull { isSound = false }
            isComplete = isComplete || isLast
        }
        let whole = read(file, step: file.count)
        let cut = read(file, step: 65_552)
        expect(whole.error == cut.error, "the error depends on how a file is cut")
        expect((whole.error == nil) == (isSound && isComplete), "the reader takes what a writer makes")
        expect(whole.error != nil || whole.content == content, "the chunks give another content")
        expect(content.starts(with: cut.content), "what was given is what was sealed")
        guard whole.error == nil else { return }
        let place = bytes.dropFirst(5).reduce(0) { ($0 &* 31 &+ Int($1)) & 0x7FFF_FFFF }
        expect(read(flipped(file, at: place), step: file.count).error != nil, "a changed age file opened")
        expect(read(Array(file[..<(place % file.count)]), step: file.count).error != nil, "a cut age file opened")
    }

    static var seeds: [[UInt8]] {
        let grease = AgeStanza(arguments: ["grease", "a", "b"], body: ramp(0, 60))
        let scrypt = AgeStanza(arguments: ["scrypt", "ajMFur+EJLGaohv/dLRGnw", "18"], body: ramp(0, 32))
        let headers = [[stanza], [grease, stanza, grease], [scrypt], [stanza, scrypt]].map { stanzas in
            AgeHeader.encode(stanzas, fileKey: fileKey.bytes) + nonce
        }
        var whole = headers[1]
        var payload = AgePayload(fileKey: fileKey.bytes, nonce: nonce)
        unsafe payload.seal(Array("an invented note".utf8).span.bytes, isLast: true, onto: &whole)
        return [[20] + whole, [0] + headers[0]] + headers[2...].map { [6] + $0 }
            + [Array("\u{4}-----BEGIN AGE ENCRYPTED FILE-----\n".utf8)]
            + [[3, 1, 5, 6], [3], [3, 4, 2, 7], [1, 7], [1, 6, 6, 7, 1, 2], [1, 6, 13, 9], [1, 1], [1, 6, 3]]
    }
}
