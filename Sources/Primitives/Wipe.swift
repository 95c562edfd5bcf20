internal import CSodium

/// Zeroing ordinary memory that held a value for a while.
public enum Wipe {
    /// Zeroes `bytes` in place, which the optimiser may not drop, and empties it. Copies made before stay where they
    /// are, and so does the content if another array shares the storage.
    public static func zero(_ bytes: inout [UInt8]) {
        unsafe bytes.withUnsafeMutableBytes { buffer in
            if let start = buffer.baseAddress { unsafe sodium_memzero(start, buffer.count) }
        }
        bytes.removeAll()
    }
}
