/// How many whole months an entry of the access log stays readable after the month it was written in. What an order to
/// destroy calls its rule is the part it is about.
public struct LogRetention: Hashable, Sendable {
    /// Who did what, when and why.
    public let coreMonths: Int
    /// Whom the entry names, and the signed request.
    public let detailMonths: Int

    public static let standard = LogRetention(coreMonths: 36, detailMonths: 12)
    /// Less would destroy evidence before anybody asks for it; more would keep it for no reason.
    public static let allowedMonths = 12...36
    /// Other persons who must approve each purge, whatever the policy says; a wait takes nobody's place.
    public static let purgeApprovals = 2

    public init(coreMonths: Int, detailMonths: Int) {
        self.coreMonths = coreMonths
        self.detailMonths = detailMonths
    }

    /// Whether entries of a month may be destroyed in another, both yyyymm.
    public static func isOver(months kept: Int, of month: UInt32, in now: UInt32) -> Bool {
        count(now) - count(month) > kept
    }

    private static func count(_ month: UInt32) -> Int { Int(month / 100) * 12 + Int(month % 100) }
}
