public import AccessLog
public import Wire

/// What the broker answered, after every check.
public struct Answer<Reply: WireReply>: Sendable {
    public let message: Reply
    /// The log index of the call, or of the job it is a part of.
    public let entry: UInt64
    /// The verified receipt; nil for a part of a job, and for an unsigned reply.
    public let receipt: Receipt?
    /// Whether the broker's signature was on it. Only `unseal` may be answered unsigned.
    public let isSigned: Bool
}
