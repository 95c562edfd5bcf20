private import Glibc

/// An exclusive lock on a vault's folder, held as long as the value lives and dropped by the kernel when the process
/// dies, however it dies.
public final class DirectoryLock: Sendable {
    private let descriptor: Int32Box

    /// Takes the lock at `folder/lock` without waiting. Fails with EWOULDBLOCK when another process holds it.
    public init(folder: String) throws(HostError) {
        let path = FilePaths.join(folder, "lock")
        let file = try Descriptor(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        try file.tryLock()
        descriptor = Int32Box(file)
    }

    /// Whether an attempt failed because another process holds the lock.
    public static func isHeld(_ error: HostError) -> Bool { error.errno == EWOULDBLOCK }
}

/// Keeps a descriptor open inside a class.
private struct Int32Box: ~Copyable {
    private let file: Descriptor
    init(_ file: consuming Descriptor) { self.file = file }
}
