internal import Archive
public import Keys
import Primitives
public import Storage
import VaultModel

/// A row of a keyring archive. Keys are sealed under the archive's own key.
///
/// ```
/// 1 customers' keys   4 epoch, 2 count n, n times (16 id, 4 version, 1 state), 40 + 32 n box (`Keyset.box`)
/// 2 month's key       4 month, 1 half, 4 epoch, 2 length, wrap
/// 3 tombstone        16 id, 8 time
/// 4 destroyed month   4 month, 1 half, 8 time
/// 5 policy            4 length, bytes: also those that the archive of the vault is too old to have
/// ```
public enum KeyringRow: Equatable, Sendable {
    case keys(BoxedKeys)
    case month(WrappedMonthKey)
    case tombstone(Tombstone)
    case destroyed(DestroyedMonth)
    case policy([UInt8])

    /// Of a manifest's count: each key counts, and each of the others.
    var count: Int { if case .keys(let keys) = self { keys.owners.count } else { 1 } }

    static let largestWrap = 4_096
    static let largestPolicy = 1 << 20

    func write(to writer: inout ByteWriter) {
        switch self {
        case .keys(let keys):
            writer.append(UInt8(1))
            writer.append(keys.about)
            writer.append(keys.box)
        case .month(let key):
            writer.append(UInt8(2))
            writer.append(key.month)
            writer.append(key.half)
            writer.append(key.epoch)
            writer.append(UInt16(key.wrap.count))
            writer.append(key.wrap)
        case .tombstone(let stone):
            writer.append(UInt8(3))
            writer.append(stone.customer.bytes)
            writer.append(UInt64(stone.time))
        case .destroyed(let month):
            writer.append(UInt8(4))
            writer.append(month.month)
            writer.append(month.half)
            writer.append(UInt64(month.time))
        case .policy(let bytes):
            writer.append(UInt8(5))
            writer.append(UInt32(bytes.count))
            writer.append(bytes)
        }
    }

    /// Throws `malformed` for anything that `write` does not give.
    init(from reader: inout ByteReader) throws(ArchiveError) {
        let row: KeyringRow?
        do throws(ByteReader.Truncated) { row = try Self.read(&reader) } catch { row = nil }
        guard let row else { throw .malformed("a row of the keyring") }
        self = row
    }

    private static func read(_ reader: inout ByteReader) throws(ByteReader.Truncated) -> KeyringRow? {
        switch try reader.readUInt8() {
        case 1: return try BoxedKeys(from: &reader).map { .keys($0) }
        case 2:
            let (month, half) = (try reader.readUInt32(), try reader.readUInt8())
            let epoch = try reader.readUInt32()
            return .month(WrappedMonthKey(month: month, half: half, epoch: epoch, wrap: try wrap(&reader)))
        case 3:
            let customer = RecordID(try reader.readBytes(RecordID.size))
            let time = Int64(exactly: try reader.readUInt64())
            guard let customer, let time else { return nil }
            return .tombstone(Tombstone(customer: customer, time: time))
        case 4:
            let (month, half) = (try reader.readUInt32(), try reader.readUInt8())
            guard let time = Int64(exactly: try reader.readUInt64()) else { return nil }
            return .destroyed(DestroyedMonth(month: month, half: half, time: time))
        case 5: return .policy(try reader.readBytes(min(largestPolicy, Int(try reader.readUInt32()))))
        default: return nil
        }
    }

    private static func wrap(_ reader: inout ByteReader) throws(ByteReader.Truncated) -> [UInt8] {
        try reader.readBytes(min(largestWrap, Int(try reader.readUInt16())))
    }
}

/// The first pack of a keyring archive begins with what the rows need.
///
/// ```
/// 8 "COFFKRNG"   2 format = 1   4 length and facts (`SealFacts.encodeForArchive`)
/// 4 length and keys (`ArchiveKeyset.encode`)   then rows, and rows alone in the packs after it
/// ```
public struct KeyringHead: Sendable {
    static let magic = Array("COFFKRNG".utf8)
    static let format: UInt16 = 1
    private static let largestFacts = 16_384
    private static let largestKeys = 32_768

    /// Who rules the vault, and how it is recovered.
    public let facts: SealFacts
    /// The keys that live on.
    public let keys: ArchiveKeyset

    /// Throws `malformed` for anything else.
    init(from reader: inout ByteReader) throws(ArchiveError) {
        let (magic, format, facts): ([UInt8], UInt16, [UInt8])
        var keys: [UInt8]
        do throws(ByteReader.Truncated) {
            (magic, format) = (try reader.readBytes(Self.magic.count), try reader.readUInt16())
            facts = try reader.readBytes(min(Self.largestFacts, Int(try reader.readUInt32())))
            keys = try reader.readBytes(min(Self.largestKeys, Int(try reader.readUInt32())))
        } catch { throw .malformed("a keyring") }
        let secret = SecretBytes(wiping: &keys)
        guard magic == Self.magic, format == Self.format, let facts = try? SealFacts(parsingArchive: facts),
            let keyset = try? ArchiveKeyset(parsing: secret)
        else {
            throw .malformed("a keyring")
        }
        (self.facts, self.keys) = (facts, keyset)
    }
}
