import VaultModel

/// Names an invitation to the staff: ten characters of Crockford's base 32, 50 random bits. It is all the broker learns
/// of an enrolment code.
public struct InvitationID: Hashable, Sendable, CustomStringConvertible {
    public static let length = 10
    /// Lower case.
    public let text: String

    /// Returns nil unless `text` is ten characters of Crockford's lower-case alphabet.
    public init?(_ text: String) {
        guard text.utf8.count == Self.length, text.utf8.allSatisfy(Crockford.lower.contains) else { return nil }
        self.text = text
    }

    init(digits: ArraySlice<UInt8>) {
        precondition(digits.count == Self.length, "an invitation has ten digits")
        text = String(decoding: digits.map { Crockford.lower[Int($0)] }, as: UTF8.self)
    }

    private init(trusted text: String) { self.text = text }

    public static func random() -> InvitationID { InvitationID(trusted: Crockford.randomLower(length)) }

    /// The values 0...31 of the characters.
    var digits: [UInt8] { text.utf8.compactMap(Crockford.value) }

    public var description: String { text }
}
