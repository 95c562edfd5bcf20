internal import CSodium

/// Secret bytes in locked memory: never copied by the language, never described, zeroed when they go.
///
/// Up to 64 bytes live in the shared slab, more in an allocation of their own between guard pages. The bytes are lent
/// to closures as a `RawSpan`; the functions of this module take the type itself, so that few callers ever look.
/// Leaving locked memory needs `exposeBytes()`, which is easy to search for.
public struct SecretBytes: ~Copyable, Sendable {
    /// How many bytes; zero is allowed.
    public let count: Int
    private let address: LockedSlab.Address
    private let inSlab: Bool

    /// Zeroed memory of `count` bytes, at most 1 MiB.
    init(zeroed count: Int) {
        precondition((0...Self.maximumCount).contains(count), "a secret has 0 to 1 MiB")
        self.count = count
        if count <= LockedSlab.cellSize, let cell = LockedSlab.shared.take() {
            address = cell
            inSlab = true
            return
        }
        Sodium.ready
        guard let memory = unsafe sodium_malloc(max(count, 1)) else { fatalError("no memory for a secret") }
        unsafe sodium_memzero(memory, max(count, 1))
        address = LockedSlab.Address(bits: UInt(bitPattern: memory))
        inSlab = false
    }

    public static let maximumCount = 1 << 20

    deinit {
        if inSlab {
            LockedSlab.shared.giveBack(address)
        } else {
            unsafe sodium_free(address.pointer)
        }
    }

    /// Copies `bytes`; the caller's array stays as it is, in ordinary memory. For values that are not secret yet
    /// (test vectors) or come from an interface that has no other form.
    public init(copying bytes: [UInt8]) {
        self.init(zeroed: bytes.count)
        withMutableBytes { target in
            for index in bytes.indices { target.storeBytes(of: bytes[index], toByteOffset: index, as: UInt8.self) }
        }
    }

    /// Moves `bytes` into locked memory and zeroes the array they came in. Copies made before stay where they are.
    public init(wiping bytes: inout [UInt8]) {
        self.init(copying: bytes)
        unsafe bytes.withUnsafeMutableBytes { buffer in
            if let start = buffer.baseAddress { unsafe sodium_memzero(start, buffer.count) }
        }
        bytes.removeAll()
    }

    /// `count` bytes from the system's generator.
    public static func random(count: Int) -> SecretBytes {
        let secret = SecretBytes(zeroed: count)
        unsafe randombytes_buf(secret.address.pointer, count)
        return secret
    }

    /// Lends the bytes for the length of the call.
    public borrowing func withBytes<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        let buffer = unsafe UnsafeRawBufferPointer(start: address.pointer, count: count)
        return try body(unsafe buffer.bytes)
    }

    /// A second secret with the same bytes.
    public borrowing func clone() -> SecretBytes { slice(0..<count) }

    /// A second secret with some of the bytes. Traps when `range` is not within `0..<count`.
    public borrowing func slice(_ range: Range<Int>) -> SecretBytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "the range lies within the secret")
        let copy = SecretBytes(zeroed: range.count)
        unsafe copy.address.pointer.copyMemory(
            from: UnsafeRawPointer(address.pointer + range.lowerBound), byteCount: range.count)
        return copy
    }

    /// The bytes of `self` followed by those of `other`.
    public borrowing func appending(_ other: borrowing SecretBytes) -> SecretBytes {
        let joined = SecretBytes(zeroed: count + other.count)
        unsafe joined.address.pointer.copyMemory(from: UnsafeRawPointer(address.pointer), byteCount: count)
        unsafe (joined.address.pointer + count)
            .copyMemory(from: UnsafeRawPointer(other.address.pointer), byteCount: other.count)
        return joined
    }

    /// Copies `part` into the bytes from `offset` on. Traps when it does not fit.
    fileprivate borrowing func fill(from offset: Int, with part: borrowing SecretBytes) {
        precondition(offset + part.count <= count, "a part fits into the whole")
        unsafe (address.pointer + offset).copyMemory(
            from: UnsafeRawPointer(part.address.pointer), byteCount: part.count)
    }

    /// Compares in constant time for equal lengths.
    public borrowing func equals(_ other: borrowing SecretBytes) -> Bool {
        guard count == other.count else { return false }
        return unsafe sodium_memcmp(address.pointer, other.address.pointer, count) == 0
    }

    /// Copies the secret into ordinary memory, where nothing wipes it. Only for values whose next stop is ordinary
    /// memory anyway: a message on its way to the socket, a file about to be written.
    public borrowing func exposeBytes() -> [UInt8] {
        withBytes { span in
            (0..<span.byteCount).map { unsafe span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        }
    }

    // MARK: - For this module's calls into C

    @unsafe var pointer: UnsafePointer<UInt8> {
        unsafe UnsafePointer(address.pointer.assumingMemoryBound(to: UInt8.self))
    }

    @unsafe var mutablePointer: UnsafeMutablePointer<UInt8> {
        unsafe address.pointer.assumingMemoryBound(to: UInt8.self)
    }

    private borrowing func withMutableBytes(_ body: (inout MutableRawSpan) -> Void) {
        let buffer = unsafe UnsafeMutableRawBufferPointer(start: address.pointer, count: count)
        var span = unsafe buffer.mutableBytes
        body(&span)
    }
}

/// Puts many secrets one after the other, in locked memory.
public struct SecretWriter: ~Copyable {
    private let whole: SecretBytes
    private var written = 0

    /// - Parameter count: the bytes of all parts, at most 1 MiB.
    public init(count: Int) { whole = SecretBytes(zeroed: count) }

    /// Traps when there is no room left for it.
    public mutating func append(_ part: borrowing SecretBytes) {
        whole.fill(from: written, with: part)
        written += part.count
    }

    /// All of it. Traps when a part is missing.
    public consuming func finish() -> SecretBytes {
        precondition(written == whole.count, "all parts were written")
        return whole
    }
}
