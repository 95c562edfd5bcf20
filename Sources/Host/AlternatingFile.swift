private import CHost
private import Glibc
private import Primitives

/// A small file that is rewritten in place, with one sync a write: two slots of a block each, written in turn.
///
/// A write that a crash tears damages one slot; its checksum tells, and the other one still holds what was written
/// before. Needs no space on the disk once it exists, so that it can be written when the disk is full. The checksum finds
/// accidents; against a person the content carries a MAC of its own. Not thread-safe.
public struct AlternatingFile: ~Copyable {
    /// What a slot takes.
    public static let largestContent = slotSize - headSize - checksumSize
    private static let slotSize = 4_096
    /// 8 count, 4 length.
    private static let headSize = 12
    private static let checksumSize = 16

    private let file: Descriptor
    private var count: UInt64
    private var slot: Int

    /// Makes the file, mode 0600, with its first content in both slots; fails with EEXIST when something is there.
    public static func create(_ path: String, with content: [UInt8]) throws(HostError) {
        let first = Self.slot(content, count: 1)
        try DurableFile.create(path, with: first + first)
    }

    /// What was written last; nil when neither slot is whole: the file is damaged.
    public private(set) var content: [UInt8]?

    /// Opens the file and reads it.
    public static func open(_ path: String) throws(HostError) -> AlternatingFile {
        let file = try Descriptor(path, O_RDWR | O_NOFOLLOW)
        let bytes = try file.readAll(limit: 2 * slotSize)
        let found = [0, 1].compactMap { index in
            content(of: bytes.dropFirst(index * slotSize).prefix(slotSize))
                .map { (slot: index, count: $0.count, content: $0.content) }
        }
        let last = found.max { $0.count < $1.count }
        return AlternatingFile(
            file: file, count: last?.count ?? 0, slot: last?.slot ?? 1, content: last?.content)
    }

    private init(file: consuming Descriptor, count: UInt64, slot: Int, content: [UInt8]?) {
        self.file = file
        self.count = count
        self.slot = slot
        self.content = content
    }

    /// Writes the next content and makes it durable.
    ///
    /// - Parameter forgetting: whether the other slot is overwritten too, so that what stood before is nowhere. That
    ///   second write is not synced: the first one is what counts.
    public mutating func write(_ content: [UInt8], forgetting: Bool = false) throws(HostError) {
        count += 1
        slot = 1 - slot
        let bytes = Self.slot(content, count: count)
        try file.write(bytes, at: slot * Self.slotSize)
        try file.syncData()
        self.content = content
        if forgetting { try file.write(bytes, at: (1 - slot) * Self.slotSize) }
    }

    private static func slot(_ content: [UInt8], count: UInt64) -> [UInt8] {
        precondition(content.count <= largestContent, "the content fits in a slot")
        var writer = ByteWriter(capacity: slotSize)
        writer.append(count)
        writer.append(UInt32(content.count))
        writer.append(content)
        writer.append(BLAKE2b.hash(writer.bytes, size: checksumSize))
        return writer.bytes + [UInt8](repeating: 0, count: slotSize - writer.bytes.count)
    }

    private static func content(of slot: ArraySlice<UInt8>) -> (count: UInt64, content: [UInt8])? {
        var reader = ByteReader(Array(slot))
        guard let count = try? reader.readUInt64(), let length = try? reader.readUInt32(),
            length <= largestContent, let content = try? reader.readBytes(Int(length)),
            let checksum = try? reader.readBytes(checksumSize),
            BLAKE2b.hash(Array(slot.prefix(headSize + Int(length))), size: checksumSize) == checksum
        else { return nil }
        return (count, content)
    }
}
