/// Text that must not be printed: a passphrase, the value a customer is looked up by. Descriptions, interpolation and
/// `dump` show its length at most.
public struct Sensitive: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public let text: String

    public init(_ text: String) { self.text = text }

    public var description: String { "(withheld)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension Sensitive: Equatable {
    /// By bytes: canonically equivalent texts differ.
    public static func == (lhs: Sensitive, rhs: Sensitive) -> Bool { lhs.text.utf8.elementsEqual(rhs.text.utf8) }
}
