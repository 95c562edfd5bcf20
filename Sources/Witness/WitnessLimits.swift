internal import NIOCore

/// What one connection, and all together, may take of a witness.
enum WitnessLimits {
    /// Connections at once; further ones wait in the backlog.
    static let connections = 64
    /// Names and values of all header fields of a request together, and their number.
    static let headerBytes = 8 * 1_024
    static let headerFields = 32
    /// A connection on which nothing comes for this long is closed.
    static let idle = TimeAmount.seconds(30)
    /// A body that is not complete, or an answer that is not taken, after this long closes its connection, however
    /// busily it trickles.
    static let toReceive = TimeAmount.seconds(10)
    /// What is in flight at the end has this long to be answered.
    static let secondsToDrain = 5
}
