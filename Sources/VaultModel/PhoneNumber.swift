/// A telephone number that can exist in its country's numbering plan.
public struct PhoneNumber: Hashable, Sendable {
    /// E.164: `+`, country code and number, 15 digits at most.
    public let e164: String
    /// The digits of the extension behind a switchboard; empty for none.
    public let `extension`: String

    /// Reads a number as people write it: with spaces, brackets, hyphens, full-width digits, an extension after
    /// `ext`, `x`, `#`, `转` or `分机`.
    /// - Parameter region: where a number without a country code is dialled.
    public init(_ raw: String, region: Region) throws(FieldValueError) {
        let text = try Self.plain(raw)
        let phone = try TextShim.phone(text, region: region.text)
        e164 = phone.e164
        `extension` = phone.extension
    }

    /// The digits a caller in the number's own country dials: `13812345678`, `02174851302`.
    public var national: String { Self.national(ofStored: e164) ?? "" }

    /// The stored form: E.164, with an extension as RFC 3966 writes it (`+862174851302;ext=801`).
    public var stored: String { `extension`.isEmpty ? e164 : e164 + ";ext=" + `extension` }

    /// The E.164 part of a stored form: what is compared and sent to. Cheap; does not ask libphonenumber again.
    public static func e164(ofStored stored: String) -> String {
        String(decoding: stored.utf8.prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
    }

    /// The last four digits of a stored form, as the blind index takes them.
    public static func last4(ofStored stored: String) -> String {
        String(decoding: e164(ofStored: stored).utf8.suffix(4), as: UTF8.self)
    }

    /// The digits a caller in the number's own country dials; nil when the text is not a stored form.
    static func national(ofStored stored: String) -> String? {
        let e164 = Array(e164(ofStored: stored).utf8)
        guard e164.first == UInt8(ascii: "+"), e164.dropFirst().allSatisfy(\.isASCIIDigit) else { return nil }
        // A mainland mobile number is dialled as it stands behind +86. Nine in ten are, and asking costs 30 µs.
        if e164.count == 14, e164.starts(with: "+861".utf8) {
            return String(decoding: e164.dropFirst(3), as: UTF8.self)
        }
        return TextShim.nationalDigits(e164: String(decoding: e164, as: UTF8.self))
    }

    /// The characters of a number and nothing else: libphonenumber would read `call 13812345678 after six` and
    /// spell `1-800-FLOWERS` in digits.
    private static func plain(_ raw: String) throws(FieldValueError) -> String {
        var text = ""
        for scalar in PlainText.trimmed(PlainText.halfWidth(raw)).unicodeScalars {
            switch scalar {
            case "0"..."9", "+", "(", ")", "-", ".", "/", " ", "#", ";", "=", ":": text.unicodeScalars.append(scalar)
            case "e", "x", "t", "E", "X", "T": text.unicodeScalars.append(scalar)
            case "转", "轉": text += "x"
            case "分", "機", "机": text += scalar == "分" ? "x" : ""
            case "\u{2010}"..."\u{2015}", "\u{2212}", "\u{30FC}": text += "-"
            case "\u{200E}", "\u{200F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{200B}":
                continue  // phones' address books wrap copied numbers in direction marks
            case _ where scalar.properties.isWhitespace: text += " "
            default: throw .phoneNotANumber
            }
        }
        // A second + would begin a second number, which libphonenumber passes over in silence.
        guard text.utf8.count <= 64, text.utf8.contains(where: \.isASCIIDigit),
            text.utf8.lastIndex(of: UInt8(ascii: "+")) ?? text.startIndex == text.startIndex
        else { throw .phoneNotANumber }
        return text
    }
}
