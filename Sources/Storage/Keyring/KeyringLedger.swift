import GRDB
import Keys
import Primitives
import VaultModel

/// The digest of the keyring's rows, carried along from change to change, and what it is written down as.
///
/// Each transaction raises the generation and stores the new tag with it, so that the file says by itself which state it
/// is in; the anchor says which one it must be in.
struct KeyringLedger: Sendable {
    let tags: StateTags
    let anchor: VaultAnchor?
    private(set) var digest: StateDigest
    private(set) var generation: UInt64

    init(_ tags: StateTags, anchor: VaultAnchor?, digest: StateDigest, generation: UInt64) {
        self.tags = tags
        self.anchor = anchor
        self.digest = digest
        self.generation = generation
    }

    var state: Anchor.Keyring {
        Anchor.Keyring(generation: generation, tag: tags.keyringTag(digest, generation: generation))
    }

    /// The ledger after a change, stored in the change's transaction.
    func advanced(by change: StateDigest, _ db: Database) throws -> KeyringLedger {
        var next = self
        next.digest.add(change)
        next.generation += 1
        try next.store(db)
        return next
    }

    func store(_ db: Database) throws {
        var writer = ByteWriter(capacity: 40)
        writer.append(generation)
        writer.append(tags.keyringTag(digest, generation: generation))
        try db.execute(
            sql: "INSERT INTO meta (name, value) VALUES ('state', ?) "
                + "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            arguments: [writer.bytes.databaseBlob])
    }

    /// Generation and tag as stored, or nil in a keyring that never had any.
    static func stored(_ db: Database) throws -> Anchor.Keyring? {
        guard let row = try Row.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'state'") else { return nil }
        var reader = ByteReader(try row.bytes(0))
        guard let generation = try? reader.readUInt64(), let tag = try? reader.readBytes(32), reader.remaining == 0
        else { throw StorageError.corrupt(.keyring) }
        return Anchor.Keyring(generation: generation, tag: tag)
    }

    /// The digest of all rows there are.
    static func digest(_ db: Database, _ tags: StateTags) throws -> StateDigest {
        var change = KeyringChange(tags: tags)
        let keys = try Row.fetchCursor(db, sql: "SELECT customer, version, epoch, wrap, state FROM cek")
        while let row = try keys.next() { change.add(.key(try WrappedKey(row))) }
        let months = try Row.fetchCursor(db, sql: "SELECT month, part, epoch, wrap FROM month_key")
        while let row = try months.next() { change.add(.month(try WrappedMonthKey(row))) }
        let destroyed = try Row.fetchCursor(db, sql: "SELECT month, part, t FROM destroyed_month")
        while let row = try destroyed.next() {
            change.add(
                .destroyed(
                    month: try storedNumber(row.integer(0), as: UInt32.self, .keyring),
                    half: try storedNumber(row.integer(1), as: UInt8.self, .keyring), time: try row.integer(2)))
        }
        let tombstones = try Row.fetchCursor(db, sql: "SELECT customer, t FROM tombstone")
        while let row = try tombstones.next() { change.add(.tombstone(try Tombstone(row))) }
        return change.digest
    }
}

/// What one transaction adds to the keyring's rows and takes from them.
struct KeyringChange {
    /// Nil before the keyring is vouched for: nothing is counted then.
    let tags: StateTags?
    private(set) var digest = StateDigest()
    private(set) var isEmpty = true

    init(tags: StateTags?) { self.tags = tags }

    mutating func add(_ row: KeyringRow) {
        isEmpty = false
        if let tags { digest.add(tags.term(row)) }
    }

    mutating func remove(_ row: KeyringRow) {
        isEmpty = false
        if let tags { digest.remove(tags.term(row)) }
    }
}

extension KeyringChange {
    mutating func replace(_ old: WrappedKey, by new: WrappedKey) {
        remove(.key(old))
        add(.key(new))
    }
}

extension WrappedKey {
    func with(state: State) -> WrappedKey {
        WrappedKey(customer: customer, version: version, epoch: epoch, wrap: wrap, state: state)
    }

    /// From `SELECT customer, version, epoch, wrap, state`.
    init(_ row: Row) throws {
        guard let customer = RecordID(try row.bytes(0)),
            let state = State(rawValue: Int32(clamping: try row.integer(4)))
        else { throw StorageError.corrupt(.keyring) }
        self.init(
            customer: customer, version: try storedNumber(row.integer(1), as: UInt32.self, .keyring),
            epoch: try storedNumber(row.integer(2), as: UInt32.self, .keyring), wrap: try row.bytes(3), state: state)
    }
}

extension WrappedMonthKey {
    /// From `SELECT month, part, epoch, wrap`.
    init(_ row: Row) throws {
        self.init(
            month: try storedNumber(row.integer(0), as: UInt32.self, .keyring),
            half: try storedNumber(row.integer(1), as: UInt8.self, .keyring),
            epoch: try storedNumber(row.integer(2), as: UInt32.self, .keyring), wrap: try row.bytes(3))
    }
}

extension Tombstone {
    /// From `SELECT customer, t`.
    init(_ row: Row) throws {
        guard let customer = RecordID(try row.bytes(0)) else { throw StorageError.corrupt(.keyring) }
        self.init(customer: customer, time: try row.integer(1))
    }
}
