import Primitives
import Testing

@testable import Archive

struct AgeHeaderTests {
    private let key = HeldSecret(SecretBytes(copying: noise(16)))
    private let share = "O6DLx/wDIawpUC978NSPjYvrfDtJVnZApXKp4FMPHCY"
    private let body = "3aKjozt9agh7jGmvOKvR4iax41Wl4zj95MKK4X9JuWc"
    private let mac = "--- HK2NmOBN9Dpq0Gw6xMCuhFcQlQLvZ/wQUi/2scLG75s"

    /// What a reader says to these lines, each with a line end.
    private func refusal(_ lines: String...) -> AgeError? { refusal(Array(lines.map { $0 + "\n" }.joined().utf8)) }

    private func refusal(_ bytes: [UInt8], _ identity: AgeIdentity = .example) -> AgeError? {
        ageError { () throws(AgeError) in try AgeFile.open(bytes, with: identity) }
    }

    private let version = "age-encryption.org/v1"

    @Test func `a header is lines of a fixed grammar`() {
        let stanza = "-> X25519 " + share
        // The stanza of the format's document opens for its identity, and this MAC is another header's.
        #expect(refusal(version, stanza, body, mac) == .headerMAC)
        #expect(refusal(version, "-> grease", "", stanza, body, mac) == .headerMAC)
        #expect(refusal(version, "-> grease", "", mac) == .noMatch)
        #expect(refusal(version, mac) == .header(.noStanza))
        #expect(refusal(version, stanza, body, mac + " ") == .header(.encoding))
        #expect(refusal(version, stanza, body, mac + "=") == .header(.encoding))
        #expect(refusal(version, stanza, body, String(mac.dropLast())) == .header(.encoding))
        #expect(refusal(version, stanza, body, mac.dropLast() + "t") == .header(.encoding), "not canonical")
        #expect(refusal(version, stanza, body, String(mac.dropLast(3))) == .header(.line), "a MAC of 30 bytes")
        #expect(refusal(version, stanza, body, "---" + mac.dropFirst(4)) == .header(.line))
        #expect(refusal(version, stanza, body, "") == .header(.line))
        #expect(refusal(version, stanza, mac) == .header(.encoding), "a stanza without a body")
        #expect(refusal(version, "->" + stanza.dropFirst(3), body, mac) == .header(.line))
        #expect(refusal(version, "-> ", "", mac) == .header(.line))
        #expect(refusal(version, "-> a  b", "", mac) == .header(.line))
        #expect(refusal(version, "-> a ", "", mac) == .header(.line))
        #expect(refusal(version, "-> a\u{7F}", "", mac) == .header(.line))
        #expect(refusal(version, "-> \u{E9}", "", mac) == .header(.line))
        #expect(refusal(version, stanza + "\r", body, mac) == .header(.line))
        #expect(refusal(version, stanza, body + "=", mac) == .header(.encoding))
        #expect(refusal(version, stanza, String(body.dropLast()) + "d", mac) == .header(.encoding), "not canonical")
        let full = String(repeating: "A", count: 64)
        #expect(refusal(version, "-> a", full, "", mac) == .noMatch)
        #expect(refusal(version, "-> a", full, mac) == .header(.encoding), "a full line goes on")
        #expect(refusal(version, "-> a", full + "A", "", mac) == .header(.line))
        #expect(refusal(version, "-> a", "AA", "AA", mac) == .header(.line), "a short line ends a stanza")
    }

    @Test func `a stanza for X25519 has one form`() {
        let stanza = "-> X25519 " + share
        let zeros = String(repeating: "A", count: 43)
        #expect(refusal(version, stanza + " b", body, mac) == .header(.stanza))
        #expect(refusal(version, "-> X25519", body, mac) == .header(.stanza))
        #expect(refusal(version, stanza + "AA", body, mac) == .header(.encoding))
        #expect(refusal(version, "-> X25519 " + String(repeating: "A", count: 44), body, mac) == .header(.stanza))
        #expect(refusal(version, stanza, String(body.dropLast(3)), mac) == .header(.stanza), "a body of 30 bytes")
        #expect(refusal(version, stanza, "", mac) == .header(.stanza))
        #expect(refusal(version, stanza, body + "AAAAA", mac) == .header(.stanza), "a file key of another size")
        #expect(refusal(version, "-> X25519 " + zeros, body, mac) == .header(.stanza), "everybody knows that secret")
        #expect(refusal(version, "-> x25519 " + zeros, body, mac) == .noMatch, "another kind")
        // A malformed stanza is found behind one that opens, too.
        let good = AgeIdentity.example.recipient.wrap(key.bytes, ephemeral: SecretBytes.random(count: 32))
        for bad in [
            AgeStanza(arguments: ["X25519"], body: noise(32)), AgeStanza(arguments: ["X25519", share], body: []),
        ] {
            #expect(refusal(AgeHeader.encode([good, bad], fileKey: key.bytes)) == .header(.stanza))
        }
    }

    @Test func `other kinds of stanza are passed over, but a passphrase stands alone`() throws {
        let good = AgeIdentity.example.recipient.wrap(key.bytes, ephemeral: SecretBytes.random(count: 32))
        let others = [0, 1, 47, 48, 49, 95, 96, 97, 500].map { size in
            AgeStanza(arguments: ["example.com/kind", "!\"#~"], body: noise(size))
        }
        for stanzas in [[good] + others, others + [good], [others[3], good, others[8]]] {
            var file = AgeHeader.encode(stanzas, fileKey: key.bytes) + noise(16)
            var payload = AgePayload(fileKey: key.bytes, nonce: noise(16))
            unsafe payload.seal(noise(9).span.bytes, isLast: true, onto: &file)
            #expect(try AgeFile.open(file, with: .example) == noise(9))
        }
        let scrypt = AgeStanza(arguments: ["scrypt", "ajMFur+EJLGaohv/dLRGnw", "18"], body: noise(32))
        #expect(refusal(AgeHeader.encode([scrypt], fileKey: key.bytes)) == .noMatch)
        for stanzas in [[scrypt, good], [good, scrypt], [scrypt, scrypt]] {
            #expect(refusal(AgeHeader.encode(stanzas, fileKey: key.bytes)) == .header(.passphraseNotAlone))
        }
    }

    @Test func `what cannot become an age file is refused at its first bytes`() throws {
        #expect(refusal([]) == .notAge)
        #expect(refusal("age-encryption.org/v2") == .notAge)
        #expect(refusal("age-encryption.org/v1\r") == .notAge)
        #expect(refusal("") == .notAge)
        #expect(refusal("-----BEGIN AGE ENCRYPTED FILE-----") == .armored)
        for start in ["b", "age-encryption.org/v1 ", "SQLite format 3\0", "-----BEGIN PGP", "-----BEGIN AGE"] {
            var reader = AgeReader(with: [.example])
            var error: AgeError?
            do throws(AgeError) { _ = try reader.append(Array(start.utf8)) } catch let refusal { error = refusal }
            #expect(error == (start == "-----BEGIN AGE" ? .armored : .notAge), "\(start)")
        }
        for count in 1...21 {
            var reader = AgeReader(with: [.example])
            #expect(try reader.append(Array(version.utf8.prefix(count))) == [])
        }
        #expect(refusal([UInt8](repeating: 0x61, count: 100_000)) == .notAge)
    }

    @Test func `a header has an end`() {
        let line = "-> a\n\n"
        let lines = Array((version + "\n" + String(repeating: line, count: 20_000)).utf8)
        #expect(refusal(lines) == .header(.tooLong))
        #expect(
            refusal(Array((version + "\n-> ").utf8) + [UInt8](repeating: 0x61, count: 100_000)) == .header(.tooLong))
        // The largest that is read: 65,536 bytes with the MAC's line.
        let most = (65_536 - version.utf8.count - 1 - mac.utf8.count - 1) / line.utf8.count
        let rest = 65_536 - version.utf8.count - 1 - mac.utf8.count - 1 - most * line.utf8.count
        func header(_ more: Int) -> [UInt8] {
            let stanzas =
                "-> a" + String(repeating: "b", count: rest + more) + "\n\n" + String(repeating: line, count: most - 1)
            return Array((version + "\n" + stanzas + mac + "\n").utf8)
        }
        #expect(header(0).count == 65_536)
        #expect(refusal(header(0)) == .noMatch)
        #expect(refusal(header(1)) == .header(.tooLong))
    }

    @Test func `a changed stanza is noticed by the MAC`() {
        let good = AgeIdentity.example.recipient.wrap(key.bytes, ephemeral: SecretBytes.random(count: 32))
        let other = AgeStanza(arguments: ["a", "b"], body: [])
        let header = AgeHeader.encode([good, other], fileKey: key.bytes)
        let text = String(decoding: header, as: UTF8.self)
        #expect(refusal(Array(text.replacing("-> a b", with: "-> a c").utf8)) == .headerMAC)
        #expect(refusal(Array(text.replacing("-> a b\n\n", with: "").utf8)) == .headerMAC)
    }

    @Test func `every error says what is wrong and what to do, and nothing else`() {
        let problems: [AgeHeaderProblem] = [
            .truncated, .tooLong, .line, .encoding, .noStanza, .stanza, .passphraseNotAlone,
        ]
        let errors: [AgeError] =
            [
                .noRecipient, .tooManyRecipients, .recipient, .identity, .notAge, .armored, .noMatch, .headerMAC,
                .truncated, .damaged(chunk: 7), .emptyLastChunk, .trailingBytes,
            ] + problems.map(AgeError.header)
        #expect(Set(errors.map(\.message)).count == errors.count)
        for error in errors {
            #expect(!error.hint.isEmpty && !error.hint.hasSuffix(".") && !error.message.hasSuffix("."))
        }
    }
}
