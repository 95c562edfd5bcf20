import Primitives
import Testing
import VaultModel

@testable @_spi(Turnstile) import Keys

struct FieldBodyTests {
    private func roundTrip(_ body: FieldBody, pad: PadPolicy = .buckets) throws -> FieldBody {
        let fixture = try Fixture()
        let envelope = try Envelope.seal(body, context: fixture.context, key: fixture.key, revision: 3, pad: pad)
        return try Envelope.open(envelope, context: fixture.context, key: fixture.key, pad: pad, recordRevision: 3)
    }

    @Test(arguments: [
        FieldBody.absent, .text(""), .text("王小明"), .text("a\u{0}b"), .text("emoji 👩‍👩‍👧"), .bytes([]), .bytes([0]),
        .bytes([0x80, 0, 0]), .bytes(ramp(0, 256)),
    ])
    func `a body comes back as it went in`(body: FieldBody) throws {
        #expect(try roundTrip(body) == body)
    }

    @Test func `absent, empty text and no bytes are three values of one length`() throws {
        let fixture = try Fixture()
        let bodies: [FieldBody] = [.absent, .text(""), .bytes([])]
        for body in bodies { #expect(try roundTrip(body) == body) }
        for left in bodies.indices {
            for right in bodies.indices where left != right { #expect(bodies[left] != bodies[right]) }
        }
        let sizes = try bodies.map {
            try Envelope.seal($0, context: fixture.context, key: fixture.key, revision: 1, pad: .blocks64).count
        }
        #expect(Set(sizes) == [64 + 88])
    }

    @Test func `an absent value looks like any short one`() throws {
        let fixture = try Fixture()
        let absent = try Envelope.seal(.absent, context: fixture.context, key: fixture.key, revision: 1, pad: .blocks64)
        let name = try Envelope.seal(
            .text("Zoë Müller"), context: fixture.context, key: fixture.key, revision: 1, pad: .blocks64)
        #expect(absent.count == name.count)
        #expect(absent.prefix(16) == name.prefix(16))
    }

    /// Each left side in NFC is the right side, byte for byte.
    @Test(arguments: [
        ("Zoe\u{308} Mu\u{308}ller", "Zoë Müller"), ("\u{1112}\u{1161}\u{11AB}", "한"), ("\u{212B}", "Å"),
        ("\u{F900}", "豈"), ("e\u{323}\u{302}", "ệ"), ("e\u{302}\u{323}", "ệ"), ("plain", "plain"), ("王", "王"),
        ("ｆｕｌｌ", "ｆｕｌｌ"), ("か\u{3099}", "が"), ("가\u{11A8}", "각"), ("\u{230F1}\u{3099}", "\u{230F1}\u{3099}"),
        ("\u{344}", "\u{308}\u{301}"), ("\u{958}", "\u{915}\u{93C}"),
    ])
    func `text is sealed in normalisation form C`(input: String, expected: String) throws {
        #expect(CanonicalText.nfc(input) == Array(expected.utf8))
        guard case .text(let stored) = try roundTrip(.text(input)) else {
            Issue.record("text stays text")
            return
        }
        #expect(Array(stored.utf8) == Array(expected.utf8))
    }

    @Test func `the shortcut for settled text never differs from the full normalisation`() {
        // All settled scalars in a row, in pairs and behind letters that compose: a wrong one would change.
        let settled = (UInt32(0)...0x10FFFF).compactMap(Unicode.Scalar.init).filter(CanonicalText.isSettled)
        #expect(settled.count > 30_000)
        for prefix in ["", "e", "\u{1112}", "\u{1100}\u{1161}", "\u{3046}", "\u{915}"] {
            var text = ""
            for scalar in settled {
                text += prefix
                text.unicodeScalars.append(scalar)
            }
            // The prefix with Hangul composes with itself; normalise that part by itself.
            let expected = Array(ComposedText.nfc(prefix).utf8)
            let whole = settled.flatMap { expected + Array(String($0).utf8) }
            #expect(Array(ComposedText.nfc(text).utf8) == whole)
        }
    }

    @Test func `equality is that of bytes, not of canonical equivalence`() {
        #expect("e\u{301}" == "é")
        #expect(FieldBody.text("e\u{301}") != .text("é"))
        #expect(FieldBody.text("é") == .text("é"))
        #expect(FieldBody.text("a") != .bytes(Array("a".utf8)))
    }

    @Test func `no description shows a value`() {
        let secret = "Zoë-canary-4711"
        for body in [FieldBody.text(secret), .bytes(Array(secret.utf8))] {
            var dumped = ""
            dump(body, to: &dumped)
            for text in ["\(body)", String(describing: body), String(reflecting: body), dumped, "\([body])"] {
                #expect(!text.contains("canary") && !text.contains("111"), "\(text)")
            }
        }
    }

    @Test func `a malformed body is refused`() {
        let cases: [([UInt8], EnvelopeError)] = [
            ([], .bodyType), ([0, 0], .bodyType), ([3], .bodyType), ([0xFF, 1], .bodyType), ([1, 0xC0, 0x80], .text),
            ([1, 0xED, 0xA0, 0x80], .text), ([1, 0xF4, 0x90, 0x80, 0x80], .text), ([1, 0xE4, 0xB8], .text),
        ]
        for (bytes, expected) in cases {
            #expect(failure { () throws(EnvelopeError) in try FieldBody(decoding: bytes[...]) } == expected)
        }
    }
}
