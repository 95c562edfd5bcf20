import Policy
import Primitives
import Testing
import VaultModel

@Suite("Reading a policy")
struct ParsingTests {
    @Test("all mistakes are reported, in the order of the file")
    func many() throws {
        let text = """
            version: 1
            trade: test
            region: CN
            reveiw_days: 90
            classes: {identity: {}}
            purposes: [order]
            records:
              customer:
                required: [nam]
                fields:
                  name: {type: nmae, class: identity}
                  phone: {type: phone, class: contact}
            roles:
              owner: {staff: [approve], policy: [aply]}
              clerk: {read: [{record: custmer, fields: [name], form: fll, purposes: [ordr]}]}
            """
        guard case .failure(let found) = Sample.parse(text) else {
            Issue.record("accepted")
            return
        }
        let places = found.problems.map { "\($0.line):\($0.column)" }
        #expect(places == ["4:1", "9:16", "11:20", "12:35", "14:37", "14:38", "15:27", "15:58", "15:74"])
        let hints = found.problems.map(\.hint)
        for (index, name) in [
            (0, "review_days"), (1, "name"), (2, "name"), (5, "apply"), (6, "customer"), (7, "full"), (8, "order"),
        ] {
            #expect(hints[index] == "did you mean \"\(name)\"?")
        }
        #expect(
            found.problems[0].description
                == "p.yaml:4:1: a policy has no member \"reveiw_days\"; did you mean \"review_days\"?")
    }

    @Test("the policy's id is the SHA-256 of its bytes: a comment changes it, and nothing else")
    func digest() throws {
        let bytes = Array(Sample.small().utf8)
        let policy = try PolicyDocument.parse(bytes, file: "p.yaml").get()
        #expect(policy.sha256 == Hex.encode(SHA256.hash(bytes)))
        let commented = try Sample.parse("# a comment\n" + Sample.small()).get()
        #expect(commented.sha256 != policy.sha256)
        #expect(commented.difference(from: policy).isEmpty)
        let windows = try Sample.parse(Sample.small().replacing("\n", with: "\r\n")).get()
        #expect(windows.difference(from: policy).isEmpty)
    }

    @Test("the members' defaults are those documented")
    func defaults() throws {
        let policy = try Sample.parse(
            Sample.small(
                classes: "identity: {}, money: {personal: false}, papers: {default_form: masked, full: {approval: 2}}",
                fields:
                    "{name: {type: name, class: identity}, sum: {type: amount, class: money}, id: {type: id-number, class: papers}}"
            )
            .replacing("fields:\n      {", with: "fields: {")
        ).get()
        let name = try #require(policy.field(try fieldName("customer.name")))
        #expect(name.mask == .all && !name.isMany && !name.isRequired && name.index == nil && name.isPersonal)
        let sum = try #require(policy.field(try fieldName("customer.sum")))
        #expect(sum.mask == .none && !sum.isPersonal)
        let id = try #require(policy.field(try fieldName("customer.id")))
        #expect(id.fieldClass.defaultForm == .masked && id.fieldClass.fullApprovals == 2)
        #expect(policy.record(named: "customer")?.retention == nil)
        #expect(policy.limits(of: try role("owner")) == .standard)
    }

    @Test("the largest file allowed is read, one byte more is not")
    func size() throws {
        let base = Sample.small() + "\n"
        let line = "#" + String(repeating: "x", count: 254) + "\n"
        var text = base
        while text.utf8.count + line.utf8.count <= 262_144 { text += line }
        text += "#" + String(repeating: "x", count: 262_144 - text.utf8.count - 2) + "\n"
        #expect(text.utf8.count == 262_144)
        #expect(throws: Never.self) { try Sample.parse(text).get() }
        guard case .failure(let found) = Sample.parse(text + "\n") else {
            Issue.record("accepted")
            return
        }
        #expect(found.problems.count == 1)
    }

    @Test("bytes that are not UTF-8 are refused at their line")
    func malformed() {
        for bad: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE4, 0xB8]] {
            guard
                case .failure(let found) = PolicyDocument.parse(
                    Array("version: 1\ntrade: ".utf8) + bad + [0x0A], file: "p.yaml")
            else {
                Issue.record("accepted")
                return
            }
            #expect(found.problems.map(\.line) == [2])
            #expect(found.problems.first?.hint == "save the file as UTF-8")
        }
    }

    @Test("a bomb of aliases, deep nests and endless lists are refused quickly")
    func bombs() {
        var bomb = "a: &a [x, x]\n"
        for index in 0..<26 { bomb += "k\(index): &b\(index) [*a, *a, *a, *a, *a, *a]\n" }
        let deepLines = (0..<200).map { String(repeating: " ", count: $0 * 2) + "k:" }.joined(separator: "\n")
        let inputs = [
            bomb, String(repeating: "[", count: 900), String(repeating: "{a: ", count: 200),
            String(repeating: "- ", count: 400),
            String(repeating: "? ", count: 400), deepLines, String(repeating: "a: {\n", count: 3_000),
            "a: [" + String(repeating: "b,\n", count: 60_000) + "]\n",
        ]
        let clock = ContinuousClock()
        for input in inputs {
            var isRefused = false
            let time = clock.measure { if case .failure = Sample.parse(input) { isRefused = true } }
            #expect(isRefused)
            #expect(time < .seconds(20))
        }
    }

    @Test("a policy cut short or with a line missing is read or refused, never a crash, and problems stay within it")
    func mutilated() throws {
        let lines = String(decoding: try Sample.bytes("takeout.yaml"), as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        for index in stride(from: 0, to: lines.count, by: 8) {
            for kept in [Array(lines[..<index]), Array(lines[..<index] + lines[(index + 1)...])] {
                guard case .failure(let found) = Sample.parse(kept.joined(separator: "\n")) else { continue }
                #expect(!found.problems.isEmpty)
                #expect(found.problems.allSatisfy { (1...(kept.count + 1)).contains($0.line) && $0.column >= 1 })
            }
        }
    }

    @Test("a misspelt name finds the nearest declared one")
    func suggestions() {
        func hint(_ text: String) -> String {
            guard case .failure(let found) = Sample.parse(Sample.small(rest: text)) else { return "accepted" }
            return found.problems.first?.hint ?? "none"
        }
        #expect(hint("dutys: []") == "did you mean \"duties\"?")
        #expect(hint("review-days: 1") == "did you mean \"review_days\"?")
        #expect(hint("UNDO_HOURS: 1") == "did you mean \"undo_hours\"?")
        #expect(hint("solo_wait_huors: 1") == "did you mean \"solo_wait_hours\"?")
        #expect(hint("x: 1").hasPrefix("one of: version"))
    }
}
