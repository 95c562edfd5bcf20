import Testing

@testable import Primitives

/// The test vectors of BIP-173.
struct Bech32Tests {
    @Test(arguments: [
        "A12UEL5L", "a12uel5l",
        "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
        "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
        "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j",
        "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "?1ezyfcl",
    ])
    func `valid texts have a valid checksum`(text: String) throws {
        let parts = try #require(Bech32.groups(of: Array(text.utf8)))
        #expect(Bech32.hasChecksum(parts.prefix, parts.groups))
    }

    @Test(arguments: [
        "\u{20}1nwldj5", "\u{7F}1axkwrx", "\u{80}1eym55h",
        "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1569pvx", "pzry9x0s0muk",
        "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "de1lg7wt\u{FF}", "A1G7SGD8", "10a06t8", "1qzzfhee", "A12uEL5L",
    ])
    func `invalid texts are refused`(text: String) { #expect(Bech32.decode(Array(text.utf8)) == nil) }

    @Test func `bytes come back in either case`() throws {
        for count in [0, 1, 4, 5, 20, 32, 45] {
            let bytes = ramp(count)
            let text = Bech32.encode("cofferu", bytes)
            for spelling in [text, Array(String(decoding: text, as: UTF8.self).uppercased().utf8)] {
                let decoded = try #require(Bech32.decode(spelling))
                #expect(decoded.prefix == "cofferu")
                #expect(decoded.bytes == bytes)
            }
        }
    }

    /// What a person does wrong on paper: one to three letters. Four are noticed as well, which nobody can try out here.
    @Test func `wrong letters and swaps are noticed`() {
        let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
        let text = Bech32.encode("cofferu", ramp(45))
        for place in 8..<text.count {
            for letter in alphabet where letter != text[place] {
                var slipped = text
                slipped[place] = letter
                #expect(Bech32.decode(slipped) == nil)
            }
            if place + 1 < text.count, text[place] != text[place + 1] {
                var swapped = text
                swapped.swapAt(place, place + 1)
                #expect(Bech32.decode(swapped) == nil)
            }
        }
        for letters in [1, 2, 3] { #expect(Bech32.decode(Array(text.dropLast(letters))) == nil) }
    }

    /// The recipient of age's own test kit for a key of its README.
    @Test func `a recipient of age decodes to 32 bytes and back`() throws {
        let text = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
        let decoded = try #require(Bech32.decode(Array(text.utf8)))
        #expect(decoded.prefix + "1" == text.prefix(4))
        #expect(decoded.bytes.count == 32)
        #expect(Bech32.text(decoded.prefix, decoded.bytes) == text)
    }
}
