internal import Primitives

/// What became of a restore drill, in one opaque id: it stands in the access log, so that whoever has an export can tell
/// how long a restore takes without asking anybody.
///
/// ```
/// drill_   1 tier, 3 or 4   1 p passed, f failed   12 digits milliseconds   12 digits seconds   26 the set, without b_
/// ```
public struct DrillNote: Hashable, Sendable {
    /// How much of a vault was brought back.
    public enum Tier: String, CaseIterable, Hashable, Sendable {
        /// With the drill host's key: the databases and the log, and nothing that is sealed in them.
        case structure = "T3"
        /// With the recovery cards: everything.
        case cards = "T4"
    }

    public static let longest: Int64 = 999_999_999_999

    public let tier: Tier
    public let passed: Bool
    /// How long bringing it back took, milliseconds.
    public let took: Int64
    /// How old the records were when it began, seconds.
    public let age: Int64
    /// The run whose records came back, `b_` and 26 characters; empty where it did not come so far.
    public let set: String

    private static let prefix = "drill_"
    private static let setPrefix = "b_"
    private static let setSize = 26
    private static let none = String(repeating: "0", count: setSize)

    /// Nil for a set that is none, or for times that are negative or longer than thirty years.
    public init?(tier: Tier, passed: Bool, took: Int64, age: Int64, set: String) {
        guard (0...Self.longest).contains(took), (0...Self.longest).contains(age), set.isEmpty || Self.isSet(set)
        else { return nil }
        (self.tier, self.passed, self.took, self.age, self.set) = (tier, passed, took, age, set)
    }

    /// Nil for anything that `text` does not give.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard text.hasPrefix(Self.prefix), bytes.count == Self.prefix.utf8.count + 26 + Self.setSize else { return nil }
        let body = bytes.dropFirst(Self.prefix.utf8.count)
        func word(_ range: Range<Int>) -> String {
            String(decoding: body.dropFirst(range.lowerBound).prefix(range.count), as: UTF8.self)
        }
        guard let took = Int64(word(2..<14)), let age = Int64(word(14..<26)) else { return nil }
        let tier: Tier = word(0..<1) == "3" ? .structure : .cards
        let set = word(26..<52)
        self.init(
            tier: tier, passed: word(1..<2) == "p", took: took, age: age,
            set: set == Self.none ? "" : Self.setPrefix + set)
        guard self.text.utf8.elementsEqual(bytes) else { return nil }
    }

    public var text: String {
        Self.prefix + (tier == .structure ? "3" : "4") + (passed ? "p" : "f") + Self.digits(took) + Self.digits(age)
            + (set.isEmpty ? Self.none : String(set.dropFirst(Self.setPrefix.count)))
    }

    /// What the signed head of the request that brings it names: the result cannot be changed on its way into the log.
    public var object: String { Hex.encode(SHA256.hash(Array("COFFER/DRILL/v01".utf8) + Array(text.utf8))) }

    private static func digits(_ number: Int64) -> String {
        let text = String(number)
        return String(repeating: "0", count: 12 - text.count) + text
    }

    private static func isSet(_ text: String) -> Bool {
        text.hasPrefix(setPrefix) && text.utf8.count == setPrefix.utf8.count + setSize
            && text.utf8.dropFirst(setPrefix.utf8.count).allSatisfy { Crockford.lower.contains($0) }
    }
}
