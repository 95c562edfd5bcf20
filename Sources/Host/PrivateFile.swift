private import Glibc
public import Primitives

/// A file that holds secrets of one user.
public enum PrivateFile {
    /// The bytes of a regular file that belongs to this user or to root and that nobody else can read or change; what is
    /// read lies in memory that is wiped.
    ///
    /// Fails with EPERM when others may read or write it, EACCES when it belongs to somebody else, EFBIG past `limit`,
    /// ELOOP when it is a symbolic link and EINVAL when it is no regular file.
    public static func read(_ path: String, limit: Int) throws(HostError) -> SecretBytes {
        func failure(_ number: Int32) -> HostError { HostError(operation: "open", path: path, errno: number) }
        let file = try Descriptor(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        var status = stat()
        guard unsafe fstat(file.number, &status) == 0 else { throw HostError.last("fstat", path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failure(EINVAL) }
        guard status.st_uid == geteuid() || status.st_uid == 0 else { throw failure(EACCES) }
        guard status.st_mode & 0o077 == 0 else { throw failure(EPERM) }
        guard status.st_size <= limit else { throw failure(EFBIG) }
        // In one array of the final size: one that grows would leave pieces behind.
        var buffer = [UInt8](repeating: 0, count: limit)
        var filled = 0
        while filled < limit {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(file.number, $0.baseAddress.map { unsafe $0 + filled }, limit - filled)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                let error = HostError.last("read", path)
                _ = SecretBytes(wiping: &buffer)
                throw error
            }
            if count == 0 { break }
            filled += count
        }
        return SecretBytes(wiping: &buffer).slice(0..<filled)
    }
}
