internal import Keys
internal import Storage
internal import Turnstile

/// VERIFYING: between the keys and the first reply, each file is compared with what the anchor says of it.
extension SealedVault {
    /// Compares seal file, log, keyring and records with the anchor, in this order, and has every later change of them
    /// told to it. Reads the whole keyring and every record's seal, which takes longer the more there are.
    ///
    /// - Throws: which file is not what the anchor says; nothing is served then.
    func verify(
        _ seal: VerifiedSeal, _ keyset: Keyset, onTamper: @escaping @Sendable () -> Void
    ) throws(StorageError) -> VaultAnchor {
        let anchor = try VaultAnchor(
            in: VaultDirectory(files.folder), vault: facts.vault, root: seal.root, onFatal: onFatal)
        try anchor.compare(facts, stores.log)
        let tags = StateTags(keyset, incarnation: facts.incarnation)
        try stores.keyring.attach(tags, to: anchor)
        try stores.records.attach(tags, to: anchor, onTamper: onTamper)
        return anchor
    }
}
