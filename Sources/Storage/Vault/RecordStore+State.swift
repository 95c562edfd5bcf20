import GRDB
public import Keys
import Primitives
import Synchronization
import VaultModel

extension RecordStore {
    /// Begins to vouch for the rows of a vault that is new, or was put together again: state 0, whatever rows there are.
    ///
    /// - Returns: what the vault's first anchor says of it.
    public func begin(_ tags: StateTags) throws(StorageError) -> Anchor.State {
        var digest = StateDigest()
        var scan = scanSeals()
        while let rows = try scan.next() {
            for row in rows { digest.add(tags.term(row)) }
        }
        let state = Anchor.State(seq: 0, tag: tags.tag(digest, seq: 0))
        try database.write { db in try Self.store(state, db) }
        return state
    }

    /// Computes the digest of all rows and compares it with the anchor; from then on each commit is announced to the
    /// anchor before and after, and each record that is read is compared with what was found here. Reads every record's
    /// seal.
    ///
    /// - Parameter onTamper: called at most once, on a thread that reads, when a row is not what it was.
    /// - Throws: `tampered` when the rows are not those of their own state, `rolledBack` when that is neither the
    ///   anchor's current nor its pending one.
    public func attach(
        _ tags: StateTags, to anchor: VaultAnchor, onTamper: @escaping @Sendable () -> Void
    ) throws(StorageError) {
        var digest = StateDigest()
        var known: [RecordID: UInt64] = [:]
        var scan = scanSeals()
        while let rows = try scan.next() {
            for row in rows {
                let term = tags.term(row)
                digest.add(term)
                known[row.id] = term.fingerprint
            }
        }
        guard let stored = try state() else { throw .tampered(.vault) }
        let found = Anchor.State(seq: stored.seq, tag: tags.tag(digest, seq: stored.seq))
        let standing = anchor.current.standing(of: found)
        switch standing {
        case .rollback: throw .rolledBack(.vault)
        case .tampered: throw .tampered(.vault)
        case .current, .pending: break
        }
        guard found == stored else { throw .tampered(.vault) }
        try anchor.settle(standing)
        let ledger = RecordLedger(tags, anchor: anchor, digest: digest, seq: stored.seq)
        let fingerprints = RowFingerprints(tags, known: known)
        watch.withLock { $0 = RecordWatch(ledger: ledger, fingerprints: fingerprints, onTamper: onTamper) }
        self.fingerprints.withLock { $0 = fingerprints }
    }

    /// How many records this process vouches for; nil before `attach`.
    public var vouchedRecords: Int? { fingerprints.withLock { $0 }?.count }

    /// The state the file says it is in, or nil before the first.
    func state() throws(StorageError) -> Anchor.State? {
        try database.read { db in
            guard let row = try Row.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'state'") else { return nil }
            var reader = ByteReader(try row.bytes(0))
            guard let seq = try? reader.readUInt64(), let tag = try? reader.readBytes(32), reader.remaining == 0
            else { throw StorageError.corrupt(.vault) }
            return Anchor.State(seq: seq, tag: tag)
        }
    }

    static func store(_ state: Anchor.State, _ db: Database) throws {
        var writer = ByteWriter(capacity: 40)
        writer.append(state.seq)
        writer.append(state.tag)
        try db.cachedStatement(
            sql: "INSERT INTO meta (name, value) VALUES ('state', ?) "
                + "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        ).execute(arguments: [writer.bytes.databaseBlob])
    }

    // MARK: - While the broker runs

    /// Gives the rows that `read` finds, if they are those this process knows.
    ///
    /// A difference may be a commit on its way: the rows are read again with no commit going on. If they differ then, the
    /// file was changed from outside: `tampered`, now and for every read to come.
    func checked(
        _ ids: [RecordID]?, _ read: () throws(StorageError) -> [StoredRecord]
    ) throws(StorageError) -> [StoredRecord] {
        guard let fingerprints = fingerprints.withLock({ $0 }) else { return try read() }
        let rows = try read()
        if fingerprints.match(rows, asked: ids ?? rows.map(\.id)) { return rows }
        return try watch.withLock { (watch) throws(StorageError) in
            let rows = try read()
            if fingerprints.match(rows, asked: ids ?? rows.map(\.id)) { return rows }
            watch?.raise()
            throw .tampered(.vault)
        }
    }
}

/// What a commit must keep in step with the rows. Its lock is held for the whole of a commit.
struct RecordWatch: Sendable {
    var ledger: RecordLedger
    let fingerprints: RowFingerprints
    private let onTamper: @Sendable () -> Void
    private var wasRaised = false

    init(ledger: RecordLedger, fingerprints: RowFingerprints, onTamper: @escaping @Sendable () -> Void) {
        self.ledger = ledger
        self.fingerprints = fingerprints
        self.onTamper = onTamper
    }

    mutating func raise() {
        if !wasRaised { onTamper() }
        wasRaised = true
    }
}
