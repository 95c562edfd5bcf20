import Testing
import VaultModel

@Suite("ID numbers")
struct IDNumberTests {
    /// Invented numbers whose check digits fit.
    static let valid: [(String, IDNumber.Form)] = [
        ("632522200003091691", .mainland), ("63252420020306309X", .mainland), ("11010519491231002X", .mainland),
        ("440524188001010014", .mainland), ("810000199408230021", .mainland),
        ("A1234563", .hongKong), ("G123456A", .hongKong), ("AB9876543", .hongKong), ("Z683365A", .hongKong),
        ("A123456789", .taiwan), ("F131104093", .taiwan), ("A800000014", .taiwan),
    ]

    @Test("with a fitting check digit are accepted", arguments: valid)
    func accepted(text: String, form: IDNumber.Form) throws {
        let id = try IDNumber(text)
        #expect(id.form == form)
        #expect(utf8(id.text) == utf8(text))
        #expect(try Normaliser.idNumber.normalise(text.lowercased(), region: china) == utf8(text))
    }

    @Test("with any one digit altered are refused", arguments: valid)
    func altered(text: String, form: IDNumber.Form) {
        let bytes = utf8(text)
        // Taiwan's sum is taken mod 10: a digit with an even weight may hide a change of five.
        let guarded = form == .taiwan ? [2, 6, 8, 9] : Array(bytes.indices)
        for index in guarded where (0x30...0x39).contains(bytes[index]) {
            for other in UInt8(0x30)...0x39 where other != bytes[index] {
                var changed = bytes
                changed[index] = other
                let altered = String(decoding: changed, as: UTF8.self)
                #expect(failure { () throws(FieldValueError) in try IDNumber(altered) } != nil, "position \(index)")
            }
        }
    }

    @Test("with another check character are refused", arguments: valid)
    func checkCharacter(text: String, form: IDNumber.Form) {
        for other in "0123456789AX" where other != text.last {
            let altered = String(text.dropLast()) + String(other)
            #expect(failure { () throws(FieldValueError) in try IDNumber(altered) } != nil)
        }
    }

    @Test("with two neighbouring digits swapped are refused (mainland: mod 11 sees every swap)")
    func swapped() {
        for (text, form) in Self.valid where form == .mainland {
            let bytes = utf8(text)
            for index in 0..<17 where bytes[index] != bytes[index + 1] {
                var changed = bytes
                changed.swapAt(index, index + 1)
                #expect(
                    failure { () throws(FieldValueError) in try IDNumber(String(decoding: changed, as: UTF8.self)) }
                        != nil)
            }
        }
    }

    @Test(
        "are read with brackets, spaces and full-width characters",
        arguments: [
            ("a123456(3)", "A1234563"), ("632522 20000309 1691", "632522200003091691"),
            ("６３２５２２２００００３０９１６９１", "632522200003091691"), ("63252420020306309x", "63252420020306309X"),
            (" A123456789 ", "A123456789"),
        ])
    func written(raw: String, expected: String) throws {
        #expect(utf8(try FieldType.idNumber.canonical(raw, region: china)) == utf8(expected))
    }

    @Test(
        "of other forms are refused with the rule that failed",
        arguments: [
            ("632522200013091695", FieldValueError.idNumberDate), ("632522200002301693", .idNumberDate),
            ("632522190002291695", .idNumberDate), ("632522200003091692", .idNumberCheckDigit),
            ("X32522200003091691", .idNumberForm), ("63252220000309169", .idNumberForm),
            ("6325222000030916911", .idNumberForm),
            ("632522000309169", .idNumberForm), ("E12345678", .idNumberForm), ("A1234564", .idNumberCheckDigit),
            ("A123456788", .idNumberCheckDigit), ("A323456789", .idNumberForm), ("", .empty), ("１２３", .idNumberForm),
            ("632522200003091691é", .idNumberForm),
        ])
    func refused(raw: String, expected: FieldValueError) {
        #expect(
            failure { () throws(FieldValueError) in try FieldType.idNumber.canonical(raw, region: china) } == expected)
    }
}
