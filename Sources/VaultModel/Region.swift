/// Where a phone number without a country code is dialled: an ISO 3166 code libphonenumber has a numbering plan for.
public struct Region: Hashable, Sendable, CustomStringConvertible {
    /// Two capital letters, e.g. `CN`.
    public let text: String

    /// Returns nil unless `text` is two capital letters and libphonenumber knows the region.
    public init?(_ text: String) {
        guard text.utf8.count == 2, text.utf8.allSatisfy({ (0x41...0x5A).contains($0) }),
            TextShim.isKnownRegion(text)
        else { return nil }
        self.text = text
    }

    private init(trusted text: String) { self.text = text }

    public static let mainlandChina = Region(trusted: "CN")
    public static let hongKong = Region(trusted: "HK")
    public static let taiwan = Region(trusted: "TW")

    public var description: String { text }
}
