public import Wire

/// Why an exchange did not come to an end.
public enum TransportError: Error, Hashable, Sendable {
    /// Nobody listens at the socket, or it does not exist.
    case notRunning
    /// The socket may not be opened by this user: not in the group.
    case permission
    /// No answer within the deadline. Whether the request was carried out is not known.
    case timeout
    /// The connection broke. Whether the request was carried out is not known.
    case broken
    /// The reply has more than 1 MiB, or headers of more than 16 KiB.
    case tooLarge
}

/// Carries one request to a broker and its reply back. Believes nothing, changes nothing.
public protocol BrokerTransport: Sendable {
    /// Posts a signed request.
    func exchange(_ request: SignedRequest, deadlineSeconds: Int64) async throws(TransportError) -> IncomingReply

    /// Fetches an unsigned page.
    func fetch(
        path: String, authority: String, deadlineSeconds: Int64
    ) async throws(TransportError) -> IncomingReply
}
