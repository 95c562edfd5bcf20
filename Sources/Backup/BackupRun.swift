public import Archive
import Host
public import Keys
import Primitives
public import Storage
public import Turnstile

/// Makes the archives of one run in the spool: the vault, its keyring, its log, in this order, each complete before the
/// next begins. The operator carries them away; nothing of them could be read here.
public struct BackupRun: Sendable {
    private let source: BackupSource
    private let facts: SealFacts
    private let keyset: Keyset
    private let stores: Stores
    private let folder: VaultDirectory
    private let spool: BackupSpool
    private let report: @Sendable (BackupProgress) -> Void

    public init(
        source: BackupSource, facts: SealFacts, keyset: Keyset, stores: Stores, folder: VaultDirectory,
        spool: BackupSpool, report: @escaping @Sendable (BackupProgress) -> Void
    ) {
        (self.source, self.facts, self.keyset, self.stores) = (source, facts, keyset, stores)
        (self.folder, self.spool, self.report) = (folder, spool, report)
    }

    /// Makes the set; a failure leaves nothing of it. Takes about as long as copying and encrypting both databases, and
    /// the room of the larger one plus the set on the vault's disk.
    ///
    /// - Parameter grant: stands in the log before the first key leaves the keyring.
    /// - Returns: the three manifests.
    public func make(_ order: BackupOrder, under grant: JobGrant) async throws(BackupFailure) -> [SignedManifest] {
        do throws(BackupFailure) {
            let first: UInt64
            do throws(HostError) {
                try spool.begin()
                first = try spool.takeSequences(ArchivePart.allCases.count, after: order.head?.sequence ?? 0)
            } catch { throw BackupFailure(error) }
            let data = RetentionClass.ofSet(at: order.now, after: order.head?.created)
            var manifests: [SignedManifest] = []
            var previous = order.head?.hash ?? ""
            for (offset, part) in ArchivePart.allCases.enumerated() {
                let retention = part == .keyring ? .keyring : data
                var draft = ArchiveManifest(
                    vault: source.vault, generation: source.generation,
                    sequence: first + UInt64(offset), set: order.set, part: part, retention: retention,
                    created: order.now, retainUntil: retention.end(from: order.now), previous: previous,
                    checkpoint: try checkpoint(), recovery: source.recovery)
                (draft.erasures, draft.erasureHash) = try ledgerEnd()
                let table = try await fill(&draft, order, grant)
                let signed = SignedManifest(draft, logKey: source.logKey) { keyset.signCheckpoint($0) }
                do throws(HostError) {
                    if let table {
                        try PageTable(
                            base: signed.hash, readers: source.readers, pageSize: Int(draft.pageSize), hashes: table
                        )
                        .write(to: spool.tablePath(part, isPending: true), keyset.pageHash)
                    }
                    try spool.store(signed)
                } catch { throw BackupFailure(error) }
                previous = signed.hash
                manifests.append(signed)
            }
            report(BackupProgress(phase: .done, part: .log))
            return manifests
        } catch {
            spool.discard()
            throw error
        }
    }

    /// - Returns: the page table of a full archive.
    private func fill(
        _ draft: inout ArchiveManifest, _ order: BackupOrder, _ grant: JobGrant
    ) async throws(BackupFailure) -> [UInt8]? {
        guard let file = draft.part.file else {
            let made = try await KeyringArchiver(
                grant: grant, source: source, facts: facts, keyset: keyset, keyring: stores.keyring,
                records: stores.records, spool: spool, report: report
            ).run()
            (draft.packs, draft.count) = (made.packs, Int64(made.rows))
            return nil
        }
        let made = try await DatabaseArchiver(
            part: draft.part, file: file, source: source, order: order, hash: keyset.pageHash, spool: spool,
            folder: folder, report: report
        ).run(retainUntil: draft.retainUntil, slack: draft.retention.slackDays * 86_400_000)
        (draft.base, draft.retainUntil) = (made.base, made.until)
        (draft.pageSize, draft.count) = (Int64(made.pageSize), Int64(made.pageCount))
        (draft.packs, draft.map) = (made.packs, made.map)
        return made.table
    }

    private func checkpoint() throws(BackupFailure) -> String {
        do { return String(decoding: try stores.log.checkpoint() ?? [], as: UTF8.self) } catch {
            throw .storage(error)
        }
    }

    private func ledgerEnd() throws(BackupFailure) -> (UInt64, String) {
        do { return try stores.log.ledgerEnd().map { ($0.place, Hex.encode($0.hash)) } ?? (0, "") } catch {
            throw .storage(error)
        }
    }
}

extension ArchivePart {
    /// The database that this part is a copy of; nil for the keyring, which is never copied as it is.
    var file: StorageFile? {
        switch self {
        case .vault: .vault
        case .keyring: nil
        case .log: .log
        }
    }
}
