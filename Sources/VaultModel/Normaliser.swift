/// Brings a value into the one form that is compared and from which blind-index tags are computed.
///
/// Byte-exact and versioned: the raw value is the normaliser's number in the index key, so a change of rules takes a
/// new number, and no tag made under the old rules can be mistaken for one made under the new.
public enum Normaliser: UInt16, CaseIterable, Hashable, Sendable {
    /// E.164 by libphonenumber; an extension is dropped.
    case phone = 1
    /// The last four digits of the E.164 form; four digits alone are taken as they are.
    case phoneLast4 = 2
    /// Trimmed, NFC, lower case, domain in IDNA ASCII.
    case email = 3
    /// Upper case `[A-Z0-9]`, check digit verified.
    case idNumber = 4
    /// NFKC, case folded, white space removed. Never indexed, only compared in memory.
    case name = 5
    /// Upper case `[A-Z0-9]`; hyphens removed.
    case memberNumber = 6

    /// The bytes to compare or to index, of a value as a person wrote it. A stored form gives the same bytes.
    /// - Parameter region: where a phone number without a country code is dialled.
    /// - Throws: the rule that failed; never the value.
    public func normalise(_ raw: String, region: Region) throws(FieldValueError) -> [UInt8] {
        guard raw.utf8.count <= 1_024 else { throw .tooLong(maximumBytes: 1_024) }
        switch self {
        case .phone: return try Array(PhoneNumber(raw, region: region).e164.utf8)
        case .phoneLast4: return try Self.last4(raw, region: region)
        case .email: return try Array(EmailAddress(raw).normalised.utf8)
        case .idNumber: return try Array(IDNumber(raw).text.utf8)
        case .name: return try Self.foldedName(raw)
        case .memberNumber:
            return try ShortCode.memberNumber(raw).utf8.filter { $0 != UInt8(ascii: "-") }
        }
    }

    /// The same for a stored form (`FieldType.canonical`), which needs no region; for phones it does not ask
    /// libphonenumber again, so that a lookup can compare a hundred candidates.
    public func normalise(stored: String) throws(FieldValueError) -> [UInt8] {
        switch self {
        case .phone: Array(PhoneNumber.e164(ofStored: stored).utf8)
        case .phoneLast4: Array(PhoneNumber.last4(ofStored: stored).utf8)
        case .email, .idNumber, .name, .memberNumber: try normalise(stored, region: .mainlandChina)
        }
    }

    private static func last4(_ raw: String, region: Region) throws(FieldValueError) -> [UInt8] {
        let digits = Array(PlainText.compact(raw, without: [" ", "-"]).utf8)
        if digits.count == 4 {
            guard digits.allSatisfy(\.isASCIIDigit) else { throw .last4NotFourDigits }
            return digits
        }
        if digits.count < 4 { throw .last4NotFourDigits }
        return try Array(PhoneNumber(raw, region: region).e164.utf8.suffix(4))
    }

    private static func foldedName(_ raw: String) throws(FieldValueError) -> [UInt8] {
        let plain = try PlainText.normal(raw, isProse: false)
        let folded = try TextShim.convert(plain, to: .nfkcCaseFold)
        var scalars = String.UnicodeScalarView()
        for scalar in folded.unicodeScalars where !scalar.properties.isWhitespace { scalars.append(scalar) }
        if scalars.isEmpty { throw .empty }
        // What a space kept apart may compose now; the form must not depend on where spaces were.
        return try Array(TextShim.convert(String(scalars), to: .nfkcCaseFold).utf8)
    }
}
