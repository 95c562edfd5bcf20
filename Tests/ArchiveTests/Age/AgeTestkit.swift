import Foundation
import Primitives

@testable import Archive

/// A case of the test kit of the format's authors (C2SP/CCTV, age): lines of "name: value", an empty line, a file.
struct AgeTestkitCase: Sendable {
    enum Kind: Hashable, Sendable {
        /// Opens, or has to be refused, with X25519 identities alone.
        case x25519
        /// Sealed to a passphrase.
        case passphrase
        /// Sealed to a key that withstands quantum computers.
        case hybrid
        /// The text form.
        case armored
    }

    private enum Field: String {
        case expect, payload, identity, passphrase, armored, comment, compressed
        case fileKey = "file key"
    }

    let name: String
    let expected: String
    let payloadHash: String?
    let fileKey: [UInt8]?
    let identities: [AgeIdentity]
    let kind: Kind
    let file: [UInt8]

    static let folder = "age/testdata"

    /// Python has zlib in its library; Swift has none.
    static let python = ForeignProgram("python3")

    private static let inflate = """
        import os, sys, zlib
        source, target = sys.argv[1:]
        for name in os.listdir(source):
            head, _, body = open(os.path.join(source, name), 'rb').read().partition(b'\\n\\n')
            if b'compressed: zlib' in head:
                body = zlib.decompress(body)
            open(os.path.join(target, name), 'wb').write(head + b'\\n\\n' + body)
        """

    /// All cases, by name. Read once: they are 50 MB.
    static let all = Result { try readAll() }

    private static func readAll() throws -> [AgeTestkitCase] {
        guard let python else { return [] }
        let folder = try ScratchFolder()
        let result = try python.run(["-c", inflate, Vectors.directory + "/" + Self.folder, folder.path])
        guard result.status == 0 else { throw Unreadable(what: result.output) }
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
            try AgeTestkitCase(name, try folder.read(name))
        }
    }

    struct Unreadable: Error {
        let what: String
    }

    private init(_ name: String, _ bytes: [UInt8]) throws {
        guard let end = bytes.indices.dropLast().first(where: { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A }) else {
            throw Unreadable(what: name)
        }
        var fields: [Field: [String]] = [:]
        for line in String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\n") {
            guard let colon = line.firstRange(of: ": "), let field = Field(rawValue: String(line[..<colon.lowerBound]))
            else { throw Unreadable(what: name) }
            fields[field, default: []].append(String(line[colon.upperBound...]))
        }
        guard let expected = fields[.expect]?.first else { throw Unreadable(what: name) }
        let texts = fields[.identity] ?? []
        let ours = texts.filter { !$0.hasPrefix("AGE-SECRET-KEY-PQ-") }
        self.name = name
        self.expected = expected
        payloadHash = fields[.payload]?.first
        fileKey = fields[.fileKey]?.first.flatMap(Hex.decode)
        identities = try ours.map { try AgeIdentity(parsing: SecretBytes(copying: Array($0.utf8))) }
        file = Array(bytes[(end + 2)...])
        if fields[.armored] != nil {
            kind = .armored
        } else if !ours.isEmpty || (texts.isEmpty && fields[.passphrase] == nil) {
            kind = .x25519
        } else {
            kind = texts.isEmpty ? .passphrase : .hybrid
        }
    }
}
