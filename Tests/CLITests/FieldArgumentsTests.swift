import Console
import Host
import Primitives
import Testing
import VaultModel

struct FieldArgumentsTests {
    private static func noInput() throws(Failure) -> [UInt8] {
        Issue.record("standard input must not be read")
        return []
    }

    @Test("Fields are the customer's unless they name another record")
    func names() throws {
        #expect(try FieldArguments.names("phone,name").map(\.description) == ["customer.name", "customer.phone"])
        #expect(
            try FieldArguments.names("order.amount, name,name").map(\.description) == ["customer.name", "order.amount"])
    }

    @Test(
        "What is no field's name is refused without being repeated",
        arguments: [
            "", "a,", ",a", "Phone", "13812345678", "张小明", "a.b.c", "a b", "customer.",
        ])
    func wrongNames(list: String) {
        let failure = #expect(throws: Failure.self) { _ = try FieldArguments.names(list) }
        #expect(failure?.exitCode == 2)
        if list.utf8.count > 5 { #expect(failure?.message.contains(list) == false) }
    }

    @Test("Assignments keep their order, and a field given twice has two values")
    func values() throws {
        let fields = try FieldArguments.values(
            ["name=张小明", "phone=1", "preferences=a=b", "phone=2", "source="], file: nil, readInput: Self.noInput)
        #expect(
            fields.map(\.name.description) == [
                "customer.name", "customer.phone", "customer.preferences", "customer.source",
            ])
        #expect(fields.map(\.values) == [["张小明"], ["1", "2"], ["a=b"], [""]])
    }

    @Test("One value may come from standard input, without the line end of echo")
    func input() throws {
        let read: () throws(Failure) -> [UInt8] = { () throws(Failure) in Array("13812345678\n".utf8) }
        let fields = try FieldArguments.values(["name=x", "phone=-"], file: nil, readInput: read)
        #expect(fields.last?.values == ["13812345678"])
        #expect(try FieldArguments.term("-", readInput: read) == "13812345678")
        #expect(try FieldArguments.term("9876", readInput: Self.noInput) == "9876")
        #expect(throws: Failure.self) {
            _ = try FieldArguments.values(["name=-", "phone=-"], file: nil, readInput: read)
        }
    }

    @Test("A file holds one assignment a line, comments and blank lines aside")
    func file() throws {
        let path = "/tmp/coffer-fields-" + Hex.encode(Random.bytes(8))
        let text = "# a comment\r\nname = 张小明\r\n\n  \nphone=- \nsource=a#b\n"
        try DurableFile.create(path, with: Array(text.utf8))
        defer { try? DurableFile.remove(path) }
        let fields = try FieldArguments.values(["phone=2"], file: path, readInput: Self.noInput)
        #expect(fields.map(\.name.field) == ["name", "phone", "source"])
        #expect(fields.map(\.values) == [[" 张小明"], ["- ", "2"], ["a#b"]], "values are taken as they stand")
    }

    @Test("A line without = is named by its number and not repeated")
    func brokenFile() {
        let failure = #expect(throws: Failure.self) {
            _ = try FieldArguments.values([], file: "-") { () throws(Failure) in Array("name=x\n13812345678\n".utf8) }
        }
        #expect(failure?.message.contains("line 2") == true)
        #expect(failure?.message.contains("138") == false)
    }
}
