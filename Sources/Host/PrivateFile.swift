private import Glibc
public import Primitives

/// A file that holds secrets of one user.
public enum PrivateFile {
    /// The bytes of a regular file that belongs to this user or to root and that nobody else can read or change; what is
    /// read lies in memory that is wiped.
    ///
    /// A file of root's with the mode 0440 is taken: systemd hands over credentials with an access list for the service's
    /// user, and that is what its mode then shows. No other mode with rights for a group is.
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
        guard isClosed(owner: status.st_uid, group: status.st_gid, mode: status.st_mode) else { throw failure(EPERM) }
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

    /// Whether it is a regular file that others than its owner can read or write. What lies behind a link counts; a pipe
    /// of the shell has no permissions that mean anything.
    public static func isOpenToOthers(_ path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        return !isClosed(owner: status.st_uid, group: status.st_gid, mode: status.st_mode)
    }

    static func isClosed(owner: UInt32, group: UInt32, mode: UInt32) -> Bool {
        mode & 0o077 == 0 || owner == 0 && group == 0 && mode & 0o777 == 0o440
    }
}
