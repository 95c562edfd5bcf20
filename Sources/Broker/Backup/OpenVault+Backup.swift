internal import Archive
internal import Authority
internal import Backup
internal import Keys
internal import Storage
internal import Turnstile
internal import VaultModel

/// How far a run of the archives is; `problem` says why it failed.
struct BackupRunProgress: Sendable {
    let set: String
    var progress = BackupProgress(phase: .copying, part: .vault)
    var problem = ""
}

extension OpenVault {
    /// What the seal file says, by its MAC and not by the file that lies there now: whoever could write that for a moment
    /// would have archives sealed to himself.
    func verifiedFacts() throws(RequestRefusal) -> SealFacts {
        guard let seal = files.seal else { throw .sealed }
        return seal.facts
    }

    var spool: BackupSpool { BackupSpool(vault: files.folder) }

    /// Makes the set of `order` in the background. `begin` has been called.
    func makeArchives(_ order: BackupOrder, of source: BackupSource, _ facts: SealFacts) {
        let run = BackupRun(
            source: source, facts: facts, keyset: keyset, stores: stores, folder: VaultDirectory(files.folder),
            spool: spool, report: { [backups] progress in backups.update { $0.progress = progress } })
        backups.start { [self] in
            do {
                // Keys leave the keyring, sealed to the cards: a job like others that open what is stored.
                let job = try await turnstile.beginJob()
                let manifests = try await run.make(order, under: job)
                // Keys and log must speak of one policy and one authority, or the vault they give would not open; and a drill
                // key that was removed meanwhile must open nothing that is made.
                let after = try verifiedFacts()
                guard after.policyPin == facts.policyPin, after.authority == facts.authority,
                    after.incarnation == facts.incarnation, after.drillRecipient == facts.drillRecipient
                else {
                    spool.discard()
                    throw RequestRefusal.conflict(
                        "the policy, the authority or the drill key changed meanwhile; run it again")
                }
                let keys = manifests.first { $0.manifest.part == .keyring }?.manifest.count ?? 0
                try await turnstile.endJob(job, opened: Int(keys))
            } catch {
                backups.update { $0.problem = Self.words(for: error) }
                throw error
            }
        }
    }

    private static let noRoom =
        "there is no room for the archives on the vault's disk: they need about as much as the vault itself, beside "
        + "256 MB that are kept for the log"

    /// Names what failed, and the way out. No value of a record can be in it.
    private static func words(for error: any Error) -> String {
        guard let failure = error as? BackupFailure else {
            return (error as? RequestRefusal)?.hint ?? "the vault was sealed meanwhile"
        }
        switch failure {
        case .storage(.full as StorageError), .spool(_, isFull: true): return noRoom
        case .storage(let error as StorageError): return "\(error); \(error.hint)"
        case .storage: return "a database could not be read"
        case .spool(let reason, isFull: false): return "the spool could not be written: \(reason)"
        case .keys: return "a key of the keyring does not open; see coffer scrub"
        case .archive, .age: return "an archive did not read back as it was written"
        case .cancelled: return "the vault was sealed meanwhile"
        }
    }

    /// The manifests of the set in the spool, if there is one that belongs to this vault's present generation.
    func waitingSet(_ facts: SealFacts) -> [SignedManifest]? {
        guard let files = spool.manifests() else { return nil }
        let manifests = files.compactMap { file in
            try? SignedManifest(parsing: file, vault: vault, trust: .logKey(facts.logKey))
        }
        guard manifests.count == ArchivePart.allCases.count, Set(manifests.map(\.manifest.set)).count == 1,
            manifests.allSatisfy({ $0.manifest.generation == facts.incarnation })
        else { return nil }
        return manifests
    }
}
