internal import Primitives
public import VaultModel

/// How a customer's erasure proceeds: it freezes her file at once, can be taken back for a while, and is slowed down when
/// there are many.
public struct ErasureRules: Hashable, Sendable {
    /// Hours in which a requested erasure can be taken back; then it is carried out.
    public let undoHours: Int
    /// Erasures requested within 24 hours that one person's word is enough for. Beyond them each takes the approval of
    /// another person and waits `queueHours`: whoever erases many customers destroys the shop.
    public let dailyLimit: Int
    public let queueHours: Int

    public static let standard = ErasureRules(undoHours: 72, dailyLimit: 20, queueHours: 72)
    public static let allowedHours = 1...720
    public static let allowedLimit = 1...1_000
    /// What counts as a day: 24 hours back from the request, in milliseconds, whatever the calendar says.
    public static let dayMilliseconds: Int64 = 86_400_000
    /// Other persons who must approve an erasure that does not wait, or one beyond the day's limit.
    public static let approvals = 1

    public init(undoHours: Int, dailyLimit: Int, queueHours: Int) {
        self.undoHours = undoHours
        self.dailyLimit = dailyLimit
        self.queueHours = queueHours
    }

    /// Milliseconds between a request and the earliest moment its erasure may be carried out.
    public func wait(isNow: Bool, isBeyondLimit: Bool) -> Int64 {
        let undo = isNow ? 0 : undoHours
        return Int64(isBeyondLimit ? max(undo, queueHours) : undo) * 3_600_000
    }
}

/// What a request for an erasure says beside the customer: why, and whether it waits. Other persons approve exactly this.
public struct ErasureOrder: Hashable, Sendable {
    public let reason: ErasureReason
    /// Carried out without the time in which it could be taken back.
    public let isNow: Bool

    public init(reason: ErasureReason, isNow: Bool) {
        self.reason = reason
        self.isNow = isNow
    }

    /// How a request's head names it, in the member `obj`: the SHA-256 of `COFFER/ERASURE/v01`, one byte (1 for now, else
    /// 0) and the reason, in lower-case hexadecimal.
    public var digest: String {
        Hex.encode(SHA256.hash(Array("COFFER/ERASURE/v01".utf8) + [isNow ? 1 : 0] + Array(reason.rawValue.utf8)))
    }

    /// The order a digest stands for; nil when it is none.
    public init?(digest: String) {
        guard let order = Self.byDigest[digest] else { return nil }
        self = order
    }

    private static let byDigest: [String: ErasureOrder] = {
        let orders = ErasureReason.allCases.flatMap { reason in
            [false, true].map { ErasureOrder(reason: reason, isNow: $0) }
        }
        return Dictionary(uniqueKeysWithValues: orders.map { ($0.digest, $0) })
    }()
}
