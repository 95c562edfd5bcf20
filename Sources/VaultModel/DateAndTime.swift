/// A day and a time of day, to the second, with the offset from UTC if one was given.
///
/// A time without an offset stays without one: it is the shop's own clock, and guessing a zone would invent a fact.
/// Fractions of a second are dropped.
struct DateAndTime {
    /// `YYYY-MM-DDThh:mm:ss`, then nothing, `Z` or `±hh:mm`.
    let text: String

    /// Reads ISO 8601 and RFC 3339, a space or `T` in the middle, seconds optional, the date as `CalendarDate` reads
    /// it.
    init(_ raw: String) throws(FieldValueError) {
        let plain = PlainText.trimmed(PlainText.halfWidth(raw))
        let middle = plain.unicodeScalars.firstIndex { $0 == "T" || $0 == "t" || $0 == " " }
        guard let middle else { throw .datetimeForm }
        let day: CalendarDate
        do throws(FieldValueError) {
            day = try CalendarDate(String(plain.unicodeScalars[..<middle]))
        } catch {
            throw error == .dateForm ? .datetimeForm : error
        }
        let rest = PlainText.trimmed(String(plain.unicodeScalars[plain.unicodeScalars.index(after: middle)...]))
        let (clock, offset) = try Self.split(rest)
        text = try day.text + "T" + Self.time(clock) + offset
    }

    private static func split(_ text: String) throws(FieldValueError) -> (clock: String, offset: String) {
        let bytes = Array(text.utf8)
        if let last = bytes.last, last == UInt8(ascii: "Z") || last == UInt8(ascii: "z") {
            return (String(decoding: bytes.dropLast(), as: UTF8.self), "Z")
        }
        guard let sign = bytes.lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }) else {
            return (text, "")
        }
        let digits = bytes[(sign + 1)...].filter { $0 != UInt8(ascii: ":") }
        guard digits.count == 4, digits.allSatisfy(\.isASCIIDigit) else { throw .datetimeForm }
        let hours = Int(digits[0] - 0x30) * 10 + Int(digits[1] - 0x30)
        let minutes = Int(digits[2] - 0x30) * 10 + Int(digits[3] - 0x30)
        guard hours <= 14, minutes < 60 else { throw .datetimeForm }
        let clock = String(decoding: bytes[..<sign], as: UTF8.self)
        if hours == 0, minutes == 0 { return (clock, "Z") }
        return (
            clock,
            String(decoding: [bytes[sign]], as: UTF8.self) + DecimalText.padded(hours, 2) + ":"
                + DecimalText.padded(minutes, 2)
        )
    }

    private static func time(_ text: String) throws(FieldValueError) -> String {
        let whole = text.split(separator: ".", omittingEmptySubsequences: false)
        guard whole.count <= 2, whole.count == 1 || isDigits(whole[1], 1...9) else { throw .datetimeForm }
        let parts = whole[0].split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3 || (parts.count == 2 && whole.count == 1), parts.allSatisfy({ isDigits($0, 1...2) })
        else {
            throw .datetimeForm
        }
        let numbers = parts.compactMap { Int($0) }
        // Second 60 is a leap second; clocks of shops do not have them, mistyped times do.
        guard numbers[0] < 24, numbers.dropFirst().allSatisfy({ $0 < 60 }) else { throw .datetimeForm }
        return (numbers + (numbers.count == 2 ? [0] : [])).map { DecimalText.padded($0, 2) }.joined(separator: ":")
    }

    private static func isDigits(_ text: Substring, _ counts: ClosedRange<Int>) -> Bool {
        counts.contains(text.utf8.count) && text.utf8.allSatisfy(\.isASCIIDigit)
    }
}
