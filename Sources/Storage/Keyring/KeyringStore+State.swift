public import Keys

extension KeyringStore {
    /// Begins to vouch for the rows of a new vault's keyring: generation 1.
    ///
    /// - Returns: what the vault's first anchor says of it.
    public func begin(_ tags: StateTags) throws(StorageError) -> Anchor.Keyring {
        try attach { (db) throws in
            let ledger = KeyringLedger(
                tags, anchor: nil, digest: try KeyringLedger.digest(db, tags), generation: 1)
            try ledger.store(db)
            return ledger
        }
    }

    /// Compares all rows with the tag stored beside them and that with the anchor; from then on every change is told to
    /// the anchor as soon as it is durable. Reads the whole file.
    ///
    /// The keyring may be one generation ahead of the anchor: a crash between the two writes.
    /// - Throws: `tampered` when rows and tag differ, `rolledBack` when the file is older than the anchor says.
    public func attach(_ tags: StateTags, to anchor: VaultAnchor) throws(StorageError) {
        let anchored = anchor.current.keyring
        let found = try attach { db in
            guard let stored = try KeyringLedger.stored(db) else { throw StorageError.tampered(.keyring) }
            let ledger = KeyringLedger(
                tags, anchor: anchor, digest: try KeyringLedger.digest(db, tags), generation: stored.generation)
            guard ledger.state == stored else { throw StorageError.tampered(.keyring) }
            guard stored == anchored || stored.generation == anchored.generation + 1 else {
                throw stored.generation == anchored.generation
                    ? StorageError.tampered(.keyring) : StorageError.rolledBack(.keyring)
            }
            return ledger
        }
        if found != anchored { try anchor.note(keyring: found) }
    }
}
