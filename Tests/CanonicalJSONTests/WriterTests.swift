import CanonicalJSON
import Testing

@Suite("Writer")
struct WriterTests {
    @Test("the writer's bytes are those of the value")
    func agreesWithValue() throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("act", "read \"é\"\n")
        writer.member("ctr", UInt64(12))
        writer.name("deep")
        writer.beginArray()
        writer.beginObject()
        writer.endObject()
        writer.beginArray()
        writer.endArray()
        writer.value(["x": [1, 2]])
        writer.canonical(Array("{}".utf8))
        writer.endArray()
        writer.member("fld", strings: ["a", "b"])
        writer.member("max", JSONValue.largestInteger)
        writer.member("ok", true)
        writer.member("pur", strings: [])
        writer.endObject()

        let expected: JSONValue = [
            "act": "read \"é\"\n", "ctr": 12, "deep": [[:], [], ["x": [1, 2]], [:]], "fld": ["a", "b"],
            "max": .integer(JSONValue.largestInteger), "ok": true, "pur": [],
        ]
        #expect(writer.bytes == expected.encode())
        #expect(try JSONValue.parse(writer.bytes, limits: .message) == expected)
    }

    @Test("an escaped text has no quotation marks of its own, a quoted one has")
    func escapeAndQuote() {
        var bytes: [UInt8] = []
        JSONWriter.escape("a\"b", into: &bytes)
        JSONWriter.quote("\u{1}", into: &bytes)
        #expect(bytes == Array(#"a\"b"\u0001""#.utf8))
    }

    @Test(
        "integers are written in decimal",
        arguments: [0, 1, 9, 10, 99, 100, 1_000_000, 9_007_199_254_740_991] as [Int64])
    func integers(number: Int64) {
        var bytes: [UInt8] = []
        JSONWriter.integer(number, into: &bytes)
        #expect(bytes == Array(String(number).utf8))
    }

    @Test("integers of every length are written in decimal")
    func manyIntegers() {
        var random = SeededGenerator(seed: 4)
        for shift in UInt64(11)...63 {
            let number = Int64(random.next() >> shift)
            var bytes: [UInt8] = []
            JSONWriter.integer(number, into: &bytes)
            #expect(bytes == Array(String(number).utf8))
        }
    }

    #if DEBUG
        @Test("members out of order trap in debug builds, siblings in another object do not")
        func order() async {
            var writer = JSONWriter()
            writer.beginArray()
            for _ in 0..<2 {
                writer.beginObject()
                writer.member("a", 1)
                writer.name("b")
                writer.beginObject()
                writer.member("a", 1)
                writer.endObject()
                writer.member("c", 1)
                writer.endObject()
            }
            writer.endArray()
            #expect(writer.bytes == Array(#"[{"a":1,"b":{"a":1},"c":1},{"a":1,"b":{"a":1},"c":1}]"#.utf8))
            await #expect(processExitsWith: .failure) {
                var writer = JSONWriter()
                writer.beginObject()
                writer.member("b", 1)
                writer.member("a", 1)
            }
            await #expect(processExitsWith: .failure) {
                var writer = JSONWriter()
                writer.beginObject()
                writer.member("a", 1)
                writer.member("a", 1)
            }
        }
    #endif
}
