internal import Synchronization
internal import Turnstile
internal import VaultModel
internal import Wire

/// An import while it runs: what one process needs to remember. What must survive a crash is in `vault.db`.
final class ImportSession: Sendable {
    struct Totals: Sendable {
        var rows = 0
        var imported = 0
        var updated = 0
        var duplicates = 0
        var rejected = 0
    }

    let owner: KeyID
    /// SHA-256 of the source file, which every batch's head must name.
    let source: String
    let isDryRun: Bool
    /// Phones and the like of rows this process has seen, and of the whole vault when `knowsVault`.
    let seen: DuplicateTable
    /// Whether `seen` was filled from the vault; otherwise duplicates are looked up by the index.
    let knowsVault: Bool
    private let totals = Mutex(Totals())

    init(owner: KeyID, source: String, isDryRun: Bool, seen: DuplicateTable, knowsVault: Bool) {
        self.owner = owner
        self.source = source
        self.isDryRun = isDryRun
        self.seen = seen
        self.knowsVault = knowsVault
    }

    var result: Totals { totals.withLock { $0 } }

    func add(_ more: Totals) {
        totals.withLock { totals in
            totals.rows += more.rows
            totals.imported += more.imported
            totals.updated += more.updated
            totals.duplicates += more.duplicates
            totals.rejected += more.rejected
        }
    }
}

/// The imports under way. An import that was cut short leaves its session behind until the broker ends; its table is
/// dropped when the same person begins again.
final class ImportSessions: Sendable {
    private static let most = 8
    private let sessions = Mutex<[String: ImportSession]>([:])

    /// Forgets fingerprints of a customer who is being erased: her row is a new person's afterwards.
    func forget(_ customer: RecordID) {
        for session in sessions.withLock({ Array($0.values) }) { session.seen.forget(customer) }
    }

    func add(_ session: ImportSession, id: String) throws(RequestRefusal) {
        let isAdded = sessions.withLock { sessions in
            sessions = sessions.filter { $0.value.owner != session.owner }
            guard sessions.count < Self.most else { return false }
            sessions[id] = session
            return true
        }
        guard isAdded else { throw RequestRefusal(.rateLimited, .rate, hint: "too many imports at once; try later") }
    }

    func session(_ id: String, of owner: KeyID, source: String) throws(RequestRefusal) -> ImportSession {
        guard let session = sessions.withLock({ $0[id] }), session.owner == owner,
            session.source.utf8.elementsEqual(source.utf8)
        else {
            throw .notFound("no such import is under way; start coffer import again, it goes on where it stopped")
        }
        return session
    }

    func remove(_ id: String) { sessions.withLock { $0[id] = nil } }
}
