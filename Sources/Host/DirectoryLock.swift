private import Glibc

/// An exclusive lock on a vault's folder, held as long as the value lives and dropped by the kernel when the process
/// dies, however it dies.
public final class DirectoryLock: Sendable {
    private static let fileName = "lock"
    private let descriptor: Int32Box

    /// Takes the lock at `folder/lock` without waiting. Fails with EWOULDBLOCK when another process holds it, and with
    /// ENOENT when the file was removed meanwhile: the lock of a file that nobody finds any more holds nothing.
    public init(folder: String) throws(HostError) {
        let path = FilePaths.join(folder, Self.fileName)
        let file = try Descriptor(path, O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600)
        try file.tryLock()
        guard try file.isStill(at: path) else { throw HostError(operation: "flock", path: path, errno: ENOENT) }
        descriptor = Int32Box(file)
    }

    /// Makes a folder and takes its lock. Whoever takes away what dead processes left may come between the two and take
    /// this one for such; then another is made.
    ///
    /// - Parameter name: another path each time.
    /// - Returns: the folder and its lock. Fails as ``Folder/create(_:mode:)`` does.
    public static func makeFolder(
        mode: UInt32, _ name: () -> String
    ) throws(HostError) -> (path: String, lock: DirectoryLock) {
        var attempts = 0
        while true {
            attempts += 1
            let path = name()
            do throws(HostError) {
                try Folder.create(path, mode: mode)
                return (path, try DirectoryLock(folder: path))
            } catch {
                guard error.errno == ENOENT || isHeld(error), attempts < 100 else { throw error }
            }
        }
    }

    /// Whether an attempt failed because another process holds the lock.
    public static func isHeld(_ error: HostError) -> Bool { error.errno == EWOULDBLOCK }
}

/// Keeps a descriptor open inside a class.
private struct Int32Box: ~Copyable {
    private let file: Descriptor
    init(_ file: consuming Descriptor) { self.file = file }
}
