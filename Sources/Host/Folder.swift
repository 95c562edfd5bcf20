internal import CHost
private import Glibc

/// Folders and the facts about files that guard them.
public enum Folder {
    /// Makes one folder; fails with EEXIST when something is there.
    public static func create(_ path: String, mode: UInt32) throws(HostError) {
        guard unsafe mkdir(path, mode_t(mode)) == 0 else { throw HostError.last("mkdir", path) }
        // mkdir(2) applies the umask; a vault folder must let its group through.
        guard unsafe chmod(path, mode_t(mode)) == 0 else { throw HostError.last("chmod", path) }
    }

    /// Makes a folder and those above it, as far as they are missing.
    public static func createAll(_ path: String, mode: UInt32) throws(HostError) {
        guard !exists(path) else { return }
        let parent = FilePaths.folder(of: path)
        if parent != path { try createAll(parent, mode: mode) }
        do throws(HostError) { try create(path, mode: mode) } catch {
            // Somebody else made it between the look and the call.
            guard error.fileExists else { throw error }
        }
    }

    public static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// The names in a folder, sorted, without `.` and `..`.
    public static func names(in path: String) throws(HostError) -> [String] {
        guard let stream = unsafe opendir(path) else { throw HostError.last("opendir", path) }
        defer { unsafe _ = closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Gives a folder its final name and makes that durable; fails with EEXIST or ENOTEMPTY when something is there.
    public static func rename(_ path: String, to target: String) throws(HostError) {
        guard unsafe Glibc.rename(path, target) == 0 else {
            let error = HostError.last("rename", target)
            throw error.errno == ENOTEMPTY ? HostError(operation: "rename", path: target, errno: EEXIST) : error
        }
        try Descriptor(FilePaths.folder(of: target), O_RDONLY | O_DIRECTORY).sync()
    }

    /// Removes a folder and what is in it, as far as that is possible: for what a failed attempt leaves. Symbolic links
    /// are removed and not followed.
    public static func removeAll(_ path: String) {
        guard let identity = try? FileIdentity(of: path) else { return }
        guard identity.mode & S_IFMT == S_IFDIR else {
            unsafe unlink(path)
            return
        }
        for name in (try? names(in: path)) ?? [] { removeAll(FilePaths.join(path, name)) }
        unsafe rmdir(path)
    }

    /// Bytes that may still be written on the file system of `path`.
    public static func freeBytes(at path: String) throws(HostError) -> Int64 {
        let bytes = unsafe coffer_free_bytes(path)
        guard bytes >= 0 else { throw HostError.last("statvfs", path) }
        return bytes
    }
}

/// What tells one file from another, and who may touch it. Symbolic links are not followed.
public struct FileIdentity: Equatable, Sendable {
    public let device: UInt64
    public let inode: UInt64
    public let sizeBytes: Int64
    /// Type and permission bits as in `st_mode`.
    public let mode: UInt32
    public let owner: UInt32

    public init(of path: String) throws(HostError) {
        var device: UInt64 = 0
        var inode: UInt64 = 0
        var size: Int64 = 0
        var mode: UInt32 = 0
        var owner: UInt32 = 0
        guard unsafe coffer_file_identity(path, &device, &inode, &size, &mode, &owner) == 0 else {
            throw HostError.last("stat", path)
        }
        (self.device, self.inode, self.sizeBytes, self.mode, self.owner) = (device, inode, size, mode, owner)
    }

    /// The same file as another, whatever became of its contents.
    public func isSameFile(as other: FileIdentity) -> Bool { device == other.device && inode == other.inode }

    /// The nine permission bits.
    public var permissions: UInt32 { mode & 0o777 }
}
