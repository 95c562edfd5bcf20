internal import CHost
private import Glibc
private import Primitives

/// Whole files, written so that a crash leaves the old one or the new one and never a part.
public enum DurableFile {
    /// Replaces `path` by `contents`: a temporary file beside it, fsync, rename, fsync of the folder.
    public static func replace(_ path: String, with contents: [UInt8], mode: UInt32 = 0o600) throws(HostError) {
        let temporary = path + ".tmp-" + Hex.encode(Random.bytes(6))
        do throws(HostError) {
            try write(temporary, contents, mode)
            guard unsafe rename(temporary, path) == 0 else { throw HostError.last("rename", path) }
        } catch {
            unsafe unlink(temporary)
            throw error
        }
        try syncFolder(of: path)
    }

    /// Makes `path` with `contents`; fails with EEXIST when something is there. A failed attempt leaves nothing.
    public static func create(_ path: String, with contents: [UInt8], mode: UInt32 = 0o600) throws(HostError) {
        let temporary = path + ".tmp-" + Hex.encode(Random.bytes(6))
        do throws(HostError) {
            try write(temporary, contents, mode)
            // link(2) refuses an existing target, rename(2) would replace it.
            guard unsafe link(temporary, path) == 0 else { throw HostError.last("link", path) }
        } catch {
            unsafe unlink(temporary)
            throw error
        }
        unsafe unlink(temporary)
        try syncFolder(of: path)
    }

    /// The contents of `path`; fails with EFBIG when it has more than `limit` bytes.
    public static func read(_ path: String, limit: Int) throws(HostError) -> [UInt8] {
        try Descriptor(path, O_RDONLY).readAll(limit: limit)
    }

    /// Removes `path` and makes the removal durable. Nothing happens when it does not exist.
    public static func remove(_ path: String) throws(HostError) {
        guard unsafe unlink(path) == 0 else {
            guard errno != ENOENT else { return }
            throw HostError.last("unlink", path)
        }
        try syncFolder(of: path)
    }

    private static func write(_ path: String, _ contents: [UInt8], _ mode: UInt32) throws(HostError) {
        let file = try Descriptor(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
        try file.write(contents)
        try file.sync()
    }

    private static func syncFolder(of path: String) throws(HostError) {
        try Descriptor(FilePaths.folder(of: path), O_RDONLY | O_DIRECTORY).sync()
    }
}

/// Paths as text: no more than the project needs.
public enum FilePaths {
    /// The folder a path lies in; `.` for a bare name.
    public static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    public static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }
}
