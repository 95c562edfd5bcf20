import Archive
import Host
import Keys
import Primitives

/// The hashes of a database's pages as the last full archive has them: what the next archive compares with. Kept beside
/// the vault; a lost or damaged table costs one full archive and nothing else.
///
/// ```
///  0  8 "COFFPTB2"    8 32 hash of the full archive's manifest    40 32 who can open it    72 4 page size    76 4 count
/// then 32 for each page · 32 MAC under the page-hash key
/// ```
struct PageTable: Sendable {
    private static let magic = Array("COFFPTB2".utf8)
    private static let headSize = 80
    private static let largestBytes = 1 << 31

    /// The hash of the manifest of the full archive that these pages are in.
    let base: String
    /// Of those the full archive was sealed to, see `BackupSource.readers`.
    let readers: [UInt8]
    let pageSize: Int
    /// Back to back.
    let hashes: [UInt8]

    var pageCount: Int { hashes.count / PageHash.size }

    func hash(ofPage page: Int) -> ArraySlice<UInt8>? {
        guard page < pageCount else { return nil }
        return hashes[page * PageHash.size..<(page + 1) * PageHash.size]
    }

    func write(to path: String, _ key: PageHash) throws(HostError) {
        var writer = ByteWriter(capacity: Self.headSize + hashes.count + PageHash.size)
        writer.append(Self.magic)
        writer.append(Hex.decode(base) ?? [])
        writer.append(readers)
        writer.append(UInt32(pageSize))
        writer.append(UInt32(pageCount))
        writer.append(hashes)
        try DurableFile.replace(path, with: writer.bytes + key.tableMAC(writer.bytes))
    }

    /// The table at `path`; nil when there is none that this vault wrote.
    static func read(_ path: String, _ key: PageHash) -> PageTable? {
        guard let bytes = try? DurableFile.read(path, limit: largestBytes), bytes.count >= headSize + PageHash.size
        else { return nil }
        let body = Array(bytes.dropLast(PageHash.size))
        guard key.tableMAC(body).elementsEqual(bytes.suffix(PageHash.size)) else { return nil }
        var reader = ByteReader(body)
        guard let magic = try? reader.readBytes(magic.count), magic == Self.magic,
            let base = try? reader.readBytes(32), let readers = try? reader.readBytes(32),
            let pageSize = try? reader.readUInt32(),
            let count = try? reader.readUInt32(), reader.remaining == Int(count) * PageHash.size,
            let hashes = try? reader.readBytes(reader.remaining)
        else { return nil }
        return PageTable(base: Hex.encode(base), readers: readers, pageSize: Int(pageSize), hashes: hashes)
    }
}
