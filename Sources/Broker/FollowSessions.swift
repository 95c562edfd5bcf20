internal import Synchronization
internal import Turnstile
internal import VaultModel
internal import Wire

/// One person following the log.
struct FollowSession: Sendable {
    let owner: KeyID
    let person: PersonID
    /// Milliseconds since 1970.
    let expires: Int64
}

/// The persons who follow the log just now. They are few, end by themselves, and go with the process.
final class FollowSessions: Sendable {
    static let most = 16
    /// Of one person, by whichever of her keys: nobody keeps the others out.
    static let mostOfOne = 4

    private let sessions = Mutex<[String: FollowSession]>([:])

    /// Begins a session at `now`, milliseconds since 1970.
    ///
    /// - Throws: `rateLimited` when she, or all together, follow it too often already.
    func add(_ session: FollowSession, id: String, now: Int64) throws(RequestRefusal) {
        try sessions.withLock { (sessions) throws(RequestRefusal) in
            sessions = sessions.filter { $0.value.expires > now }
            guard sessions.values.count(where: { $0.person == session.person }) < Self.mostOfOne else {
                throw RequestRefusal(
                    .rateLimited, .rate,
                    hint:
                        "you follow the log \(Self.mostOfOne) times already: end one with Ctrl-C; one that was killed "
                        + "ends after its minutes")
            }
            guard sessions.count < Self.most else {
                throw RequestRefusal(.rateLimited, .rate, hint: "too many people follow the log just now")
            }
            sessions[id] = session
        }
    }

    /// Another's session is as unknown as none.
    func require(_ id: String, of owner: KeyID, now: Int64) throws(RequestRefusal) {
        guard let session = sessions.withLock({ $0[id] }), session.owner == owner, session.expires > now else {
            throw .notFound("this session of following the log has ended; begin another")
        }
    }

    func remove(_ id: String) { sessions.withLock { $0[id] = nil } }
}
