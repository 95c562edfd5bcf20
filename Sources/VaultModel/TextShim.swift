import CPhoneNumber

/// The one caller of the C++ shim: libphonenumber for numbers, ICU for Unicode forms and domain names. Which version
/// of Unicode applies is ICU's, the same for all our normalisers; assigned characters never change their form.
@safe
enum TextShim {
    /// What the shim made of a phone number.
    struct Phone {
        let e164: String
        let `extension`: String
    }

    static func isKnownRegion(_ region: String) -> Bool {
        let bytes = region.utf8.map { CChar(truncatingIfNeeded: $0) }
        return unsafe coffer_phone_region_is_known(bytes, bytes.count) == 1
    }

    /// Parses a phone number and checks it against its numbering plan.
    static func phone(_ text: String, region: String) throws(FieldValueError) -> Phone {
        let input = text.utf8.map { CChar(truncatingIfNeeded: $0) }
        let place = region.utf8.map { CChar(truncatingIfNeeded: $0) }
        var e164 = [CChar](repeating: 0, count: 24)
        var suffix = [CChar](repeating: 0, count: 24)
        var e164Count = 0
        var suffixCount = 0
        let status = unsafe coffer_phone_parse(
            input, input.count, place, place.count,
            &e164, e164.count, &e164Count, &suffix, suffix.count, &suffixCount)
        switch Int(status) {
        case Int(COFFER_TEXT_OK.rawValue):
            return Phone(e164: string(e164, e164Count), extension: string(suffix, suffixCount))
        case Int(COFFER_TEXT_UNKNOWN_REGION.rawValue): throw .phoneUnknownRegion
        case Int(COFFER_TEXT_NOT_A_NUMBER.rawValue): throw .phoneNotANumber
        default: throw .phoneInvalid
        }
    }

    /// The digits a caller in the number's own country dials for an E.164 form; nil when it is none.
    static func nationalDigits(e164: String) -> String? {
        let input = e164.utf8.map { CChar(truncatingIfNeeded: $0) }
        var national = [CChar](repeating: 0, count: 24)
        var count = 0
        let status = unsafe coffer_phone_national(input, input.count, &national, national.count, &count)
        return Int(status) == Int(COFFER_TEXT_OK.rawValue) ? string(national, count) : nil
    }

    enum UnicodeForm {
        case nfc, nfkc, nfkcCaseFold, lowerNFC

        var number: Int32 {
            switch self {
            case .nfc: Int32(COFFER_UNICODE_NFC.rawValue)
            case .nfkc: Int32(COFFER_UNICODE_NFKC.rawValue)
            case .nfkcCaseFold: Int32(COFFER_UNICODE_NFKC_CASEFOLD.rawValue)
            case .lowerNFC: Int32(COFFER_UNICODE_LOWER.rawValue)
            }
        }
    }

    /// The text in a Unicode form. ASCII without capitals is in all of them already and takes a short way.
    static func convert(_ text: String, to form: UnicodeForm) throws(FieldValueError) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 && (form == .nfc || !(0x41...0x5A).contains($0)) }) { return text }
        let input = text.utf8.map { CChar(truncatingIfNeeded: $0) }
        // No form grows a text more than eighteenfold (U+FDFA under NFKC).
        var out = [CChar](repeating: 0, count: input.count * 18)
        var count = 0
        let status = unsafe coffer_unicode_convert(form.number, input, input.count, &out, out.count, &count)
        guard Int(status) == Int(COFFER_TEXT_OK.rawValue) else { throw .notUnicode }
        return string(out, count)
    }

    /// The ASCII form of a domain name, lower case.
    static func asciiDomain(_ domain: String) throws(FieldValueError) -> String {
        let input = domain.utf8.map { CChar(truncatingIfNeeded: $0) }
        var out = [CChar](repeating: 0, count: 254)
        var count = 0
        let status = unsafe coffer_domain_to_ascii(input, input.count, &out, out.count, &count)
        guard Int(status) == Int(COFFER_TEXT_OK.rawValue) else { throw .emailDomain }
        return string(out, count)
    }

    private static func string(_ characters: [CChar], _ count: Int) -> String {
        String(decoding: characters.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
