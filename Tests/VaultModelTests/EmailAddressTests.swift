import Testing
import VaultModel

@Suite("E-mail addresses")
struct EmailAddressTests {
    @Test(
        "have one stored form and one compared form",
        arguments: [
            ("Li.Hua@Example.COM", "li.hua@example.com", "li.hua@example.com"),
            ("  li@example.com\n", "li@example.com", "li@example.com"),
            ("ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ", "li@example.com", "li@example.com"),
            ("li+shop@example.com", "li+shop@example.com", "li+shop@example.com"),
            ("LI@例子.中国", "li@例子.中国", "li@xn--fsqu00a.xn--fiqs8s"),
            ("li@xn--fsqu00a.xn--fiqs8s", "li@xn--fsqu00a.xn--fiqs8s", "li@xn--fsqu00a.xn--fiqs8s"),
            ("李华@Example.com", "李华@example.com", "李华@example.com"),
            ("JOSE\u{301}@example.com", "jos\u{E9}@example.com", "jos\u{E9}@example.com"),
            ("stra\u{DF}e@stra\u{DF}e.de", "stra\u{DF}e@stra\u{DF}e.de", "stra\u{DF}e@xn--strae-oqa.de"),
            ("b\u{FC}ro@B\u{DC}CHER.example", "b\u{FC}ro@b\u{FC}cher.example", "b\u{FC}ro@xn--bcher-kva.example"),
        ])
    func forms(raw: String, stored: String, compared: String) throws {
        #expect(utf8(try FieldType.email.canonical(raw, region: china)) == utf8(stored))
        #expect(try Normaliser.email.normalise(raw, region: china) == utf8(compared))
        #expect(try Normaliser.email.normalise(stored: stored) == utf8(compared))
        #expect(utf8(try FieldType.email.canonical(stored, region: china)) == utf8(stored))
    }

    @Test(
        "of other forms are refused",
        arguments: [
            ("not-an-email@", FieldValueError.emailForm), ("@example.com", .emailForm), ("li", .emailForm),
            ("li@@example.com", .emailForm), ("a@b@c.com", .emailForm), ("li hua@example.com", .emailForm),
            (".li@example.com", .emailForm), ("li..hua@example.com", .emailForm), ("li.@example.com", .emailForm),
            ("\"li\"@example.com", .emailForm), ("Li <li@example.com>", .emailForm), ("li@example", .emailDomain),
            ("li@example.com.", .emailDomain), ("li@-example.com", .emailDomain), ("li@exa_mple.com", .emailDomain),
            ("li@exa mple.com", .emailDomain), ("li@[127.0.0.1]", .emailDomain), ("li@example..com", .emailDomain),
            ("li@xn--a.com", .emailDomain), ("li@exa\u{202E}mple.com", .emailDomain),
            ("l\u{202E}i@example.com", .emailForm),
            ("", .empty),
        ])
    func refused(raw: String, expected: FieldValueError) {
        #expect(failure { () throws(FieldValueError) in try FieldType.email.canonical(raw, region: china) } == expected)
    }

    @Test("have limits on both sides of the @")
    func limits() throws {
        let local = String(repeating: "a", count: 64)
        let label = String(repeating: "b", count: 63)
        #expect(try EmailAddress(local + "@example.com").local == local)
        #expect(failure { () throws(FieldValueError) in try EmailAddress("a" + local + "@example.com") } != nil)
        #expect(try EmailAddress("a@\(label).com").domain == label + ".com")
        #expect(failure { () throws(FieldValueError) in try EmailAddress("a@b\(label).com") } == .emailDomain)
        let long = [label, label, label, label, "com"].joined(separator: ".")
        #expect(failure { () throws(FieldValueError) in try EmailAddress("a@" + long) } == .emailDomain)
    }
}
