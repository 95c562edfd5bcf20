/// How much of a value a reply may show, ordered: a right to a form includes the lower ones.
public enum Form: String, CaseIterable, Hashable, Sendable, Comparable {
    /// True or false: does the stored value equal the one offered?
    case match
    /// The value with its telling part hidden, see `Mask`.
    case masked
    /// The value itself.
    case full

    private var rank: Int {
        switch self {
        case .match: 0
        case .masked: 1
        case .full: 2
        }
    }

    public static func < (lhs: Form, rhs: Form) -> Bool { lhs.rank < rhs.rank }
}
