public import AccessLog

/// A connection that the listener holds open.
public protocol PeerConnection: AnyObject, Sendable {
    /// Closes it at once, whatever is under way on it.
    func cut()
}

/// Who is at the other end of a connection, as the listener and not the sender tells it.
public struct Peer: Sendable {
    public enum Channel: Hashable, Sendable {
        case socket
    }

    public let channel: Channel
    /// The user id the kernel names; nil when it could not be had, in which case bound keys are refused.
    public let userID: UInt32?
    /// Nil where there is none to cut, as in tests.
    public let connection: (any PeerConnection)?

    public init(channel: Channel, userID: UInt32?, connection: (any PeerConnection)? = nil) {
        self.channel = channel
        self.userID = userID
        self.connection = connection
    }

    /// What the log says about the way in.
    public var via: EntryVia {
        switch channel {
        case .socket: .socket
        }
    }

    /// What the log says about the terminal.
    public var terminal: String { userID.map { "uid:\($0)" } ?? "" }

    public var uid: Int { userID.map(Int.init) ?? EntryDraft.noUID }
}
