internal import Archive
internal import Backup
internal import Keys
internal import Primitives
internal import Storage
internal import VaultModel

/// The keys that live on in a restored vault, wherever they came from, and what is known about the vault with them.
struct RestoredKeys {
    /// As a keyring archive has them.
    var facts: SealFacts
    /// Opens the wraps in `rows`.
    let opening: Keyset
    /// The new vault's.
    var keyset: Keyset
    let rows: [KeyringRow]
    /// The key and the life of the log that goes on.
    let logKey: Ed25519.PublicKey
    let incarnation: UInt64

    init(
        facts: SealFacts, opening: Keyset, keyset: Keyset, rows: [KeyringRow], logKey: Ed25519.PublicKey,
        incarnation: UInt64
    ) {
        (self.facts, self.opening, self.keyset, self.rows) = (facts, opening, keyset, rows)
        (self.logKey, self.incarnation) = (logKey, incarnation)
    }

    /// Those of a keyring archive, with the log that was archived in the same run.
    init(
        _ manifest: SignedManifest, log: SignedManifest, generation: UInt64, _ reader: ArchiveReader
    ) throws {
        var rows: [KeyringRow] = []
        let head = try reader.restoreKeyring(manifest) { rows += $0 }
        guard head.facts.incarnation == generation else { throw ArchiveError.malformed("a keyring") }
        let keyset = try head.keys.restored()
        self.init(
            facts: head.facts, opening: keyset, keyset: keyset, rows: rows, logKey: log.logKey,
            incarnation: log.manifest.generation)
    }

    /// Every policy that came with the keys.
    var policies: [[UInt8]] {
        rows.compactMap { if case .policy(let bytes) = $0 { bytes } else { nil } }
    }

    /// Wraps every key anew under the new vault's KRK, and leaves out those of erased customers.
    ///
    /// - Parameters:
    ///   - erased: whom a ledger names.
    ///   - time: milliseconds since 1970.
    /// - Returns: everybody who stays out.
    mutating func write(
        to stores: Stores, erased: Set<RecordID>, vault: VaultID, time: Int64
    ) throws -> Set<RecordID> {
        var erased = erased
        for case .tombstone(let stone) in rows { erased.insert(stone.customer) }
        // The log may know of an erasure that neither the keyring nor the ledger of this target does.
        for erasure in try stores.log.erasures([.begun, .done]) { erased.insert(erasure.customer) }
        var keys: [WrappedKey] = []
        for row in rows {
            switch row {
            case .key(let key) where !erased.contains(key.customer):
                keys.append(try key.rewrapped(from: opening, to: keyset, vault: vault))
                if keys.count == 1_000 {
                    try stores.keyring.insert(keys)
                    keys.removeAll(keepingCapacity: true)
                }
            case .key, .policy: break
            case .month(let key):
                try stores.keyring.insert(months: [key.rewrapped(from: opening, to: keyset, vault: vault)])
            case .tombstone(let stone): try stores.keyring.erase([stone.customer], time: stone.time)
            case .destroyed(let month):
                try stores.keyring.destroyMonthKeys([month.month], half: month.half, time: month.time)
            }
        }
        try stores.keyring.insert(keys)
        let known = Set(try stores.keyring.tombstones().map(\.customer))
        for customer in erased.subtracting(known) { try stores.keyring.erase([customer], time: time) }
        keyset = try keyset.destroyingRetired(.keyring)
        return erased
    }
}

extension KeyringStore {
    private static let customersAtOnce = 500

    /// Everything in it, as an archive would have it, but wrapped as it is.
    func rows() throws(StorageError) -> [KeyringRow] {
        var rows: [KeyringRow] = []
        var last: RecordID?
        while case let batch = try customers(after: last, limit: Self.customersAtOnce), let end = batch.last {
            last = end
            for case .keys(let keys) in try fetch(customers: batch).values { rows += keys.map { .key($0) } }
        }
        rows += try monthKeys().map { .month($0) }
        rows += try tombstones().map { .tombstone($0) }
        return rows + (try destroyedMonths().map { .destroyed($0) })
    }
}
