extension Array where Element == UInt8 {
    /// `count` bytes (at least one) that `body` writes, all of them. Spares zeroing what C overwrites anyway.
    init(count: Int, writtenBy body: (UnsafeMutablePointer<UInt8>) -> Void) {
        unsafe self.init(unsafeUninitializedCapacity: Swift.max(count, 1)) { buffer, initialized in
            guard let start = buffer.baseAddress else { preconditionFailure("the buffer has room") }
            unsafe body(start)
            initialized = count
        }
    }
}
