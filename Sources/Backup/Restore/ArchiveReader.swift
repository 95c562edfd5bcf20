public import Archive
import Host
import Keys
import Primitives

/// Opens archives with the identity that the cards give together, and puts files together again. Whatever a target says is
/// checked against the signed manifest before it is used.
public struct ArchiveReader {
    /// The bytes of an object, not larger than the limit.
    public typealias Fetch = (_ name: String, _ limit: Int) throws -> [UInt8]

    private let catalog: ArchiveCatalog
    private let identity: AgeIdentity
    private let fetch: Fetch
    /// Told of each byte that came.
    private let report: (_ bytes: Int) -> Void

    public init(
        _ catalog: ArchiveCatalog, identity: AgeIdentity, report: @escaping (_ bytes: Int) -> Void = { _ in },
        fetch: @escaping Fetch
    ) {
        (self.catalog, self.identity, self.report, self.fetch) = (catalog, identity, report, fetch)
    }

    /// The content of a pack.
    ///
    /// - Throws: what `fetch` throws; `ArchiveError.damaged` when the bytes are not those that were written, `identity` when
    ///   they are and do not open.
    func content(of pack: ArchivePack) throws -> [UInt8] {
        let name = catalog.names.pack(pack.name)
        let file = try fetch(name, ArchivePack.largestBytes)
        report(file.count)
        guard pack.matches(file) else { throw ArchiveError.damaged(name) }
        do throws(AgeError) { return try AgeFile.open(file, with: identity) } catch {
            throw error == .noMatch ? ArchiveError.identity : ArchiveError.damaged(name)
        }
    }

    /// How many bytes a database's archive and its base take.
    public func bytes(of manifest: SignedManifest) -> Int64 {
        manifest.manifest.storedBytes + (catalog.manifest(manifest.manifest.base)?.manifest.storedBytes ?? 0)
    }

    // MARK: - Databases

    /// Puts a database together at `path`, where nothing is, and compares it with the root in its map.
    public func restoreDatabase(_ manifest: SignedManifest, to path: String) throws {
        let map = try pageMap(of: manifest)
        let file = try FileWriter(creating: path)
        if !manifest.manifest.isFull {
            guard let base = catalog.manifest(manifest.manifest.base) else {
                throw ArchiveError.gap(sequence: manifest.manifest.sequence)
            }
            try write(base, try pageMap(of: base), to: file, upTo: map.pageCount)
        }
        try write(manifest, map, to: file, upTo: map.pageCount)
        try file.sync()
        try check(path, map, manifest.manifest.part)
    }

    private func pageMap(of manifest: SignedManifest) throws -> PageMap {
        guard let pack = manifest.manifest.map else { throw ArchiveError.malformed("a manifest") }
        let map = try PageMap(parsing: content(of: pack))
        guard map.packCount == manifest.manifest.packs.count, map.pageCount == manifest.manifest.count,
            map.pageSize == manifest.manifest.pageSize
        else { throw ArchiveError.malformed("a page map") }
        return map
    }

    private func write(
        _ manifest: SignedManifest, _ map: PageMap, to file: borrowing FileWriter, upTo count: Int
    ) throws {
        for (index, pack) in manifest.manifest.packs.enumerated() {
            let pages = map.pages(ofPack: index)
            let content = try content(of: pack)
            guard content.count == pages.count * map.pageSize else { throw ArchiveError.malformed("a pack") }
            for (place, page) in pages.enumerated() where Int(page) < count {
                let bytes = content[place * map.pageSize..<(place + 1) * map.pageSize]
                try file.write(Array(bytes), at: Int64(page) * Int64(map.pageSize))
            }
        }
    }

    private func check(_ path: String, _ map: PageMap, _ part: ArchivePart) throws {
        let hash = PageHash(key: map.hashKey)
        let reader = try FileReader(path)
        guard reader.sizeBytes == Int64(map.pageCount) * Int64(map.pageSize) else { throw ArchiveError.root(part) }
        var hashes: [UInt8] = []
        hashes.reserveCapacity(map.pageCount * PageHash.size)
        for _ in 0..<map.pageCount { hashes += hash.hash(try reader.read(upTo: map.pageSize)) }
        guard hash.root(hashes) == map.root else { throw ArchiveError.root(part) }
    }

    // MARK: - Keyring

    /// Reads a keyring archive: its head, and its rows a pack at a time.
    public func restoreKeyring(
        _ manifest: SignedManifest, rows: (_ rows: [KeyringRow]) throws -> Void
    ) throws -> KeyringHead {
        guard manifest.manifest.part == .keyring, let pack = manifest.manifest.packs.first else {
            throw ArchiveError.malformed("a manifest")
        }
        var content = try content(of: pack)
        defer { Wipe.zero(&content) }
        let (head, first) = try Self.head(of: content, rows)
        guard head.facts.vault == manifest.manifest.vault else { throw ArchiveError.malformed("a keyring") }
        var count = first
        for pack in manifest.manifest.packs.dropFirst() {
            var reader = ByteReader(try self.content(of: pack))
            count += try Self.pass(&reader, to: rows)
        }
        guard count == manifest.manifest.count else { throw ArchiveError.malformed("a keyring") }
        return head
    }

    /// A function of its own, so that no reader shares the content when that is wiped.
    private static func head(
        of content: [UInt8], _ rows: ([KeyringRow]) throws -> Void
    ) throws -> (head: KeyringHead, count: Int) {
        var reader = ByteReader(content)
        let head = try KeyringHead(from: &reader)
        return (head, try pass(&reader, to: rows))
    }

    private static func pass(_ reader: inout ByteReader, to rows: ([KeyringRow]) throws -> Void) throws -> Int {
        var found: [KeyringRow] = []
        while reader.remaining > 0 { found.append(try KeyringRow(from: &reader)) }
        try rows(found)
        return found.reduce(0) { $0 + $1.count }
    }
}
