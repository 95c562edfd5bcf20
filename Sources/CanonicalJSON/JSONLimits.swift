/// How much input a parser accepts before it looks at the meaning, and which member names it allows.
public struct JSONLimits: Hashable, Sendable {
    /// The permitted alphabet of member names.
    public enum Names: Hashable, Sendable {
        /// `[a-z][a-z0-9_]{0,15}`: sorts the same by bytes, UTF-16 code units and any collation.
        case member
        /// Any string. For formats of others, such as a DSSE envelope, and for the test vectors of RFC 8785.
        case any
    }

    /// The deepest nesting any limit may allow; the parser recurses once per level.
    public static let deepest = 64

    /// Bytes of the whole document.
    public var maxBytes: Int
    /// Nested objects and arrays; a lone scalar has depth 0, `{}` has depth 1.
    public var maxDepth: Int
    public var names: Names

    public init(maxBytes: Int, maxDepth: Int, names: Names) {
        precondition(maxBytes >= 0 && (0...Self.deepest).contains(maxDepth), "limits are small and not negative")
        self.maxBytes = maxBytes
        self.maxDepth = maxDepth
        self.names = names
    }

    /// Signed payloads: 16 KiB, depth 4, restricted names.
    public static let signed = JSONLimits(maxBytes: 16 * 1024, maxDepth: 4, names: .member)
    /// Bodies of requests and replies: 64 KiB, depth 8, restricted names.
    public static let message = JSONLimits(maxBytes: 64 * 1024, maxDepth: 8, names: .member)
}
