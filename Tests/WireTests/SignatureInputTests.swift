import Primitives
import Testing
import VaultModel

@testable import Wire

@Suite struct SignatureInputTests {
    private static let components = [
        "@method", "@authority", "@path", "@query", "content-type", "content-digest", "coffer-request",
        "coffer-capability",
    ]

    private let right = SignatureInput(
        created: 1_795_286_734, kid: KeyID(Sample.key().publicKey), expires: 1_795_286_794, nonce: Sample.nonce)

    private func list(_ names: [String]) -> String {
        "(" + names.map { "\"\($0)\"" }.joined(separator: " ") + ")"
    }

    /// The value with another component list.
    private func value(_ names: [String]) -> String {
        right.value.replacing(list(Self.components), with: list(names))
    }

    @Test func `what is written is read back`() {
        #expect(SignatureInput(right.value) == right)
        #expect(value(Self.components) == right.value)
    }

    @Test func `each component dropped is refused`() {
        for index in Self.components.indices {
            var names = Self.components
            names.remove(at: index)
            #expect(SignatureInput(value(names)) == nil)
        }
    }

    @Test(arguments: ["date", "@target-uri", "host", "@method", "x"])
    func `each component added is refused, wherever it stands`(name: String) {
        for index in 0...Self.components.count {
            var names = Self.components
            names.insert(name, at: index)
            #expect(SignatureInput(value(names)) == nil)
        }
    }

    @Test func `each pair of components swapped is refused`() {
        for first in Self.components.indices {
            for second in Self.components.indices where first < second {
                var names = Self.components
                names.swapAt(first, second)
                #expect(SignatureInput(value(names)) == nil)
            }
        }
    }

    @Test func `component parameters are refused`() {
        for parameter in ["sf", "bs", "req", "tr", "key=\"x\""] {
            let value = right.value.replacing("\"content-digest\"", with: "\"content-digest\";\(parameter)")
            #expect(value != right.value)
            #expect(SignatureInput(value) == nil)
        }
    }

    @Test func `a second label is refused, before or after`() {
        #expect(SignatureInput(right.value + ", " + right.value) == nil)
        #expect(SignatureInput(right.value + ", sig2=" + right.parameters) == nil)
        #expect(SignatureInput("sig0=" + right.parameters + ", " + right.value) == nil)
        #expect(SignatureInput("sig2=" + right.parameters) == nil)
        #expect(SignatureInput(right.parameters) == nil)
    }

    @Test(arguments: ["ed25519", "none", "hmac-sha256", "rsa-v1_5-sha256", "ED25519", ""])
    func `an algorithm is never named`(algorithm: String) {
        for place in [";created", ";keyid", ";expires", ";nonce", ";tag"] {
            let value = right.value.replacing(place, with: ";alg=\"\(algorithm)\"\(place)")
            #expect(value != right.value)
            #expect(SignatureInput(value) == nil)
        }
        #expect(SignatureInput(right.value + ";alg=\"\(algorithm)\"") == nil)
    }

    @Test(
        arguments: [
            "01795286734", "+1795286734", "-1795286734", "1795286734.0", "1.795286734e9", "", "0x6B", " 1795286734",
            "9007199254740992", "99999999999999999999", "1_795", "١٧٩٥",
        ])
    func `integers have one form`(number: String) {
        for name in ["created", "expires"] {
            let own = name == "created" ? right.created : right.expires
            let value = right.value.replacing("\(name)=\(own)", with: "\(name)=\(number)")
            #expect(value != right.value)
            #expect(SignatureInput(value) == nil)
        }
    }

    @Test func `zero and the largest integer are integers`() {
        for number in [0, WireLimits.maximumInteger] {
            let input = SignatureInput(created: number, kid: right.kid, expires: number, nonce: right.nonce)
            #expect(SignatureInput(input.value) == input)
        }
    }

    @Test func `key, nonce and tag have one form`() {
        let kid = right.kid.text
        let nonce = Sample.nonce
        let wrong: [(old: String, new: String)] = [
            ("ed25519:", "rsa:"), ("ed25519:", "ed25519: "), ("ed25519:", ""), (kid, "\(kid.dropLast())"),
            (kid, "\(kid)A"), (kid, "\(kid.dropLast())_"), (kid, "\(kid.dropLast())="), (nonce, ""),
            (nonce, "\(nonce.dropLast())"), (nonce, "\(nonce)A"), (nonce, "\(nonce.dropLast())x"),
            (nonce, "\(nonce.dropLast())="),
            ("coffer-req-v1", "coffer-res-v1"), ("coffer-req-v1", "coffer-req-v1 "), ("coffer-req-v1", ""),
        ]
        for (old, new) in wrong {
            let value = right.value.replacing(old, with: new)
            #expect(value != right.value)
            #expect(SignatureInput(value) == nil, "\(new)")
        }
    }

    @Test func `each parameter dropped, doubled or moved is refused`() {
        let names = ["created", "keyid", "expires", "nonce", "tag"]
        let parts = right.value.split(separator: ";").map(String.init)
        #expect(parts.count == names.count + 1)
        for index in 1..<parts.count {
            var dropped = parts
            let part = dropped.remove(at: index)
            #expect(SignatureInput(dropped.joined(separator: ";")) == nil)
            for place in 1...dropped.count where place != index {
                var moved = dropped
                moved.insert(part, at: place)
                #expect(SignatureInput(moved.joined(separator: ";")) == nil)
            }
            var doubled = parts
            doubled.insert(part, at: index)
            #expect(SignatureInput(doubled.joined(separator: ";")) == nil)
        }
    }

    @Test func `blanks, tabs and upper case are refused wherever they stand`() {
        let bytes = Array(right.value.utf8)
        for index in 0...bytes.count {
            for extra in [UInt8(ascii: " "), 0x09, 0x0A, UInt8(ascii: "A"), 0xC3] {
                var changed = bytes
                changed.insert(extra, at: index)
                #expect(SignatureInput(String(decoding: changed, as: UTF8.self)) == nil)
            }
        }
        for index in bytes.indices {
            #expect(SignatureInput(String(decoding: bytes[..<index], as: UTF8.self)) == nil)
        }
    }
}
