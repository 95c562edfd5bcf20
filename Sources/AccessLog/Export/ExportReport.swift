import VaultModel

/// `report.csv`: the entries for people. Derived from the parts, and no evidence. RFC 4180, UTF-8, CRLF.
enum ExportReport {
    static let columns = [
        "time", "employee", "role", "purpose", "decision", "reason", "record", "fields", "form", "count",
        "customer number", "order", "capability", "entry index",
    ]

    static var header: [UInt8] { row(columns) }

    /// The row of one entry whose core is shown.
    ///
    /// - Parameters:
    ///   - subject: nil when it is withheld or purged.
    ///   - employee: who the key belongs to, in the words of whoever writes the report.
    static func row(_ core: EntryCore, subject: EntrySubject?, employee: String) -> [UInt8] {
        let records = core.fields.reduce(into: [String]()) { list, field in
            if !list.contains(field.record) { list.append(field.record) }
        }
        return row([
            UTCTime.text(milliseconds: core.time), employee, core.role, core.purpose, core.decision.rawValue,
            core.why.rawValue, records.joined(separator: " "), core.fields.map(\.field).joined(separator: " "),
            core.form?.rawValue ?? "", String(core.released), subject?.customers.joined(separator: " ") ?? "",
            subject?.orders.joined(separator: " ") ?? "", core.capability, String(core.seq),
        ])
    }

    static func row(_ cells: [String]) -> [UInt8] {
        Array((cells.map(cell).joined(separator: ",") + "\r\n").utf8)
    }

    /// A cell that a spreadsheet would take for a formula gets an apostrophe in front; its wide forms count too.
    static func cell(_ text: String) -> String {
        let safe = text.unicodeScalars.first.map(formulaStarts.contains) == true ? "'" + text : text
        let needsQuotes = safe.utf8.contains {
            $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
        }
        guard needsQuotes else { return safe }
        var quoted = "\""
        for scalar in safe.unicodeScalars {
            if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
            quoted.unicodeScalars.append(scalar)
        }
        return quoted + "\""
    }

    private static let formulaStarts: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]
}

/// Times for people and for other programs: ISO 8601 in UTC.
enum UTCTime {
    /// `2026-11-21T20:34:05.250Z`. Days to dates by the proleptic Gregorian calendar, in eras of 400 years.
    static func text(milliseconds: Int64) -> String {
        let day = Int64(86_400_000)
        let days = milliseconds / day
        let rest = milliseconds % day
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        let date = [pad(year, 4), pad(month, 2), pad(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, 2)]
        let seconds = rest / 1000
        let time = [pad(seconds / 3600, 2), pad(seconds / 60 % 60, 2), pad(seconds % 60, 2)]
        return date.joined(separator: "-") + "T" + time.joined(separator: ":") + "." + pad(rest % 1000, 3) + "Z"
    }

    private static func pad(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
