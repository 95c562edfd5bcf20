import Testing
import VaultModel

@Suite("Phone numbers")
struct PhoneNumberTests {
    @Test(
        "have one stored form, however they are written",
        arguments: [
            ("13812345678", "+8613812345678"), ("138 1234 5678", "+8613812345678"), ("138-1234-5678", "+8613812345678"),
            ("+86 138 1234 5678", "+8613812345678"), ("+86-138-1234-5678", "+8613812345678"),
            ("0086 13812345678", "+8613812345678"), ("8613812345678", "+8613812345678"),
            ("１３８１２３４５６７８", "+8613812345678"), ("＋８６　１３８１２３４５６７８", "+8613812345678"),
            ("\u{202A}+8613812345678\u{202C}", "+8613812345678"), ("138.1234.5678", "+8613812345678"),
            ("138–1234–5678", "+8613812345678"),
            ("(021)74851302", "+862174851302"), ("（021）74851302", "+862174851302"), ("021-74851302", "+862174851302"),
            ("(0755)40926211", "+8675540926211"), ("010 5077 2333", "+861050772333"), ("4008123123", "+864008123123"),
            ("+852 9123 4567", "+85291234567"), ("+886 912 345 678", "+886912345678"),
            ("+44 20 7946 0958", "+442079460958"),
        ])
    func stored(raw: String, expected: String) throws {
        #expect(utf8(try FieldType.phone.canonical(raw, region: china)) == utf8(expected))
        #expect(try Normaliser.phone.normalise(raw, region: china) == utf8(expected))
        #expect(try Normaliser.phone.normalise(stored: expected) == utf8(expected))
    }

    @Test("are dialled in the policy's region when they have no country code")
    func region() throws {
        #expect(try PhoneNumber("9123 4567", region: .hongKong).e164 == "+85291234567")
        #expect(try PhoneNumber("0912 345 678", region: .taiwan).e164 == "+886912345678")
        #expect(failure { () throws(FieldValueError) in try PhoneNumber("9123 4567", region: china) } == .phoneInvalid)
    }

    @Test(
        "keep an extension in the stored form and drop it from the index",
        arguments: [
            "021-64851302 ext 801", "021-64851302转801", "021-64851302 分机 801", "02164851302x801", "021-64851302#801",
        ])
    func extensions(raw: String) throws {
        let stored = try FieldType.phone.canonical(raw, region: china)
        #expect(utf8(stored) == utf8("+862164851302;ext=801"))
        #expect(utf8(try FieldType.phone.canonical(stored, region: china)) == utf8(stored))
        #expect(try Normaliser.phone.normalise(raw, region: china) == utf8("+862164851302"))
        #expect(try Normaliser.phone.normalise(stored: stored) == utf8("+862164851302"))
        #expect(try Normaliser.phoneLast4.normalise(stored: stored) == utf8("1302"))
        #expect(try PhoneNumber(raw, region: china).national == "02164851302")
    }

    @Test(
        "that cannot exist are refused with the rule that failed",
        arguments: [
            ("无", FieldValueError.phoneNotANumber), ("", .empty), ("   ", .empty), ("123", .phoneInvalid),
            ("1380013800x", .phoneInvalid), ("1381234567", .phoneInvalid), ("138123456789", .phoneInvalid),
            ("23812345678", .phoneInvalid), ("+999 12345678", .phoneUnknownRegion), ("1-800-FLOWERS", .phoneNotANumber),
            ("call 13812345678", .phoneNotANumber), ("13812345678,13912345678", .phoneNotANumber),
            ("--", .phoneNotANumber),
            ("95588", .phoneInvalid), ("+8613812345678\n+8613912345678", .phoneNotANumber),
            ("13812345678/13912345678", .phoneInvalid),
            ("13812345678 13912345678", .phoneInvalid), ("13812345678+", .phoneNotANumber),
        ])
    func refused(raw: String, expected: FieldValueError) {
        #expect(failure { () throws(FieldValueError) in try FieldType.phone.canonical(raw, region: china) } == expected)
    }

    @Test("give their last four digits; four digits alone are taken as they are")
    func last4() throws {
        #expect(try Normaliser.phoneLast4.normalise("138 1234 5678", region: china) == utf8("5678"))
        #expect(try Normaliser.phoneLast4.normalise(" ５６７８ ", region: china) == utf8("5678"))
        for raw in ["567", "56a8", "", "abcd"] {
            #expect(
                failure { () throws(FieldValueError) in try Normaliser.phoneLast4.normalise(raw, region: china) }
                    == .last4NotFourDigits)
        }
    }

    @Test("never read more than they are given: every prefix and suffix of a number is refused or shorter")
    func cut() {
        let whole = "+8613812345678"
        for count in 1..<whole.utf8.count {
            if let phone = try? PhoneNumber(String(whole.prefix(count)), region: china) {
                #expect(phone.e164.utf8.count <= count + 3)
            }
        }
    }

    @Test("can be read by many threads at once")
    func concurrent() async {
        await withTaskGroup(of: Bool.self) { group in
            for index in 0..<64 {
                group.addTask {
                    let raw = "138" + String(10_000_000 + index * 97)
                    return (try? PhoneNumber(raw, region: china))?.e164 == "+86" + raw
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}

@Suite("Regions")
struct RegionTests {
    @Test("are two capital letters with a numbering plan")
    func known() {
        for text in ["CN", "HK", "MO", "TW", "SG", "US"] { #expect(Region(text)?.text == text) }
        for text in ["", "C", "CHN", "cn", "ZZ", "XX", "86", "C\u{4E2D}"] { #expect(Region(text) == nil) }
    }
}
