import Testing
import VaultModel

@Suite("Stored forms")
struct CanonicalTests {
    @Test(
        "are one for all spellings of a value",
        arguments: [
            (FieldType.name, "  张  小明 ", "张 小明"), (.name, "Jose\u{301}", "Jos\u{E9}"), (.name, "张\u{3000}三", "张 三"),
            (.name, "阿卜杜拉·买买提", "阿卜杜拉·买买提"), (.name, "\u{FEFF}张三\u{200B}", "张三"),
            (.address, "文三路1号\r\n侧门进\r", "文三路1号\n侧门进"), (.text, "a\tb\n\nc", "a\tb\n\nc"),
            (.date, "1990-05-17", "1990-05-17"), (.date, "1990/5/7", "1990-05-07"), (.date, "1990年5月17日", "1990-05-17"),
            (.date, "1990.05.17", "1990-05-17"), (.date, "19900517", "1990-05-17"), (.date, "１９９０－０５－１７", "1990-05-17"),
            (.date, "2000-02-29", "2000-02-29"), (.date, "1990年5月17号", "1990-05-17"),
            (.datetime, "2026-10-20T02:20:36.307198", "2026-10-20T02:20:36"),
            (.datetime, "2026-10-20 18:30", "2026-10-20T18:30:00"),
            (.datetime, "2026/10/20 8:05:09", "2026-10-20T08:05:09"),
            (.datetime, "2026-10-20T18:30:00Z", "2026-10-20T18:30:00Z"),
            (.datetime, "2026-10-20T18:30+08:00", "2026-10-20T18:30:00+08:00"),
            (.datetime, "2026-10-20T18:30:00+0000", "2026-10-20T18:30:00Z"),
            (.datetime, "2026-10-20 18:30:00.5-0330", "2026-10-20T18:30:00-03:30"),
            (.enumeration, " walk-in ", "walk-in"), (.enumeration, "ｅｌｅｍｅ", "eleme"),
            (.consent, "是", "yes"), (.consent, "否", "no"), (.consent, "YES", "yes"), (.consent, "0", "no"),
            (.consent, "yes:2026-01", "yes:2026-01"), (.consent, "是：v2", "yes:v2"),
            (.memberNumber, " m0700000 ", "M0700000"), (.memberNumber, "Ｍ０７-00 001", "M07-00001"),
            (.number, "0791", "791"), (.number, "1,234", "1234"), (.number, "-5", "-5"), (.number, "-0", "0"),
            (.number, "＋７", "7"),
            (.number, "999999999999999", "999999999999999"),
            (.amount, "58.76", "58.76"), (.amount, "58", "58.00"), (.amount, "58.5", "58.50"),
            (.amount, "¥1,234.50", "1234.50"),
            (.amount, "58.76元", "58.76"), (.amount, "-0.00", "0.00"), (.amount, "-3.1", "-3.10"),
            (.amount, "￥８８", "88.00"),
            (.code, " T0720261000000 ", "T0720261000000"), (.code, "a/b#1.2_3-4", "a/b#1.2_3-4"),
        ])
    func forms(type: FieldType, raw: String, expected: String) throws {
        let stored = try type.canonical(raw, region: china)
        #expect(utf8(stored) == utf8(expected))
        #expect(
            utf8(try type.canonical(stored, region: china)) == utf8(stored),
            "the stored form of a stored form is itself")
    }

    @Test(
        "are refused to wrong values, with the rule that failed",
        arguments: [
            (FieldType.name, "", FieldValueError.empty), (.name, " \u{3000}\u{200B}", .empty),
            (.name, "张\u{0}三", .controlCharacter),
            (.name, "张\u{202E}三", .controlCharacter), (.name, "张\u{FFFF}三", .controlCharacter),
            (.text, "a\u{7}b", .controlCharacter), (.address, "a\u{2066}b", .controlCharacter),
            (.date, "17-05-1990", .dateForm), (.date, "05/17/1990", .dateForm),
            (.date, "1990-13-01", .dateNotInCalendar),
            (.date, "1990-02-29", .dateNotInCalendar), (.date, "1900-02-29", .dateNotInCalendar),
            (.date, "1990-04-31", .dateNotInCalendar),
            (.date, "1990-00-10", .dateNotInCalendar), (.date, "1849-12-31", .dateNotInCalendar),
            (.date, "1990-5", .dateForm),
            (.date, "1990-05-17-1", .dateForm), (.date, "1990-05-017", .dateForm), (.date, "昨天", .dateForm),
            (.date, "1990-05-17 08:00", .dateForm),
            (.datetime, "2026-10-20", .datetimeForm), (.datetime, "2026-10-20T24:00", .datetimeForm),
            (.datetime, "2026-10-20T23:60", .datetimeForm),
            (.datetime, "2026-10-20T23:59:60", .datetimeForm), (.datetime, "2026-02-30T10:00", .dateNotInCalendar),
            (.datetime, "2026-10-20T10", .datetimeForm), (.datetime, "2026-10-20T10:00+15:00", .datetimeForm),
            (.datetime, "2026-10-20T10:00:00+8", .datetimeForm), (.datetime, "10-20T10:00", .datetimeForm),
            (.enumeration, "Walk In", .enumerationForm), (.enumeration, "美团", .enumerationForm),
            (.consent, "maybe", .consentForm), (.consent, "yes:", .consentForm), (.consent, "yes:a b", .consentForm),
            (.consent, "yes:" + String(repeating: "v", count: 33), .consentForm),
            (.memberNumber, "-M1", .memberNumberForm), (.memberNumber, "会员1", .memberNumberForm),
            (.memberNumber, String(repeating: "1", count: 33), .memberNumberForm),
            (.number, "1.5", .numberForm), (.number, "12a", .numberForm), (.number, "1,23", .numberForm),
            (.number, "", .empty),
            (.number, "1000000000000000", .numberForm), (.number, "-", .numberForm), (.number, ",123", .numberForm),
            (.amount, "58.765", .amountForm), (.amount, "58.", .amountForm), (.amount, ".5", .amountForm),
            (.amount, "1e3", .amountForm),
            (.amount, "12,34", .amountForm), (.amount, "¥", .amountForm),
            (.code, "a b", .codeForm), (.code, "订单1", .codeForm),
        ])
    func refused(type: FieldType, raw: String, expected: FieldValueError) {
        #expect(failure { () throws(FieldValueError) in try type.canonical(raw, region: china) } == expected)
    }

    @Test("never exceed the bytes that fit the type's padding", arguments: FieldType.allCases)
    func limits(type: FieldType) {
        for count in [type.maximumBytes + 1, type.maximumBytes * 4 + 1, 1_000_000] {
            let raw = String(repeating: "1", count: count)
            #expect(failure { () throws(FieldValueError) in try type.canonical(raw, region: china) } != nil)
        }
        let text = String(repeating: "a", count: type.maximumBytes)
        if [.name, .address, .text].contains(type) {
            #expect((try? type.canonical(text, region: china)) == text)
            #expect(
                failure { () throws(FieldValueError) in try type.canonical(text + "a", region: china) }
                    == .tooLong(maximumBytes: type.maximumBytes))
        }
    }

    @Test("pad to the sizes of the envelope: the longest value and its type byte leave one byte of padding")
    func padding() {
        let sizes: [FieldType: (policy: UInt8, largest: Int)] = [
            .date: (1, 16), .phone: (2, 64), .idNumber: (2, 64), .memberNumber: (2, 64), .number: (2, 64),
            .amount: (2, 64),
            .datetime: (2, 64), .enumeration: (2, 64), .consent: (2, 64), .code: (2, 64), .name: (3, 256),
            .email: (3, 256),
            .address: (4, 1_024), .text: (5, 16_384),
        ]
        for type in FieldType.allCases {
            #expect(type.padPolicyNumber == sizes[type]?.policy)
            #expect(type.maximumBytes + 2 == sizes[type]?.largest)
        }
    }

    @Test("a refusal never repeats the value", arguments: FieldType.allCases)
    func noValueInErrors(type: FieldType) throws {
        let canary = "canary\u{0}秘密🐤"
        let error = try #require(failure { () throws(FieldValueError) in try type.canonical(canary, region: china) })
        for text in [error.code, error.problem, error.hint, "\(error)", String(reflecting: error)] {
            #expect(!text.contains("canary") && !text.contains("秘密"))
            #expect(!text.isEmpty)
        }
    }

    @Test("every type and lookup has its word in the policy")
    func words() {
        #expect(
            FieldType.allCases.map(\.rawValue) == [
                "name", "phone", "address", "email", "id-number", "date", "datetime", "text", "enum", "consent",
                "member-number",
                "number", "amount", "code",
            ])
        #expect(
            LookupKind.allCases.map(\.rawValue) == ["phone", "last4", "email", "name", "id-number", "member-number"])
        #expect(Normaliser.allCases.map(\.rawValue) == [1, 2, 3, 4, 5, 6], "numbers are part of the index key")
        for kind in LookupKind.allCases where kind != .name {
            #expect(kind.indexKind.map { kind.fieldType.indexKinds.contains($0) } == true)
        }
        #expect(LookupKind.name.indexKind == nil)
    }
}

@Suite("Normalisers")
struct NormaliserTests {
    @Test(
        "names compare without width, case and spaces",
        arguments: [
            ("欧阳 娜娜", "欧阳娜娜"), ("Ａｌｉｃｅ  SMITH", "alicesmith"), ("Stra\u{DF}e", "strasse"), ("Jose\u{301}", "jos\u{E9}"),
            ("ﾔﾏﾀﾞ", "ヤマダ"), ("张\u{3000}三", "张三"), ("Ⅷ世", "viii世"), ("\u{FDFA}", "صلىاللهعليهوسلم"),
        ])
    func names(raw: String, expected: String) throws {
        #expect(try Normaliser.name.normalise(raw, region: china) == utf8(expected))
        #expect(try Normaliser.name.normalise(stored: raw) == utf8(expected))
    }

    @Test("member numbers compare without hyphens and case")
    func memberNumbers() throws {
        #expect(try Normaliser.memberNumber.normalise("m-07 00000", region: china) == utf8("M0700000"))
    }

    @Test("texts that differ keep different bytes")
    func distinct() throws {
        let names = ["张三", "張三", "张 三丰", "Zhang San", "zhangsi"]
        let forms = try names.map { try Normaliser.name.normalise($0, region: china) }
        #expect(Set(forms).count == names.count)
    }

    @Test("every lookup's normaliser accepts its field's stored form and gives the same bytes as for the raw one")
    func stored() throws {
        let raws: [(LookupKind, String)] = [
            (.phone, "138 1234 5678"), (.last4, "13812345678"), (.email, "LI@例子.中国"), (.name, "Ｌｉ Hua"),
            (.idNumber, "63252420020306309x"), (.memberNumber, "m-1"),
        ]
        for (kind, raw) in raws {
            let stored = try kind.fieldType.canonical(raw, region: china)
            let fromRaw = try kind.normaliser.normalise(raw, region: china)
            #expect(try kind.normaliser.normalise(stored: stored) == fromRaw)
        }
    }

    @Test("an overlong text is refused before any work", arguments: Normaliser.allCases)
    func overlong(normaliser: Normaliser) {
        let raw = String(repeating: "1", count: 1_025)
        #expect(
            failure { () throws(FieldValueError) in try normaliser.normalise(raw, region: china) }
                == .tooLong(maximumBytes: 1_024))
    }
}
