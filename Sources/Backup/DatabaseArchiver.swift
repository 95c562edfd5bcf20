import Archive
import Host
import Keys
import Primitives
import Storage

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
        var (hashes, changed) = try await compare(snapshot, with: table)
        // When most has changed, what is left of the base saves little and costs a second archive at the restore.
        let isFull = table == nil || 2 * changed.count > snapshot.pageCount
        if isFull { changed = Array(0..<UInt32(snapshot.pageCount)) }
        let packs = try await seal(changed, of: snapshot)
        let map = PageMap(
            pageSize: snapshot.pageSizeBytes, pageCount: snapshot.pageCount, hashKey: hash.exposeKey(),
            root: hash.root(hashes), pages: changed)
        if !isFull { hashes = [] }
        return Result(
            base: isFull ? "" : table?.base ?? "",
            until: isFull ? retainUntil : min(retainUntil, order.bases[table?.base ?? ""] ?? retainUntil),
            pageSize: snapshot.pageSizeBytes, pageCount: snapshot.pageCount,
            packs: packs, map: try store(map.encode()), table: isFull ? hashes : nil)
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
        var hashes: [UInt8] = []
        hashes.reserveCapacity(snapshot.pageCount * PageHash.size)
        var changed: [UInt32] = []
        let pages = try PageReader(snapshot)
        for page in 0..<snapshot.pageCount {
            let hash = hash.hash(try pages.next())
            if table?.hash(ofPage: page)?.elementsEqual(hash) != true { changed.append(UInt32(page)) }
            hashes += hash
            if page.isMultiple(of: 512) { try await pause(.comparing, page, of: snapshot) }
        }
        return (hashes, changed)
    }

    private func seal(
        _ changed: [UInt32], of snapshot: DatabaseSnapshot
    ) async throws(BackupFailure) -> [ArchivePack] {
        let perPack = PageMap.pagesPerPack(of: snapshot.pageSizeBytes)
        let pages = try PageReader(snapshot)
        var packs: [ArchivePack] = []
        var next = 0
        while next < changed.count {
            var content: [UInt8] = []
            content.reserveCapacity(perPack * snapshot.pageSizeBytes)
            for page in changed[next..<min(changed.count, next + perPack)] { content += try pages.page(Int(page)) }
            packs.append(try store(content))
            next += perPack
            report(
                BackupProgress(
                    phase: .sealing, part: part,
                    doneBytes: Int64(min(next, changed.count)) * Int64(snapshot.pageSizeBytes),
                    totalBytes: Int64(changed.count) * Int64(snapshot.pageSizeBytes)))
            try await pause()
        }
        return packs
    }

    private func store(_ content: [UInt8]) throws(BackupFailure) -> ArchivePack {
        try spool.seal(content, to: source.recipients)
    }

    private func pause(
        _ phase: BackupProgress.Phase, _ page: Int, of snapshot: DatabaseSnapshot
    ) async throws(BackupFailure) {
        report(
            BackupProgress(
                phase: phase, part: part, doneBytes: Int64(page) * Int64(snapshot.pageSizeBytes),
                totalBytes: Int64(snapshot.pageCount) * Int64(snapshot.pageSizeBytes)))
        try await pause()
    }

    /// Lets others run: the shop goes on working while its archive is made.
    private func pause() async throws(BackupFailure) {
        await Task.yield()
        guard !Task.isCancelled else { throw .cancelled }
    }
}

/// The pages of a copy, in ascending order.
private final class PageReader {
    private let file: FileReader
    private let size: Int
    private var at = 0

    init(_ snapshot: DatabaseSnapshot) throws(BackupFailure) {
        size = snapshot.pageSizeBytes
        do { file = try FileReader(snapshot.path) } catch { throw BackupFailure(error) }
    }

    func next() throws(BackupFailure) -> [UInt8] {
        let bytes: [UInt8]
        do { bytes = try file.read(upTo: size) } catch { throw BackupFailure(error) }
        guard bytes.count == size else { throw .archive(.malformed("the copy of a database")) }
        at += 1
        return bytes
    }

    /// A page at or after the last one.
    func page(_ number: Int) throws(BackupFailure) -> [UInt8] {
        if number > at {
            do { try file.skip(to: Int64(number) * Int64(size)) } catch { throw BackupFailure(error) }
            at = number
        }
        return try next()
    }
}

extension BackupFailure {
    init(_ error: HostError) { self = .spool(reason: error.reason, isFull: error.isFullDisk) }
}

extension BackupSpool {
    /// Seals content into a pack of the set, and reads it back with the key of its writer while that is still there.
    func seal(_ content: [UInt8], to recipients: [AgeRecipient]) throws(BackupFailure) -> ArchivePack {
        var file: [UInt8]
        do throws(AgeError) {
            var writer = try AgeWriter(to: recipients)
            let key = writer.fileKey()
            file = writer.header
            file += writer.append(content)
            file += writer.finish()
            var opened = try AgeFile.open(file, fileKey: key)
            defer { Wipe.zero(&opened) }
            guard opened.hasSameBytes(as: content) else { throw AgeError.damaged(chunk: 0) }
        } catch { throw .age(error) }
        do throws(HostError) { return try store(file) } catch { throw BackupFailure(error) }
    }
}
