private import Glibc

/// A system call that failed: which one, on what file, and why. It never holds file contents.
public struct HostError: Error, Equatable, Sendable {
    /// The call, e.g. `open`.
    public let operation: String
    /// The file it was about, when there was one.
    public let path: String?
    /// The value of `errno`.
    public let errno: Int32

    public init(operation: String, path: String?, errno: Int32) {
        self.operation = operation
        self.path = path
        self.errno = errno
    }

    /// The system's own words for `errno`, e.g. `No such file or directory`.
    public var reason: String {
        guard let text = unsafe strerror(errno) else { return "error \(errno)" }
        return unsafe String(cString: text)
    }

    public var isFullDisk: Bool { errno == ENOSPC || errno == EDQUOT }
    public var isMissingFile: Bool { errno == ENOENT }
    public var fileExists: Bool { errno == EEXIST }
    public var isReadOnly: Bool { errno == EROFS }
    public var isPermission: Bool { errno == EACCES || errno == EPERM }

    /// The error of the call that has just failed.
    static func last(_ operation: String, _ path: String?) -> HostError {
        HostError(operation: operation, path: path, errno: Glibc.errno)
    }
}
