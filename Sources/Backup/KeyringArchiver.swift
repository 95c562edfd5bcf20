import Archive
import Keys
import Primitives
import Storage
import Turnstile
import VaultModel

/// Seals the keyring to the recovery quorum: what opens every record, and is never written in clear.
///
/// Keys are taken out in batches while the shop works. A customer who is erased meanwhile may be in the archive; the
/// ledger of erasures outlives it and has the last word at a restore.
struct KeyringArchiver {
    /// Not looked at: who has one has announced in the log that keys are taken out.
    let grant: JobGrant
    let source: BackupSource
    let facts: SealFacts
    let keyset: Keyset
    let keyring: KeyringStore
    let records: RecordStore
    let spool: BackupSpool
    let report: @Sendable (BackupProgress) -> Void

    /// - Returns: the packs, the first with the head, and how many rows are in them.
    func run() async throws(BackupFailure) -> (packs: [ArchivePack], rows: Int) {
        let archive = ArchiveKeyset(of: keyset)
        var packs: [ArchivePack] = []
        var rows = 0
        var writer = head(archive)
        defer { writer.wipe() }
        func put(_ row: KeyringRow) throws(BackupFailure) {
            row.write(to: &writer)
            rows += row.count
            if writer.bytes.count > ArchivePack.largestContentBytes - KeyringRow.largestPolicy {
                packs.append(try flush(&writer))
            }
        }
        do {
            let total = Int64(try keyring.count())
            for policy in try records.policies() { try put(.policy(policy)) }
            var source = KeyringRows(keyring, keyset: keyset, archive: archive, vault: source.vault)
            while let some = try source.next() {
                for row in some { try put(row) }
                report(
                    BackupProgress(
                        phase: .keyring, part: .keyring, doneBytes: Int64(rows), totalBytes: max(total, Int64(rows))))
                try await Workers.pause()
            }
        } catch let failure as BackupFailure {
            throw failure
        } catch is EnvelopeError {
            throw .keys
        } catch { throw .storage(error) }
        packs.append(try flush(&writer))
        return (packs, rows)
    }

    private func head(_ archive: ArchiveKeyset) -> ByteWriter {
        var writer = ByteWriter(capacity: ArchivePack.largestContentBytes)
        writer.append(KeyringHead.magic)
        writer.append(KeyringHead.format)
        let facts = facts.encodeForArchive()
        writer.append(UInt32(facts.count))
        writer.append(facts)
        var keys = archive.encode().exposeBytes()
        defer { Wipe.zero(&keys) }
        writer.append(UInt32(keys.count))
        writer.append(keys)
        return writer
    }

    private func flush(_ writer: inout ByteWriter) throws(BackupFailure) -> ArchivePack {
        defer { writer.wipe() }
        var sealer = PackSealer(spool, to: source.quorum)
        return try sealer.seal(writer.bytes)
    }
}
