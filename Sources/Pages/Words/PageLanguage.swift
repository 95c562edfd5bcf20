import Console
import VaultModel

/// The languages of pages.
public enum PageLanguage: String, CaseIterable, Hashable, Sendable {
    case en, zh

    /// From a tag or a locale: `zh`, `zh-CN`, `zh_CN.UTF-8`. Nil for another language; Chinese is written in simplified
    /// characters whatever the country.
    public init?(tag: String) {
        switch tag.split(whereSeparator: { "-_.@".contains($0) }).first.map({ $0.lowercased() }) {
        case "en", "c", "posix": self = .en
        case "zh": self = .zh
        default: return nil
        }
    }

    /// As HTML names it.
    var tag: String {
        switch self {
        case .en: "en"
        case .zh: "zh-Hans"
        }
    }
}

/// The words of pages in one language. Every text a page shows that is not a value comes from here.
struct Words: Sendable {
    let language: PageLanguage

    subscript(word: Word) -> String {
        switch language {
        case .en: word.english
        case .zh: word.chinese
        }
    }

    /// A text with places `{}`, filled in their order.
    func callAsFunction(_ word: Word, _ values: String...) -> String {
        let pieces = self[word].split(separator: "{}", omittingEmptySubsequences: false)
        var text = String(pieces.first ?? "")
        for (piece, value) in zip(pieces.dropFirst(), values) { text += value + piece }
        return text
    }

    // MARK: - Numbers and times

    /// With a comma between thousands, as both languages write it.
    func number(_ value: UInt64) -> String {
        var digits = Array(String(value))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return String(digits)
    }

    func number(_ value: Int) -> String { number(UInt64(max(0, value))) }

    /// A number for an axis: short, and exact to the tenth of its unit.
    func short(_ value: UInt64) -> String {
        let units: [(size: UInt64, name: String)] =
            switch language {
            case .en: [(1_000_000_000_000, "T"), (1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")]
            case .zh: [(1_000_000_000_000, "万亿"), (100_000_000, "亿"), (10_000, "万")]
            }
        guard let unit = units.first(where: { value >= $0.size }) else { return String(value) }
        let tenths = value / (unit.size / 10)
        return tenths % 10 == 0 ? "\(tenths / 10)\(unit.name)" : "\(tenths / 10).\(tenths % 10)\(unit.name)"
    }

    /// The month a day lies in, e.g. `November 2026`.
    func month(_ day: CivilDay) -> String {
        switch language {
        case .en: "\(Self.months[Int(day.month) - 1]) \(day.year)"
        case .zh: "\(day.year) 年 \(day.month) 月"
        }
    }

    /// A day of a month, e.g. `3 November`.
    func day(_ day: CivilDay) -> String {
        switch language {
        case .en: "\(day.day) \(Self.months[Int(day.month) - 1])"
        case .zh: "\(day.month) 月 \(day.day) 日"
        }
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
