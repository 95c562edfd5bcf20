/// Why an ssh-agent did not help.
public enum AgentError: Error, Hashable, Sendable {
    /// `SSH_AUTH_SOCK` is not set, or its path is too long for a socket.
    case noAgent
    /// Nobody listens there, or the connection failed with this `errno`.
    case connection(Int32)
    /// No answer in time.
    case timeout
    /// The answer does not follow the protocol or is longer than the limit.
    case answer
    /// The agent does not hold the key.
    case noKey
    /// The agent refused: locked, or a person declined.
    case refused
}
