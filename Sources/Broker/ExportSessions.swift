internal import AccessLog
internal import Synchronization
internal import Turnstile
internal import VaultModel
internal import Wire

/// One export while its pages are fetched: what was decided at its beginning.
struct ExportSession: Sendable {
    let owner: KeyID
    let size: UInt64
    let filter: ExportFilter
    /// Milliseconds since 1970 when it is forgotten.
    let expires: Int64
}

/// The exports under way. They are few and short-lived, and go with the process.
final class ExportSessions: Sendable {
    private static let most = 16
    static let longestMilliseconds: Int64 = 3_600_000
    private let sessions = Mutex<[String: ExportSession]>([:])

    func add(_ session: ExportSession, id: String, now: Int64) throws(RequestRefusal) {
        let isAdded = sessions.withLock { sessions in
            sessions = sessions.filter { $0.value.expires > now }
            guard sessions.count < Self.most else { return false }
            sessions[id] = session
            return true
        }
        guard isAdded else {
            throw RequestRefusal(.rateLimited, .rate, hint: "too many exports at once; finish one or wait an hour")
        }
    }

    /// The export of this key; another's export is as unknown as none.
    func session(_ id: String, of owner: KeyID, now: Int64) throws(RequestRefusal) -> ExportSession {
        guard let session = sessions.withLock({ $0[id] }), session.owner == owner, session.expires > now else {
            throw .notFound("no such export is under way; begin it again")
        }
        return session
    }

    func remove(_ id: String) { sessions.withLock { $0[id] = nil } }
}
