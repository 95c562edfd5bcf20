import Authority
import CanonicalJSON
import Testing
import VaultModel

@Suite("Values of blocks")
struct BlockValueTests {
    private func refusalOf(_ block: some BlockBody, _ name: String, _ value: JSONValue) throws -> BlockRefusal? {
        var members = try #require(JSONValue.parse(block.encode(), limits: .signed).objectValue)
        precondition(members[name] != nil)
        members[name] = value
        let payload = JSONValue.object(members).encode()
        let kind = type(of: block).kind
        return refusal { () throws(BlockRefusal) in _ = try Block.parse(payload, as: kind) }
    }

    private let capability = World.delegation(of: World.authority.seal(World.root()))
    private let enrolment = EnrolBlock(
        header: World.header(), person: World.person(of: World.courier), kid: World.courier.kid,
        role: World.role("courier"), nda: nil, training: nil, uid: nil)

    @Test(
        "sets are sorted by bytes, without repetition, and not empty", arguments: ["act", "fld", "frm", "pur", "shop"])
    func sets(name: String) throws {
        let values: [String: (String, String)] = [
            "act": ("find", "read"), "fld": ("customer.email", "order.note"), "frm": ("full", "masked"),
            "pur": ("care", "delivery"), "shop": ("s1", "s10"),
        ]
        let (first, second) = try #require(values[name])
        #expect(try refusalOf(capability, name, .strings([first, second])) == nil)
        #expect(try refusalOf(capability, name, .strings([second, first])) == .set(name))
        #expect(try refusalOf(capability, name, .strings([first, first])) == .set(name))
        #expect(try refusalOf(capability, name, .strings([first, second, second])) == .set(name))
        #expect(try refusalOf(capability, name, []) == .set(name))
        #expect(try refusalOf(capability, name, [.string(first), 1]) == .syntax(.wrongType(name)))
        #expect(try refusalOf(capability, name, .strings(["*", first])) == .value(name))
        #expect(try refusalOf(capability, name, .strings([first, "*"])) == .value(name))
        #expect(try refusalOf(capability, name, .strings(["*", "*"])) == .value(name))
        #expect(try refusalOf(capability, name, .strings([""])) == .value(name))
        #expect(try refusalOf(capability, name, .string("*")) == .syntax(.wrongType(name)))
    }

    @Test("acts, fields and forms outside the vocabulary are refused")
    func vocabulary() throws {
        for act in ["Read", "reveal", "logTail", "read "] {
            #expect(try refusalOf(capability, "act", .strings([act])) == .value("act"))
        }
        for field in [
            "phone", "customer", "customer.", ".phone", "customer.phone.x", "customer.Phone", "*.phone", "customer.*",
        ] {
            #expect(try refusalOf(capability, "fld", .strings([field])) == .value("fld"))
        }
        for form in ["*", "none", "Full"] {
            #expect(try refusalOf(capability, "frm", .strings([form])) == .value("frm"))
        }
    }

    @Test("subjects are one kind, sorted, in their one spelling")
    func subjects() throws {
        let good: [JSONValue] = [
            ["any": ["*"]], ["order": ["o1", "o2"]], ["customer": ["C-0000-0000"]], ["order": ["o_7k3m9qxd"]],
        ]
        for value in good { #expect(try refusalOf(capability, "sub", value) == nil) }
        #expect(try refusalOf(capability, "sub", ["order": ["o2", "o1"]]) == .set("sub"))
        #expect(try refusalOf(capability, "sub", ["order": ["o1", "o1"]]) == .set("sub"))
        #expect(try refusalOf(capability, "sub", ["order": []]) == .set("sub"))
        #expect(try refusalOf(capability, "sub", []) == .syntax(.wrongType("sub")))
        let bad: [JSONValue] = [
            [:], ["any": []], ["any": ["o1"]], ["any": ["*", "*"]], ["any": "*"], ["order": ["*"]], ["customer": ["*"]],
            ["order": [1]], ["shop": ["s1"]], ["order": ["o1"], "customer": ["C-0000-0000"]],
            ["any": ["*"], "order": ["o1"]], ["customer": ["c-0000-0000"]], ["customer": ["C-0000-0001"]],
            ["customer": ["C00000000"]], ["customer": ["C-OOOO-OOOO"]], ["order": ["O1"]], ["order": [""]],
            ["order": ["1o"]], ["order": ["o 1"]], ["order": [.string("o" + String(repeating: "1", count: 64))]],
        ]
        for value in bad { #expect(try refusalOf(capability, "sub", value) == .value("sub"), "\(value)") }
    }

    @Test("ids and keys have one spelling")
    func ids() throws {
        let kid = World.courier.kid.text
        for text in ["", kid + "=", String(kid.dropLast()), kid + "A", kid.replacing("A", with: "+"), " " + kid]
        where text != kid {
            #expect(try refusalOf(capability, "aud", .string(text)) == .value("aud"))
            #expect(try refusalOf(enrolment, "kid", .string(text)) == .value("kid"))
        }
        // The last character of 32 bytes in base64url carries two bits that must be zero.
        let loose = String(kid.dropLast()) + "B"
        if loose != kid { #expect(try refusalOf(capability, "aud", .string(loose)) == .value("aud")) }
        for text in ["", "07", String(repeating: "G", count: 32), World.vault.description.uppercased() + "AA"] {
            #expect(try refusalOf(capability, "vlt", .string(text)) == .value("vlt"))
        }
        for text in ["", "AAAA", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAAAA==", "AAAAAAAAAAAAAAAAAAAAAAA"] {
            #expect(try refusalOf(capability, "nonce", .string(text)) == .value("nonce"))
        }
        #expect(try refusalOf(capability, "prf", "0") == .value("prf"))
        #expect(try refusalOf(enrolment, "person", "p_") == .value("person"))
        #expect(try refusalOf(enrolment, "role", "Courier") == .value("role"))
    }

    @Test("a local user is decimal in one spelling, or none")
    func uid() throws {
        for text in ["", "0", "1000", "4294967294"] {
            #expect(try refusalOf(enrolment, "uid", .string(text)) == nil)
        }
        for text in ["-1", "+1", "01", "1 ", "4294967295", "4294967296", "root", "１"] {
            #expect(try refusalOf(enrolment, "uid", .string(text)) == .value("uid"))
        }
        #expect(try refusalOf(enrolment, "uid", 1000) == .syntax(.wrongType("uid")))
    }

    @Test("version and type are checked before the members")
    func versionAndType() throws {
        #expect(try refusalOf(capability, "v", 2) == .version)
        #expect(try refusalOf(capability, "v", 0) == .version)
        #expect(try refusalOf(capability, "typ", "revoke") == .type)
        #expect(try refusalOf(capability, "typ", "CAP") == .type)
        var members = try #require(JSONValue.parse(capability.encode(), limits: .signed).objectValue)
        members["v"] = 2
        members["new"] = "member"
        let payload = JSONValue.object(members).encode()
        #expect(throws: BlockRefusal.version) { try CapabilityBlock(parsing: payload) }
    }

    @Test("hashes of policies are 64 lower-case hexadecimal digits")
    func policyHash() throws {
        let block = try #require(
            PolicyBlock(header: World.header(), sha256: World.hash("a"), previous: World.hash("b")))
        for text in ["0", World.hash("a").uppercased(), World.hash("a") + "00"] {
            #expect(try refusalOf(block, "sha256", .string(text)) == .value("sha256"))
            #expect(try refusalOf(block, "previous", .string(text)) == .value("previous"))
            #expect(PolicyBlock(header: World.header(), sha256: text, previous: nil) == nil)
        }
        #expect(try refusalOf(block, "sha256", "") == .value("sha256"))
        #expect(try refusalOf(block, "previous", "") == nil)
    }

    @Test("a revocation ends something, for a reason that is a label")
    func revocation() throws {
        #expect(RevokeBlock(header: World.header(), kids: [], caps: [], reason: "lost") == nil)
        #expect(RevokeBlock(header: World.header(), kids: [World.courier.kid], caps: [], reason: "She left us") == nil)
        let block = try #require(
            RevokeBlock(header: World.header(), kids: [World.courier.kid], caps: [], reason: "lost"))
        #expect(try refusalOf(block, "kids", []) == .set("kids"))
        #expect(try refusalOf(block, "reason", "") == .value("reason"))
        #expect(try refusalOf(block, "reason", "She left us") == .value("reason"))
    }

    @Test("purged ranges ascend without touching")
    func ranges() throws {
        let block = try #require(
            PurgeBlock(header: World.header(), ranges: [0...1], parts: ["subject"], rule: "five-years"))
        #expect(try refusalOf(block, "ranges", [[0, 1], [3, 3]]) == nil)
        for value in [[], [[0, 1], [1, 2]], [[0, 1], [2, 3]], [[3, 4], [0, 1]]] as [JSONValue] {
            #expect(try refusalOf(block, "ranges", value) == .set("ranges"))
        }
        for value in [[[1, 0]], [[1]], [[1, 2, 3]], [1], [["0", "1"]]] as [JSONValue] {
            #expect(try refusalOf(block, "ranges", value) == .value("ranges"))
        }
        #expect(PurgeBlock(header: World.header(), ranges: [0...1, 2...3], parts: ["subject"], rule: "r") == nil)
    }

    @Test("a recovery names a new authority or keys, never both or neither")
    func recovery() throws {
        let block = RecoverBlock(
            header: World.header(), replacement: .authority(World.manager.kid), incarnation: 1,
            logKey: World.service.kid)
        #expect(try refusalOf(block, "authority", "") == .value("keys"))
        #expect(try refusalOf(block, "keys", .strings([World.courier.kid.text])) == .value("keys"))
    }

    @Test("a block that is too long for a signature is a programming error")
    func tooLong() async {
        await #expect(processExitsWith: .failure) {
            let orders = (0..<4000).map { "o\($0)" }
            _ = World.delegation(of: World.authority.seal(World.root())) { $0.subjects = .orders(orders) }.encode()
        }
    }
}
