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
    /// The new vault's. Until they are written it opens `rows` too.
    var keyset: Keyset
    let rows: [KeyringRow]
    /// The key and the life of the log that goes on.
    let logKey: Ed25519.PublicKey
    let incarnation: UInt64

    init(
        facts: SealFacts, keyset: Keyset, rows: [KeyringRow], logKey: Ed25519.PublicKey, incarnation: UInt64
    ) {
        (self.facts, self.keyset, self.rows) = (facts, keyset, rows)
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
            facts: head.facts, keyset: keyset, rows: rows, logKey: log.logKey,
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
        for row in rows {
            switch row {
            case .keys(let keys):
                try stores.keyring.insert(try keys.wrapped(under: keyset, vault: vault) { !erased.contains($0) })
            case .policy: break
            case .month(let key):
                try stores.keyring.insert(months: [key.rewrapped(from: keyset, to: keyset, vault: vault)])
            case .tombstone(let stone): try stores.keyring.erase([stone.customer], time: stone.time)
            case .destroyed(let month):
                try stores.keyring.destroyMonthKeys([month.month], half: month.half, time: month.time)
            }
        }
        let known = Set(try stores.keyring.tombstones().map(\.customer))
        for customer in erased.subtracting(known) { try stores.keyring.erase([customer], time: time) }
        keyset = try keyset.destroyingRetired(.keyring)
        return erased
    }
}
