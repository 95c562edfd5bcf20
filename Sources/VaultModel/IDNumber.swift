/// A number of an identity document whose check digit fits: mainland China (GB 11643-1999), Hong Kong or Taiwan.
///
/// All three are accepted whatever the shop's region: people move. Documents without a public check digit (passports,
/// Macau) are refused, because a typing mistake could not be told from another person; they belong in free text.
public struct IDNumber: Hashable, Sendable {
    public enum Form: Hashable, Sendable, CaseIterable {
        /// 18 characters: region, date of birth, sequence, check digit 0...9 or X. Residence permits for people from
        /// Hong Kong, Macau and Taiwan, and permanent residence cards since 2023, use the same form.
        case mainland
        /// One or two letters, six digits, check digit 0...9 or A.
        case hongKong
        /// A letter and nine digits; resident certificates before 2021 have a second letter.
        case taiwan
    }

    public let form: Form
    /// Upper case, `[A-Z0-9]` only.
    public let text: String

    public init(_ raw: String) throws(FieldValueError) {
        let compact = PlainText.compact(raw, without: [" ", "-", "(", ")", "."]).upperASCII
        let bytes = Array(compact.utf8)
        guard bytes.allSatisfy({ $0.isASCIIDigit || $0.isASCIIUpper }) else { throw .idNumberForm }
        switch bytes.count {
        case 18:
            try Self.checkMainland(bytes)
            form = .mainland
        case 10:
            try Self.checkTaiwan(bytes)
            form = .taiwan
        case 8, 9:
            try Self.checkHongKong(bytes)
            form = .hongKong
        default: throw .idNumberForm
        }
        text = compact
    }

    /// GB 11643-1999: seventeen digits weighted by 2^(18-i) mod 11; ISO 7064 MOD 11-2.
    private static func checkMainland(_ bytes: [UInt8]) throws(FieldValueError) {
        let last = bytes[17]
        guard bytes.prefix(17).allSatisfy(\.isASCIIDigit), last.isASCIIDigit || last == UInt8(ascii: "X"),
            bytes[0] != UInt8(ascii: "0")
        else { throw .idNumberForm }
        let digits = bytes.prefix(17).map { Int($0 - 0x30) }
        let year = digits[6] * 1_000 + digits[7] * 100 + digits[8] * 10 + digits[9]
        let month = digits[10] * 10 + digits[11]
        let day = digits[12] * 10 + digits[13]
        guard CalendarDate.exists(year: year, month: month, day: day), (1850...2199).contains(year) else {
            throw .idNumberDate
        }
        let remainder = digits.reduce(0) { ($0 + $1) * 2 % 11 }
        let check = (12 - remainder) % 11
        guard last == (check == 10 ? UInt8(ascii: "X") : UInt8(0x30 + check)) else { throw .idNumberCheckDigit }
    }

    /// Hong Kong: letters count A = 10 ... Z = 35, a missing first letter 36; weights 9 to 1; the sum must be a
    /// multiple of 11, a check value of 10 is written A.
    private static func checkHongKong(_ bytes: [UInt8]) throws(FieldValueError) {
        let letters = bytes.count - 7
        guard bytes.prefix(letters).allSatisfy(\.isASCIIUpper),
            bytes[letters..<(letters + 6)].allSatisfy(\.isASCIIDigit),
            bytes[letters + 6].isASCIIDigit || bytes[letters + 6] == UInt8(ascii: "A")
        else { throw .idNumberForm }
        var values = bytes.map { $0.isASCIIDigit ? Int($0 - 0x30) : Int($0 - 0x41) + 10 }
        if letters == 1 { values.insert(36, at: 0) }
        let sum = zip(values, (1...9).reversed()).reduce(0) { $0 + $1.0 * $1.1 }
        guard sum % 11 == 0 else { throw .idNumberCheckDigit }
    }

    /// Taiwan: the letter stands for a two-digit region number; weights 1, 9, 8 ... 1, 1; the sum must be a multiple
    /// of 10. A second letter (old resident certificates) counts as the last digit of its own region number.
    private static func checkTaiwan(_ bytes: [UInt8]) throws(FieldValueError) {
        guard bytes[0].isASCIIUpper, bytes.dropFirst(2).allSatisfy(\.isASCIIDigit) else { throw .idNumberForm }
        let first = regionNumbers[Int(bytes[0] - 0x41)]
        let second: Int
        switch bytes[1] {
        case UInt8(ascii: "1"), UInt8(ascii: "2"), UInt8(ascii: "8"), UInt8(ascii: "9"): second = Int(bytes[1] - 0x30)
        case UInt8(ascii: "A")...UInt8(ascii: "D"): second = regionNumbers[Int(bytes[1] - 0x41)] % 10
        default: throw .idNumberForm
        }
        let values = [first / 10, first % 10, second] + bytes.dropFirst(2).map { Int($0 - 0x30) }
        let sum = zip(values, [1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1]).reduce(0) { $0 + $1.0 * $1.1 }
        guard sum % 10 == 0 else { throw .idNumberCheckDigit }
    }

    /// The region numbers of the letters A to Z.
    private static let regionNumbers = [
        10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33,
    ]
}
