internal import NIOCore

/// What one connection, and all together, may take. Request sizes are `WireLimits`.
public struct ServerLimits: Sendable {
    /// Connections at once; further ones wait in the backlog of the socket.
    public var connections = 256
    /// A connection without a complete request for this long is closed: an idle one and one that trickles alike.
    public var secondsToCompleteRequest = 30
    /// What is in flight when the broker stops has this long to be answered.
    public var secondsToDrain = 10
    /// Requests a second that one user id may send on average; twice as many in a burst.
    public var requestsPerSecond = 2_000

    public init() {}

    var requestDeadline: TimeAmount { .seconds(Int64(secondsToCompleteRequest)) }
}
