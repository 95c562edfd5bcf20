import CanonicalJSON
import Testing

@Suite("Strict reader")
struct MembersTests {
    private static let document =
        #"{"flag":true,"list":["x","y"],"many":[1,2],"n":7,"o":{"a":1},"os":[{"a":1}],"s":"t"}"#

    private func read() throws(JSONError) -> JSONMembers {
        try JSONMembers(parsing: Array(Self.document.utf8), limits: .message)
    }

    @Test("every type of member is read once and nothing is left")
    func readsAll() throws {
        var members = try read()
        #expect(try members.bool("flag"))
        #expect(try members.strings("list") == ["x", "y"])
        #expect(try members.integers("many") == [1, 2])
        #expect(members.contains("n") && !members.contains("absent"))
        #expect(try members.integer("n") == 7)
        #expect(!members.contains("n"))
        var nested = try members.members("o")
        #expect(try nested.value("a") == 1)
        try nested.finish()
        var objects = try members.objects("os")
        #expect(try objects[0].integer("a") == 1)
        #expect(throws: JSONError.unknownMember) { try members.finish() }
        #expect(try members.string("s") == "t")
        try members.finish()
    }

    @Test("a member that is absent or read twice is missing")
    func missing() throws {
        var members = try read()
        #expect(throws: JSONError.missing("x")) { try members.string("x") }
        _ = try members.integer("n")
        #expect(throws: JSONError.missing("n")) { try members.integer("n") }
    }

    @Test("a member of another type is refused with the name that was asked for")
    func wrongType() throws {
        for name in ["flag", "list", "many", "n", "o", "os", "s"] {
            let readers: [(String, (inout JSONMembers) throws -> Void)] = [
                ("flag", { _ = try $0.bool(name) }), ("list", { _ = try $0.strings(name) }),
                ("many", { _ = try $0.integers(name) }), ("n", { _ = try $0.integer(name) }),
                ("o", { _ = try $0.members(name) }), ("os", { _ = try $0.objects(name) }),
                ("s", { _ = try $0.string(name) }),
            ]
            for (type, reader) in readers where type != name {
                var members = try read()
                #expect(throws: JSONError.wrongType(name)) { try reader(&members) }
            }
            if !["list", "many", "os"].contains(name) {
                var members = try read()
                #expect(throws: JSONError.wrongType(name)) { try members.array(name) }
            }
        }
    }

    @Test("only an object has members", arguments: ["[]", "1", "true", "\"a\""])
    func notAnObject(text: String) {
        #expect(throws: JSONError.notAnObject) { try JSONMembers(JSONValue.parse(text)) }
    }

    @Test("no error shows what was received")
    func errorsAreSilent() throws {
        let canary = "zz7canary"
        let documents = [
            #"{"\#(canary)":1}"#, #"{"a":"\#(canary)"}"#, #""\#(canary)"#, #"{"a":1,"\#(canary)":}"#, canary,
            #"{"\#(canary)":1,"\#(canary)":1}"#, #"["\#(canary)",null]"#,
        ]
        for document in documents {
            do {
                var members = try JSONMembers(parsing: Array(document.utf8), limits: .message)
                _ = try members.integer("a")
                try members.finish()
                Issue.record("\(document) was accepted")
            } catch { #expect(!"\(error)".contains(canary) && !String(reflecting: error).contains(canary)) }
        }
    }
}
