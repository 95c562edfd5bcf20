import Archive
import Host
import Keys
import Primitives
import Storage
import Synchronization

/// Takes one database apart: a copy as of one moment, its changed pages in sealed packs, a sealed map of them.
struct DatabaseArchiver {
    let part: ArchivePart
    let file: StorageFile
    let source: BackupSource
    let order: BackupOrder
    let hash: PageHash
    let spool: BackupSpool
    let folder: VaultDirectory
    let report: @Sendable (BackupProgress) -> Void

    /// Pages read at once where each is looked at alone.
    private static let pagesAtOnce = 512

    /// What was made, but for what the run knows.
    struct Result {
        var base: String
        var until: Int64
        var pageSize: Int
        var pageCount: Int
        var packs: [ArchivePack]
        var map: ArchivePack
        /// The table to keep when this is a full archive.
        var table: [UInt8]?
    }

    /// - Parameters:
    ///   - retainUntil: how long the archive is to be kept.
    ///   - slack: by how many milliseconds that may be cut, for an archive of changes.
    func run(retainUntil: Int64, slack: Int64) async throws(BackupFailure) -> Result {
        report(BackupProgress(phase: .copying, part: part))
        do throws(HostError) {
            try spool.requireRoom(for: FileIdentity(of: folder.path(of: file)).sizeBytes)
        } catch { throw BackupFailure(error) }
        let snapshot: DatabaseSnapshot
        do { snapshot = try DatabaseSnapshot.take(file, in: folder, to: spool.scratch) } catch {
            throw .storage(error)
        }
        defer { Folder.removeAll(spool.scratch) }
        let total = Int64(snapshot.pageCount) * Int64(snapshot.pageSizeBytes)
        report(BackupProgress(phase: .comparing, part: part, totalBytes: total))
        let table = usableTable(snapshot, total: total, until: retainUntil - slack)
        // Beside what follows, which takes longer; a set is made of nothing that did not pass.
        async let damage = Self.damage(of: snapshot)
        var (hashes, changed) = try await compare(snapshot, with: table)
        // When most has changed, what is left of the base saves little and costs a second archive at the restore.
        let isFull = table == nil || 2 * changed.count > snapshot.pageCount
        if isFull { changed = Array(0..<UInt32(snapshot.pageCount)) }
        let packs = try await seal(changed, of: snapshot)
        if let damage = await damage { throw .storage(damage) }
        let map = PageMap(
            pageSize: snapshot.pageSizeBytes, pageCount: snapshot.pageCount, hashKey: hash.exposeKey(),
            root: hash.root(hashes), pages: changed)
        if !isFull { hashes = [] }
        var sealer = PackSealer(spool, to: source.recipients)
        return Result(
            base: isFull ? "" : table?.base ?? "",
            until: isFull ? retainUntil : min(retainUntil, order.bases[table?.base ?? ""] ?? retainUntil),
            pageSize: snapshot.pageSizeBytes, pageCount: snapshot.pageCount,
            packs: packs, map: try sealer.seal(map.encode()), table: isFull ? hashes : nil)
    }

    private static func damage(of snapshot: DatabaseSnapshot) async -> StorageError? {
        do throws(StorageError) { try snapshot.check() } catch { return error }
        return nil
    }

    /// The table of the last full archive, when every target has that, for as long as what would rely on it, the same
    /// people can open it, and the database is large enough to care.
    private func usableTable(_ snapshot: DatabaseSnapshot, total: Int64, until: Int64) -> PageTable? {
        guard !order.isFull, total >= order.wholeBelowBytes,
            let table = PageTable.read(spool.tablePath(part, isPending: false), hash),
            let end = order.bases[table.base], end >= until, table.pageSize == snapshot.pageSizeBytes,
            table.readers == source.readers
        else { return nil }
        return table
    }

    private func compare(
        _ snapshot: DatabaseSnapshot, with table: PageTable?
    ) async throws(BackupFailure) -> (hashes: [UInt8], changed: [UInt32]) {
        let done = Mutex(0)
        let share = (snapshot.pageCount + Workers.count - 1) / Workers.count
        let parts = try await Workers.run { worker throws(BackupFailure) in
            let range = min(worker * share, snapshot.pageCount)..<min((worker + 1) * share, snapshot.pageCount)
            var hashes: [UInt8] = []
            hashes.reserveCapacity(range.count * PageHash.size)
            var changed: [UInt32] = []
            let reader = try PageReader(snapshot)
            var pages: [UInt8] = []
            for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.pagesAtOnce) {
                let some = start..<min(start + Self.pagesAtOnce, range.upperBound)
                pages.removeAll(keepingCapacity: true)
                try reader.append(some, to: &pages)
                for (index, page) in some.enumerated() {
                    let place = index * snapshot.pageSizeBytes
                    let hash = unsafe hash.hash(
                        pages.span.bytes.extracting(place..<place + snapshot.pageSizeBytes))
                    if table?.hash(ofPage: page)?.elementsEqual(hash) != true { changed.append(UInt32(page)) }
                    hashes += hash
                }
                tell(.comparing, some.count, of: snapshot.pageCount, done, snapshot)
                try await Workers.pause()
            }
            return (hashes, changed)
        }
        return (parts.flatMap(\.0), parts.flatMap(\.1))
    }

    private func seal(
        _ changed: [UInt32], of snapshot: DatabaseSnapshot
    ) async throws(BackupFailure) -> [ArchivePack] {
        let done = Mutex(0)
        let perPack = PageMap.pagesPerPack(of: snapshot.pageSizeBytes)
        let count = (changed.count + perPack - 1) / perPack
        let parts = try await Workers.run { worker throws(BackupFailure) in
            var sealer = PackSealer(spool, to: source.recipients)
            let reader = try PageReader(snapshot)
            var packs: [ArchivePack] = []
            var content: [UInt8] = []
            for index in stride(from: worker, to: count, by: Workers.count) {
                let pages = changed[index * perPack..<min(changed.count, (index + 1) * perPack)]
                content.removeAll(keepingCapacity: true)
                content.reserveCapacity(pages.count * snapshot.pageSizeBytes)
                try reader.append(pages, to: &content)
                packs.append(try sealer.seal(content))
                tell(.sealing, pages.count, of: changed.count, done, snapshot)
                try await Workers.pause()
            }
            return packs
        }
        return (0..<count).map { parts[$0 % Workers.count][$0 / Workers.count] }
    }

    /// Adds pages to those that are done, and says how many those are now.
    private func tell(
        _ phase: BackupProgress.Phase, _ pages: Int, of total: Int, _ done: borrowing Mutex<Int>,
        _ snapshot: DatabaseSnapshot
    ) {
        // Under the lock, so that what is told never goes back.
        done.withLock { done in
            done += pages
            report(
                BackupProgress(
                    phase: phase, part: part, doneBytes: Int64(done) * Int64(snapshot.pageSizeBytes),
                    totalBytes: Int64(total) * Int64(snapshot.pageSizeBytes)))
        }
    }
}
