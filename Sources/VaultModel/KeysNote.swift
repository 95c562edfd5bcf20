internal import Primitives

/// What an operator found of keyring archives on his targets, in one opaque id, so that the entry itself says it.
///
/// ```
/// keys_   4 digits targets   15 digits milliseconds since 1970, 0 for not known
/// ```
public struct KeysNote: Hashable, Sendable {
    /// In the year 33658: fifteen digits.
    public static let latest: Int64 = 999_999_999_999_999
    public static let mostTargets = 9_999

    /// When the oldest keyring archive that lies on any of them was made, milliseconds since 1970; nil where one could not
    /// be listed or believed.
    public let oldest: Int64?
    /// How many targets that is about.
    public let targets: Int

    private static let prefix = "keys_"

    /// Nil for numbers that do not fit; 0 is no time.
    public init?(oldest: Int64?, targets: Int) {
        guard (1...Self.mostTargets).contains(targets), oldest.map({ (1...Self.latest).contains($0) }) != false else {
            return nil
        }
        (self.oldest, self.targets) = (oldest, targets)
    }

    /// Nil for anything that `text` does not give.
    public init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), text.utf8.count == Self.prefix.utf8.count + 19 else { return nil }
        let digits = text.utf8.dropFirst(Self.prefix.utf8.count)
        guard let targets = Int(String(Substring(digits.prefix(4)))),
            let oldest = Int64(String(Substring(digits.dropFirst(4))))
        else { return nil }
        self.init(oldest: oldest == 0 ? nil : oldest, targets: targets)
        guard self.text.utf8.elementsEqual(text.utf8) else { return nil }
    }

    public var text: String { Self.prefix + Self.digits(Int64(targets), 4) + Self.digits(oldest ?? 0, 15) }

    /// What the signed head of the request that brings it names: the report is the operator's word.
    public var object: String { Hex.encode(SHA256.hash(Array("COFFER/KEYSR/v01".utf8) + Array(text.utf8))) }

    private static func digits(_ number: Int64, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: count - text.count) + text
    }
}
