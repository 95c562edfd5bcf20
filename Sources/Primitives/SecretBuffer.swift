internal import CSodium

/// Bytes that gather in locked memory up to a fixed number: a chunk of a stream that may hold keys.
public struct SecretBuffer: ~Copyable, Sendable {
    public let capacity: Int
    public private(set) var count = 0
    private let memory: SecretBytes

    /// Room for `capacity` bytes, at most `SecretBytes.maximumCount`.
    public init(capacity: Int) {
        memory = SecretBytes(zeroed: capacity)
        self.capacity = capacity
    }

    public var room: Int { capacity - count }

    /// Adds `bytes`. Traps when there is no room for all of them.
    public mutating func append(_ bytes: RawSpan) {
        precondition(bytes.byteCount <= room, "the bytes fit")
        guard bytes.byteCount > 0 else { return }
        unsafe bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return }
            unsafe UnsafeMutableRawPointer(memory.mutablePointer + count).copyMemory(
                from: start, byteCount: source.count)
        }
        count += bytes.byteCount
    }

    /// Zeroes what was gathered; the room is there again.
    public mutating func removeAll() {
        unsafe sodium_memzero(memory.mutablePointer, count)
        count = 0
    }

    /// All of its memory, for a test that looks whether it was zeroed.
    var everything: [UInt8] { memory.exposeBytes() }

    /// Lends the bytes for the length of the call.
    public borrowing func withBytes<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        let count = count
        return try memory.withBytes { bytes throws(E) in try body(bytes.extracting(first: count)) }
    }
}
