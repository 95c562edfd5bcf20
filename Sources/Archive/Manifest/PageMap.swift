public import AccessLog
import Primitives

/// Which pages of a database an archive holds, and what the whole file must be: the sealed side of a manifest.
///
/// ```
///  0  8 "COFFPMAP"       8  2 format = 1      10  4 page size     14  4 pages of the whole file
/// 18 32 page-hash key   50 32 root            82  4 pages per pack  86  4 number of pages here
/// then 4 for each page here, ascending from 0
/// ```
/// Pages lie in the packs in this order, each pack but the last full.
public struct PageMap: Hashable, Sendable {
    private static let magic = Array("COFFPMAP".utf8)
    private static let hashSize = 32

    public let pageSize: Int
    /// Of the whole file.
    public let pageCount: Int
    /// Hashes pages and the root; worth nothing to anybody who cannot read the pages.
    public let hashKey: [UInt8]
    /// The hash of the whole file, see `PageHash.root`.
    public let root: [UInt8]
    public let pagesPerPack: Int
    /// Page numbers from 0, ascending.
    public let pages: [UInt32]

    /// Traps unless key and root have 32 bytes each.
    public init(pageSize: Int, pageCount: Int, hashKey: [UInt8], root: [UInt8], pages: [UInt32]) {
        precondition(hashKey.count == Self.hashSize && root.count == Self.hashSize, "hashes have 32 bytes")
        (self.pageSize, self.pageCount, self.hashKey, self.root, self.pages) =
            (pageSize, pageCount, hashKey, root, pages)
        pagesPerPack = Self.pagesPerPack(of: pageSize)
    }

    public static func pagesPerPack(of pageSize: Int) -> Int { max(1, ArchivePack.largestContentBytes / pageSize) }

    public func encode() -> [UInt8] {
        var writer = ByteWriter(capacity: 90 + 4 * pages.count)
        writer.append(Self.magic)
        writer.append(UInt16(1))
        writer.append(UInt32(pageSize))
        writer.append(UInt32(pageCount))
        writer.append(hashKey)
        writer.append(root)
        writer.append(UInt32(pagesPerPack))
        writer.append(UInt32(pages.count))
        for page in pages { writer.append(page) }
        return writer.bytes
    }

    /// Throws for anything that `encode` does not give.
    public init(parsing bytes: [UInt8]) throws(ArchiveError) {
        var reader = ByteReader(bytes)
        let (magic, format, count): ([UInt8], UInt16, Int)
        var pages: [UInt32] = []
        do throws(ByteReader.Truncated) {
            magic = try reader.readBytes(Self.magic.count)
            format = try reader.readUInt16()
            pageSize = Int(try reader.readUInt32())
            pageCount = Int(try reader.readUInt32())
            hashKey = try reader.readBytes(Self.hashSize)
            root = try reader.readBytes(Self.hashSize)
            pagesPerPack = Int(try reader.readUInt32())
            count = Int(try reader.readUInt32())
            pages.reserveCapacity(min(count, reader.remaining / 4))
            for _ in 0..<count { pages.append(try reader.readUInt32()) }
        } catch { throw .malformed("a page map") }
        self.pages = pages
        guard magic == Self.magic, format == 1, reader.remaining == 0, count <= pageCount,
            (512...65_536).contains(pageSize), pageSize.nonzeroBitCount == 1,
            pagesPerPack == Self.pagesPerPack(of: pageSize),
            pages.last.map({ Int($0) < pageCount }) ?? true,
            zip(pages, pages.dropFirst()).allSatisfy({ $0 < $1 })
        else { throw .malformed("a page map") }
    }

    /// How many packs the pages fill.
    public var packCount: Int { (pages.count + pagesPerPack - 1) / pagesPerPack }

    /// The pages of one pack.
    public func pages(ofPack index: Int) -> ArraySlice<UInt32> {
        pages[min(pages.count, index * pagesPerPack)..<min(pages.count, (index + 1) * pagesPerPack)]
    }
}

/// Why an archive cannot be made or read.
public enum ArchiveError: Error, Equatable, Sendable {
    /// What does not have its form.
    case malformed(String)
    /// A signature, or what it covers.
    case statement(StatementProblem)
    /// An object is not what its manifest says: its name on the target.
    case damaged(String)
    /// An object is not there.
    case missing(String)
    /// The archive that another one adds to is not there.
    case gap(sequence: UInt64)
    /// What was put together again is not what was taken apart.
    case root(ArchivePart)
    /// The packs do not open with these cards.
    case identity
}
