public import AccessLog
public import VaultModel

/// Why nothing was logged, and so nothing may be released. Nothing of the submission has been stored, except where the
/// reason is `unavailable`: then only the next start can tell.
public enum LogRefusal: Error, Equatable, Sendable {
    /// The key has used this nonce before.
    case replay
    /// The key's counter has been seen or is 64 or more below its highest.
    case counter
    /// A block of the capability has been used as often as it allows.
    case exhausted
    /// An approval has been used already.
    case approvalUsed
    /// The block to be registered is registered already.
    case blockKnown
    /// The witness is there already, or no longer, or there are too many.
    case witnessChanged
    /// The erasure is not in the state that the entry is about.
    case erasureChanged
    /// The submission's own check on the writer said no.
    case refused(Reason)
    /// The draft is not one the verifier would accept.
    case malformed(EntryError)
    /// A part is longer than an envelope holds.
    case tooLong
    /// 1,024 submissions wait already.
    case overloaded
    /// More nonces are remembered than allowed; one is never forgotten early. Answer 429.
    case nonceTableFull
    /// Free space is below the reserve: customer data is neither released nor stored, administration still works.
    case diskReserve
    /// The disk is full.
    case full
    /// The log cannot be made durable, or has been closed. The process is about to end.
    case unavailable
}
