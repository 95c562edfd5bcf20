import Primitives
import Testing

@testable import Wire

/// The published example of an Ed25519 request signature, and what other implementations say of ours.
@Suite struct RFC9421Tests {
    /// RFC 9421, section B.1.4, `test-key-ed25519`.
    private static let key = "JrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs="
    /// RFC 9421, section B.2.6.
    private static let signature =
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    private static let parameters =
        #"("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473"#
        + #";keyid="test-key-ed25519""#
    private static let lines: [SignatureBase.Line] = [
        .init("\"date\"", "Tue, 20 Apr 2021 02:07:55 GMT"), .init("\"@method\"", "POST"), .init("\"@path\"", "/foo"),
        .init("\"@authority\"", "example.com"), .init("\"content-type\"", "application/json"),
        .init("\"content-length\"", "18"),
    ]

    @Test func `the example of section B.2.6 verifies over a base from our builder`() throws {
        let key = try #require(Base64.decode(Self.key).flatMap { Ed25519.PublicKey($0) })
        let signature = try #require(Base64.decode(Self.signature))
        let base = SignatureBase.text(Self.lines, parameters: Self.parameters)
        #expect(key.isValid(signature: signature, for: Array(base.utf8)))
        for index in Self.lines.indices {
            var lines = Self.lines
            lines.remove(at: index)
            let shorter = SignatureBase.text(lines, parameters: Self.parameters)
            #expect(!key.isValid(signature: signature, for: Array(shorter.utf8)))
        }
    }

    @Test func `a base has one line for each component, and no line break at its end`() {
        #expect(SignatureBase.text([.init("\"a\"", "1")], parameters: "()") == "\"a\": 1\n\"@signature-params\": ()")
    }
}
