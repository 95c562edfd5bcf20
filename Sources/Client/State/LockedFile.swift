private import Glibc

/// A small file that several processes change in turn: open and exclusively locked for the life of the value. The lock
/// is the kernel's and ends with the process, however that ends.
struct LockedFile: ~Copyable {
    private let descriptor: Int32

    /// Opens or makes `path` with mode 0600 and waits for the lock; others hold it for microseconds.
    init(_ path: String) throws(StateError) {
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .file(errno) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw .file(errno) }
        }
    }

    deinit { close(descriptor) }

    /// The whole contents; `form` when they are longer than `limit`.
    borrowing func read(limit: Int) throws(StateError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count <= limit {
            let more = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(
                    descriptor, buffer.baseAddress.map { unsafe $0 + count }, limit + 1 - count, off_t(count))
            }
            if more < 0 {
                guard errno == EINTR else { throw .file(errno) }
                continue
            }
            if more == 0 { return Array(bytes[..<count]) }
            count += more
        }
        throw .form
    }

    /// Overwrites from the start and waits until it is on the disk. The contents always have one length, so that nothing
    /// of an older text can remain.
    borrowing func overwrite(_ bytes: [UInt8]) throws(StateError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe pwrite(
                    descriptor, buffer.baseAddress.map { unsafe $0 + written }, bytes.count - written, off_t(written))
            }
            if count < 0 {
                guard errno == EINTR else { throw .file(errno) }
                continue
            }
            written += count
        }
        guard fdatasync(descriptor) == 0 else { throw .file(errno) }
    }
}
