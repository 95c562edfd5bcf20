private import CCSV

/// Dates of a file by formats of strptime(3), of which only the numeric parts are allowed: no month names, no locale.
enum DateFormat {
    private static let dateParts: Set<Character> = ["Y", "m", "d"]
    private static let timeParts: Set<Character> = ["H", "M", "S"]
    /// Years outside are slips of the pen.
    private static let years = 1_900...2_200

    static func hint(time: Bool) -> String {
        time ? "%Y, %m, %d, %H and %M once each, %S if you like, and any text between" : "%Y, %m and %d once each"
    }

    /// What is wrong with a format, or nil.
    static func problem(in format: String, time: Bool) -> String? {
        var seen: Set<Character> = []
        var characters = format.makeIterator()
        while let character = characters.next() {
            guard character == "%" else { continue }
            guard let part = characters.next(), dateParts.contains(part) || (time && timeParts.contains(part)) else {
                return "has a part that is not known here"
            }
            guard seen.insert(part).inserted else { return "has a part twice" }
        }
        let needed = time ? dateParts.union(["H", "M"]) : dateParts
        return needed.isSubset(of: seen) ? nil : "lacks a part"
    }

    /// `2026-11-21`, with `time` `2026-11-21T18:30:00`, by the first format that the whole text matches; nil when
    /// none does, or the day does not exist. A fraction of a second is dropped.
    static func normalised(_ text: String, formats: [String], time: Bool) -> String? {
        for format in formats {
            var parts = [Int32](repeating: 0, count: 6)
            guard unsafe ccsv_parse_time(text, format, &parts), years.contains(Int(parts[0])) else { continue }
            let date = "\(parts[0])-\(twoDigits(parts[1]))-\(twoDigits(parts[2]))"
            guard time else { return date }
            return date + "T" + parts[3...].map(twoDigits).joined(separator: ":")
        }
        return nil
    }

    private static func twoDigits(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
