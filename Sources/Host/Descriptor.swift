internal import CHost
private import Glibc

/// An open file, closed when it goes.
struct Descriptor: ~Copyable {
    let number: Int32
    private let path: String

    init(_ path: String, _ flags: Int32, mode: UInt32 = 0) throws(HostError) {
        number = unsafe coffer_open(path, flags, mode)
        self.path = path
        guard number >= 0 else { throw HostError.last("open", path) }
    }

    /// A name of an open folder.
    init(_ name: String, in folder: borrowing Descriptor, _ flags: Int32, mode: UInt32 = 0) throws(HostError) {
        number = unsafe coffer_open_at(folder.number, name, flags, mode)
        path = name
        guard number >= 0 else { throw HostError.last("open", name) }
    }

    /// An empty file in memory.
    init(inMemory: Void) throws(HostError) {
        number = coffer_memory_file()
        path = "memory"
        guard number >= 0 else { throw HostError.last("memfd_create", nil) }
    }

    deinit { close(number) }

    /// Writes all bytes, however many calls that takes.
    borrowing func write(_ bytes: [UInt8]) throws(HostError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(number, buffer.baseAddress.map { unsafe $0 + written }, bytes.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw HostError.last("write", path)
            }
            written += count
        }
    }

    /// Reads to the end, or fails with EFBIG past `limit` bytes.
    borrowing func readAll(limit: Int) throws(HostError) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 * 1_024)
        while true {
            let count = unsafe read(number, &piece, piece.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw HostError.last("read", path)
            }
            if count == 0 { return bytes }
            guard bytes.count + count <= limit else { throw HostError(operation: "read", path: path, errno: EFBIG) }
            bytes += piece[..<count]
        }
    }

    /// Writes all bytes at a place of the file.
    borrowing func write(_ bytes: [UInt8], at offset: Int) throws(HostError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe pwrite(
                    number, buffer.baseAddress.map { unsafe $0 + written }, bytes.count - written, offset + written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw HostError.last("pwrite", path)
            }
            written += count
        }
    }

    /// fdatasync(2): the bytes are durable, times of the file may not be.
    borrowing func syncData() throws(HostError) {
        guard fdatasync(number) == 0 else { throw HostError.last("fdatasync", path) }
    }

    borrowing func sync() throws(HostError) {
        guard fsync(number) == 0 else { throw HostError.last("fsync", path) }
    }

    /// Whether `path` is a name of this file.
    borrowing func isStill(at path: String) throws(HostError) -> Bool {
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw HostError.last("fstat", path) }
        let found = try FileIdentity(of: path)
        return found.inode == UInt64(status.st_ino) && found.device == UInt64(status.st_dev)
    }

    borrowing func tryLock() throws(HostError) {
        guard coffer_try_lock(number) == 0 else { throw HostError.last("flock", path) }
    }
}
