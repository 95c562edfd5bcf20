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
            UTCText.text(core.time, fraction: .milliseconds), employee, core.role, core.purpose, core.decision.rawValue,
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
