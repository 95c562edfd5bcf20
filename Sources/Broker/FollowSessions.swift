internal import Synchronization
internal import Turnstile
internal import VaultModel
internal import Wire

/// The persons who follow the log just now. They are few, end by themselves, and go with the process.
final class FollowSessions: Sendable {
    private static let most = 16

    private struct Session {
        let owner: KeyID
        /// Milliseconds since 1970.
        let expires: Int64
    }

    private let sessions = Mutex<[String: Session]>([:])

    /// Whether there is room for one more at `now`, milliseconds since 1970.
    func hasRoom(now: Int64) -> Bool {
        sessions.withLock { sessions in
            sessions = sessions.filter { $0.value.expires > now }
            return sessions.count < Self.most
        }
    }

    func add(_ id: String, of owner: KeyID, expires: Int64) {
        sessions.withLock { $0[id] = Session(owner: owner, expires: expires) }
    }

    /// Another's session is as unknown as none.
    func require(_ id: String, of owner: KeyID, now: Int64) throws(RequestRefusal) {
        guard let session = sessions.withLock({ $0[id] }), session.owner == owner, session.expires > now else {
            throw .notFound("this session of following the log has ended; begin another")
        }
    }

    func remove(_ id: String) { sessions.withLock { $0[id] = nil } }
}
