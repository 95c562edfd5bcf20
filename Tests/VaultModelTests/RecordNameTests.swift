import Testing
import VaultModel

struct RecordNameTests {
    @Test func `a name has one spelling and gives its record back`() throws {
        for _ in 0..<200 {
            let name = RecordName(.random(), kind: "order")
            #expect(RecordName(name.text) == name)
            #expect(name.text.utf8.count == 28 && name.text.hasPrefix("o_"))
        }
        let zero = RecordName(.none, kind: "feedback")
        #expect(zero.text == "feed_" + String(repeating: "0", count: 26))
        let all = try #require(RecordID([UInt8](repeating: 0xFF, count: 16)))
        #expect(RecordName(all, kind: "order").text == "o_7" + String(repeating: "z", count: 25))
    }

    @Test func `what is no name is refused`() {
        let good = RecordName(.random(), kind: "order").text
        let digits = good.dropFirst(2)
        let short = String(good.dropLast())
        let texts: [String] = [
            "", "o_", "_\(digits)", "orders_\(digits)", "O_\(digits)", "o_8\(digits.dropFirst())", "o-\(digits)",
            "\(good)0", short, good.uppercased(), "\(short)i", "\(good)_",
        ]
        for text in texts { #expect(RecordName(text) == nil, "\(text)") }
    }
}
