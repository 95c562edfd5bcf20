@testable import CanonicalJSON
import Testing

@Suite("Encoding")
struct EncodingTests {
    @Test("control characters, quotes and backslashes are escaped as RFC 8785 says, everything else is itself")
    func escapes() {
        let short: [UInt32: String] = [8: "b", 9: "t", 10: "n", 12: "f", 13: "r", 0x22: "\"", 0x5C: "\\"]
        for code in UInt32(0)...0x2FFF {
            guard let scalar = Unicode.Scalar(code) else { continue }
            let expected: String
            if let letter = short[code] {
                expected = "\\" + letter
            } else if code < 0x20 {
                expected = "\\u00" + (code < 0x10 ? "0" : "") + String(code, radix: 16)
            } else {
                expected = String(scalar)
            }
            #expect(JSONValue.string(String(scalar)).encode() == Array("\"\(expected)\"".utf8))
        }
    }

    @Test("members are sorted by UTF-16 code units, also where UTF-8 sorts otherwise")
    func order() {
        let value: JSONValue = ["\u{FB33}": 1, "\u{1F602}": 2, "\u{20AC}": 3, "": 4, "a": 5, "aa": 6, "A": 7]
        let expected = "{\"\":4,\"A\":7,\"a\":5,\"aa\":6,\"\u{20AC}\":3,\"\u{1F602}\":2,\"\u{FB33}\":1}"
        #expect(value.encode() == Array(expected.utf8))
    }

    @Test("the order of names is that of their UTF-16 code units")
    func orderAgreesWithUTF16() {
        var generator = ValueGenerator(random: SeededGenerator(seed: 1), names: .any)
        var different = 0
        for _ in 0..<20_000 {
            let (a, b) = (generator.text(), generator.text())
            let utf16 = a.utf16.lexicographicallyPrecedes(b.utf16)
            #expect(MemberOrder.precedes(a, b) == utf16, "\(a.debugDescription) \(b.debugDescription)")
            if utf16 != a.utf8.lexicographicallyPrecedes(b.utf8) { different += 1 }
        }
        #expect(different > 100, "the sample must contain pairs that UTF-8 orders the other way")
    }

    @Test("random values survive encoding and parsing", arguments: [JSONLimits.Names.member, .any])
    func roundTrip(names: JSONLimits.Names) throws {
        var generator = ValueGenerator(random: SeededGenerator(seed: 2), names: names)
        let limits = JSONLimits(maxBytes: 1 << 20, maxDepth: 5, names: names)
        for _ in 0..<2000 {
            let value = generator.value(depth: 5)
            let bytes = value.encode()
            let parsed = try JSONValue.parse(bytes, limits: limits)
            #expect(parsed == value)
            #expect(parsed.encode() == bytes)
        }
    }

    @Test("a changed byte is refused or is another value's canonical form")
    func everyChangedByte() {
        var generator = ValueGenerator(random: SeededGenerator(seed: 3), names: .any)
        var accepted = 0
        for _ in 0..<60 {
            let value = generator.object(depth: 3)
            let bytes = value.encode()
            for index in bytes.indices {
                var changed = bytes
                changed[index] = UInt8.random(in: 0...255, using: &generator.random)
                guard changed != bytes, let other = try? JSONValue.parse(changed, limits: .anyNames) else { continue }
                accepted += 1
                #expect(other != value)
                #expect(other.encode() == changed)
            }
        }
        #expect(accepted > 0, "some changes make another valid document")
    }

    @Test("an integer that JSON cannot carry traps")
    func integerRange() async {
        #expect(JSONValue.integer(JSONValue.largestInteger).encode() == Array("9007199254740991".utf8))
        await #expect(processExitsWith: .failure) { _ = JSONValue.integer(-1).encode() }
        await #expect(processExitsWith: .failure) { _ = JSONValue.integer(1 << 53).encode() }
    }

    @Test("values are equal when their bytes are, not when they look the same")
    func equality() {
        #expect(JSONValue.string("é") != .string("e\u{301}"))
        #expect(JSONValue.object(["é": 1]) != .object(["e\u{301}": 1]))
        #expect(JSONValue.object(["a": 1]) != ["a": 1, "b": 2])
        #expect(JSONValue.object(["a": 1, "b": [true]]) == ["b": [true], "a": 1])
        #expect(JSONValue.integer(1) != .bool(true) && JSONValue.string("1") != .integer(1))
    }
}
