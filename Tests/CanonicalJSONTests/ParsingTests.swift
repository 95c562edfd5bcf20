import CanonicalJSON
import Testing

@Suite("Parsing")
struct ParsingTests {
    @Test("a signed block's shape is read into its values")
    func readsObject() throws {
        let value = try JSONValue.parse(
            #"{"act":["read"],"depth":0,"exp":1795289434,"ok":true,"sub":{"order":["o_1"]}}"#, limits: .signed)
        #expect(value["act"]?.arrayValue == ["read"])
        #expect(value["depth"]?.integerValue == 0)
        #expect(value["exp"]?.integerValue == 1_795_289_434)
        #expect(value["ok"]?.boolValue == true)
        #expect(value["sub"]?["order"]?.arrayValue?.first?.stringValue == "o_1")
        #expect(value["absent"] == nil)
        #expect(value.stringValue == nil && value["act"]?.objectValue == nil)
    }

    @Test(
        "canonical documents are accepted and encode to themselves",
        arguments: [
            "{}", "[]", "\"\"", "0", "9", "10", "9007199254740991", "true", "false", #"{"a":{"b":{}}}"#,
            #"["\b\t\n\f\r\"\\","# + "\"\\u0000\\u0001\\u001f\u{7F}/é汉😀\u{FEFF}\"]", #"{"a":1,"a0":2,"a_":3,"b":4}"#,
        ])
    func acceptsCanonical(text: String) throws {
        #expect(try JSONValue.parse(text).encode() == Array(text.utf8))
    }

    @Test(
        "every other spelling is refused by its name",
        arguments: [
            // Nothing, too little, too much
            ("", JSONError.syntax), ("{", .syntax), ("[", .syntax), ("\"", .syntax), ("\"a", .syntax), ("tru", .syntax),
            ("[1", .syntax), (#"{"a""#, .syntax), (#"{"a":"#, .syntax), (#"{"a":1"#, .syntax), (#""\"#, .syntax),
            ("{}{}", .trailing), ("{}x", .trailing), ("1,", .trailing), ("{}\0", .trailing), ("[]]", .trailing),
            ("truefalse", .trailing),
            // White space
            (" {}", .notCanonical), ("{} ", .notCanonical), ("{}\n", .notCanonical), ("[ ]", .notCanonical),
            ("[1, 2]", .notCanonical), ("[1 ,2]", .notCanonical), (#"{ "a":1}"#, .notCanonical),
            (#"{"a" :1}"#, .notCanonical), (#"{"a": 1}"#, .notCanonical), (#"{"a":1 }"#, .notCanonical),
            (#"{"a":1,"b":2,"# + "\t}", .notCanonical),
            // Numbers
            ("1.0", .number), ("1e0", .number), ("1E3", .number), ("-1", .number), ("-0", .number), ("00", .number),
            ("01", .number), ("9007199254740992", .number), ("9223372036854775808", .number),
            ("99999999999999999999999999999999999999", .number), ("+1", .syntax), (".5", .syntax), ("0x1", .trailing),
            ("NaN", .syntax), ("Infinity", .syntax), ("١", .encoding),
            // Literals
            ("null", .null), (#"{"a":null}"#, .null), ("nul", .syntax), ("True", .syntax), ("undefined", .syntax),
            // Commas, quotes and brackets
            ("[1,]", .syntax), ("[,1]", .syntax), (#"{"a":1,}"#, .syntax), ("{,}", .syntax), ("[1}", .syntax),
            (#"{"a"1}"#, .syntax), ("{a:1}", .syntax), ("{'a':1}", .syntax), ("'a'", .syntax), ("{1:1}", .syntax),
            ("[1 2]", .notCanonical), ("[1//\n]", .syntax), ("/**/1", .syntax),
            // Members
            (#"{"a":1,"a":2}"#, .duplicate), (#"{"a":1,"b":2,"a":1}"#, .duplicate), (#"{"b":1,"a":2}"#, .order),
            (#"{"péché":1}"#, .name), (#"{"A":1}"#, .name), (#"{"":1}"#, .name), (#"{"1a":1}"#, .name),
            (#"{"_a":1}"#, .name), (#"{"a-b":1}"#, .name), (#"{"abcdefghijklmnopq":1}"#, .name),
            // Escapes
            (#""\/""#, .notCanonical), (#""\u0041""#, .notCanonical), (#""\u000A""#, .notCanonical),
            (#""\u000a""#, .notCanonical), (#""\u001F""#, .notCanonical), (#""\u007f""#, .notCanonical),
            (#""\u0022""#, .notCanonical), (#""\u20ac""#, .notCanonical), (#""\x41""#, .syntax), (#""\u12""#, .syntax),
            (#""\u00g0""#, .syntax), (#""\U0000""#, .syntax), (#""\a""#, .syntax), (#""\'""#, .syntax),
            ("\"\n\"", .syntax), ("\"\0\"", .syntax), ("\"\\n\u{1F}\"", .syntax),
            // Surrogates
            (#""\ud800""#, .encoding), (#""\udc00""#, .encoding), (#""\ud83d\ude02""#, .encoding),
            (#""\ude02\ud83d""#, .encoding),
            // A byte-order mark
            ("\u{FEFF}{}", .encoding), ("\u{FEFF}", .encoding),
        ])
    func refusesOtherSpelling(text: String, error: JSONError) {
        #expect(refusal(of: text) == error)
    }

    @Test(
        "bytes that are not UTF-8 are refused in names and in values, escaped or not",
        arguments: [
            [0xFF], [0xC0, 0x80], [0xC1, 0xBF], [0x80], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
            [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xF0, 0x80, 0x80, 0xAF], [0xE0, 0x80, 0xAF],
        ] as [[UInt8]])
    func refusesInvalidUTF8(invalid: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(refusal(of: [quote] + invalid + [quote]) == .encoding)
        #expect(refusal(of: Array("\"\\n".utf8) + invalid + [quote]) == .encoding)
        #expect(refusal(of: Array("{\"".utf8) + invalid + Array("\":1}".utf8)) == .encoding)
        #expect(refusal(of: invalid) == .encoding)
    }

    @Test("a document in UTF-16 is refused")
    func refusesUTF16() {
        #expect(refusal(of: [0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00]) == .encoding)
        #expect(refusal(of: [0x7B, 0x00, 0x7D, 0x00]) == .syntax)
    }

    @Test("two names that differ only in normalisation are a duplicate")
    func refusesEquivalentNames() {
        #expect(refusal(of: "{\"e\u{301}\":1,\"\u{E9}\":2}", limits: .anyNames) == .duplicate)
    }

    @Test("names may have up to sixteen characters")
    func acceptsLongestName() throws {
        #expect(try JSONValue.parse(#"{"abcdefghijklmnop":1}"#)["abcdefghijklmnop"] == 1)
    }
}

@Suite("Limits")
struct LimitTests {
    @Test("a document may have as many bytes as the limit says and not one more", arguments: [2, 3, 100, 16_384])
    func bytes(count: Int) {
        let document = [UInt8(ascii: "\"")] + [UInt8](repeating: 0x61, count: count - 2) + [UInt8(ascii: "\"")]
        #expect(refusal(of: document, limits: JSONLimits(maxBytes: count, maxDepth: 0, names: .member)) == nil)
        #expect(
            refusal(of: document, limits: JSONLimits(maxBytes: count - 1, maxDepth: 0, names: .member)) == .tooLong)
    }

    @Test("objects and arrays nest as deep as the limit says and no deeper", arguments: 0...8)
    func depth(limit: Int) {
        let limits = JSONLimits(maxBytes: 1000, maxDepth: limit, names: .member)
        let arrays = { (depth: Int) in String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
        }
        let objects = { (depth: Int) in
            String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
        }
        #expect(refusal(of: arrays(limit), limits: limits) == nil)
        #expect(refusal(of: objects(limit), limits: limits) == nil)
        #expect(refusal(of: arrays(limit + 1), limits: limits) == .tooDeep)
        #expect(refusal(of: objects(limit + 1), limits: limits) == .tooDeep)
    }

    @Test("depth is nesting, not the number of containers")
    func siblings() {
        let limits = JSONLimits(maxBytes: 100_000, maxDepth: 2, names: .member)
        #expect(
            refusal(of: "[" + Array(repeating: "[]", count: 1000).joined(separator: ",") + "]", limits: limits) == nil)
    }

    @Test("a million brackets do not exhaust the stack", arguments: ["[", #"{"a":"#, #"[{"a":"#])
    func bomb(opening: String) {
        #expect(refusal(of: String(repeating: opening, count: 1_000_000), limits: .deepest64) == .tooDeep)
    }

    @Test("time grows with the length of the input, not with its square")
    func linearTime() throws {
        func seconds(of document: String) throws -> Double {
            let bytes = Array(document.utf8)
            let limits = JSONLimits(maxBytes: bytes.count, maxDepth: 2, names: .any)
            let best = try (0..<3).map { _ in
                try ContinuousClock().measure { _ = try JSONValue.parse(bytes, limits: limits) }
            }.min()
            return try #require(best) / .seconds(1)
        }
        for shape in [{ String(repeating: #"\n"#, count: $0) }, { String(repeating: "é", count: $0) }] {
            let small = try seconds(of: "\"" + shape(20_000) + "\"")
            let large = try seconds(of: "\"" + shape(320_000) + "\"")
            // Sixteen times the input: a quadratic parser would take 256 times as long.
            #expect(large < small * 100, "\(small) s, then \(large) s")
        }
    }

    @Test("limits that would let the stack grow are refused by the program itself")
    func deepestLimit() async {
        await #expect(processExitsWith: .failure) { _ = JSONLimits(maxBytes: 1, maxDepth: 65, names: .any) }
        await #expect(processExitsWith: .failure) { _ = JSONLimits(maxBytes: -1, maxDepth: 1, names: .any) }
    }
}
