/// How a masked form hides the telling part of a stored value. The raw value is the word the policy file uses.
///
/// A mask shows the same or less of a short value than of a long one, never a value in full (except `none`), and does
/// not tell how long the hidden part is.
public enum Mask: String, CaseIterable, Hashable, Sendable {
    /// The surname: `张小明` → `张**`, `欧阳娜娜` → `欧阳**`, `Alice Smith` → `A**`.
    case surname
    /// First three and last four digits in the national style: `+8613812344567` → `138****4567`. At least four digits
    /// stay hidden.
    case middle
    /// Down to the district: `浙江省杭州市西湖区文三路1号` → `浙江省杭州市西湖区***`.
    case district
    /// The first character before the @: `lihua@example.com` → `l***@example.com`.
    case local
    /// The last four characters, never more than a quarter: `632522200003091691` → `****1691`.
    case tail4
    /// The month: `1990-05-17` → `05-**`, enough to plan birthday greetings.
    case month
    /// Nothing is hidden. A policy may use it only for types that say little about a person by themselves.
    case none
    /// Everything is hidden: `***`.
    case all

    /// The masked form of a stored value (`FieldType.canonical`). Total: a value the mask does not understand is
    /// hidden altogether.
    public func apply(_ value: String) -> String {
        switch self {
        case .surname: SurnameMask.apply(value)
        case .middle: PhoneMask.apply(value)
        case .district: DistrictMask.apply(value)
        case .local: Self.local(value)
        case .tail4: Self.tail(value)
        case .month: Self.month(value)
        case .none: value
        case .all: Self.hidden
        }
    }

    static let hidden = "***"

    private static func local(_ value: String) -> String {
        let parts = value.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return hidden }
        let shown = parts[0].count > 1 ? String(parts[0].prefix(1)) : ""
        return shown + hidden + "@" + parts[1]
    }

    private static func tail(_ value: String) -> String {
        let count = value.count
        return "****" + value.suffix(min(4, count / 4))
    }

    private static func month(_ value: String) -> String {
        let bytes = Array(value.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[5].isASCIIDigit, bytes[6].isASCIIDigit
        else { return hidden }
        return String(decoding: bytes[5...6], as: UTF8.self) + "-**"
    }
}
