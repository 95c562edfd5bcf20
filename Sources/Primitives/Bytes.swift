private import Glibc

/// Builds a binary format: integers little-endian, fields back to back.
public struct ByteWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    public mutating func append(_ value: UInt8) { bytes.append(value) }
    public mutating func append(_ value: UInt16) { appendInteger(value) }
    public mutating func append(_ value: UInt32) { appendInteger(value) }
    public mutating func append(_ value: UInt64) { appendInteger(value) }
    public mutating func append(_ value: [UInt8]) { bytes += value }
    public mutating func append(_ value: ArraySlice<UInt8>) { bytes += value }

    /// Zeroes what was written, and begins again: for content that holds keys. A writer that had to grow beyond its capacity
    /// has left copies behind.
    public mutating func wipe() { Wipe.zero(&bytes) }

    private mutating func appendInteger<T: FixedWidthInteger & UnsignedInteger>(_ value: T) {
        for shift in stride(from: 0, to: T.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }
}

/// Reads a binary format of `ByteWriter`; never past the end.
public struct ByteReader: Sendable {
    /// The input ended inside a field.
    public struct Truncated: Error, Equatable, Sendable {}

    private let bytes: [UInt8]
    private var position = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// How many bytes are left.
    public var remaining: Int { bytes.count - position }

    public mutating func readUInt8() throws(Truncated) -> UInt8 { try readInteger() }
    public mutating func readUInt16() throws(Truncated) -> UInt16 { try readInteger() }
    public mutating func readUInt32() throws(Truncated) -> UInt32 { try readInteger() }
    public mutating func readUInt64() throws(Truncated) -> UInt64 { try readInteger() }

    /// The next `count` bytes.
    public mutating func readBytes(_ count: Int) throws(Truncated) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw Truncated() }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    private mutating func readInteger<T: FixedWidthInteger & UnsignedInteger>() throws(Truncated) -> T {
        let width = T.bitWidth / 8
        guard width <= remaining else { throw Truncated() }
        var value: T = 0
        for index in 0..<width { value |= T(bytes[position + index]) << T(index * 8) }
        position += width
        return value
    }
}

extension Array where Element == UInt8 {
    /// Whether both hold the same bytes, by memcmp(3); `==` looks at one byte after the other, which shows with megabytes.
    /// Its time tells where they differ: not for secrets.
    public func hasSameBytes(as other: [UInt8]) -> Bool {
        count == other.count && isFound(in: other, at: 0)
    }

    /// Whether `other` holds these bytes from `start` on, by memcmp(3); false where it is too short. Not for secrets.
    public func isFound(in other: [UInt8], at start: Int) -> Bool {
        guard start >= 0, start <= other.count, count <= other.count - start else { return false }
        return unsafe withUnsafeBytes { mine in
            unsafe other.withUnsafeBytes { theirs in
                guard let first = mine.baseAddress, let second = theirs.baseAddress else { return true }
                return unsafe memcmp(first, second + start, mine.count) == 0
            }
        }
    }
}
