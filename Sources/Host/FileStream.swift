internal import CHost
private import Glibc

/// A regular file read from front to back in pieces, in constant memory.
public struct FileReader: ~Copyable {
    /// As it was when the file was opened.
    public let sizeBytes: Int64
    private let file: Descriptor
    private let path: String

    /// Opens `path`. A pipe, socket, device or folder fails with EINVAL: it could not be read twice.
    public init(_ path: String) throws(HostError) {
        let file = try Descriptor(path, O_RDONLY | O_NONBLOCK)
        sizeBytes = try Self.sizeOfRegular(file, path)
        self.file = file
        self.path = path
    }

    private static func sizeOfRegular(_ file: borrowing Descriptor, _ path: String) throws(HostError) -> Int64 {
        var status = stat()
        guard unsafe fstat(file.number, &status) == 0 else { throw HostError.last("fstat", path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw HostError(operation: "open", path: path, errno: EINVAL)
        }
        return Int64(status.st_size)
    }

    /// Up to `count` bytes; none at the end of the file.
    public borrowing func read(upTo count: Int) throws(HostError) -> [UInt8] {
        var piece: [UInt8] = []
        try read(upTo: count, onto: &piece)
        return piece
    }

    /// Adds up to `count` bytes to `bytes`, in the memory that they have room for.
    ///
    /// - Returns: how many; fewer than `count` at the end of the file only.
    @discardableResult
    public borrowing func read(upTo count: Int, onto bytes: inout [UInt8]) throws(HostError) -> Int {
        let start = bytes.count
        while bytes.count - start < count {
            var got = 0
            let wanted = count - (bytes.count - start)
            bytes.append(addingCapacity: wanted) { span in
                unsafe span.withUnsafeMutableBufferPointer { room, initialized in
                    got = unsafe Glibc.read(file.number, room.baseAddress, wanted)
                    initialized = max(got, 0)
                }
            }
            if got == 0 { break }
            guard got > 0 || errno == EINTR else { throw HostError.last("read", path) }
        }
        return bytes.count - start
    }

    /// Goes back to the first byte.
    public borrowing func rewind() throws(HostError) { try skip(to: 0) }

    /// Goes to a byte, counted from the first.
    public borrowing func skip(to offset: Int64) throws(HostError) {
        guard lseek(file.number, Int(offset), SEEK_SET) == Int(offset) else { throw HostError.last("lseek", path) }
    }
}

/// A new file written in pieces. It exists from the first moment on, so a reader may see a part of it.
public struct FileWriter: ~Copyable {
    private let file: Descriptor

    /// Makes `path`; fails with EEXIST when something is there, a dangling symbolic link included.
    public init(creating path: String, mode: UInt32 = 0o600) throws(HostError) {
        file = try Descriptor(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
    }

    public borrowing func write(_ bytes: [UInt8]) throws(HostError) { try file.write(bytes) }

    /// Writes at a byte, counted from the first; what is skipped reads as zeros.
    public borrowing func write(_ bytes: [UInt8], at offset: Int64) throws(HostError) {
        guard lseek(file.number, Int(offset), SEEK_SET) == Int(offset) else { throw HostError.last("lseek", nil) }
        try file.write(bytes)
    }

    /// Waits until what was written is on the disk.
    public borrowing func sync() throws(HostError) { try file.sync() }
}
