private import Glibc

extension FilePaths {
    /// The path from the root, for whoever is to use it from another folder; links in it stay. One that begins there stays
    /// as it is, and none stays none.
    public static func whole(_ path: String) -> String {
        guard !path.isEmpty, !path.hasPrefix("/"), let here = resolved(".") else { return path }
        return join(here, path)
    }

    /// The path without `.`, `..` and symbolic links, as far as it exists; what does not is taken as written. Nil where
    /// not even the root can be read.
    public static func resolved(_ path: String) -> String? {
        if let whole = unsafe realpath(path, nil) {
            defer { unsafe free(whole) }
            return unsafe String(cString: whole)
        }
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        let parent = folder(of: trimmed)
        let name = trimmed.split(separator: "/").last.map(String.init) ?? ""
        guard parent != trimmed, name != "..", let above = resolved(parent) else { return nil }
        return name.isEmpty || name == "." ? above : join(above, name)
    }

    /// Whether `path` is `folder` or lies in it, whatever links lead there. Also where that cannot be found out.
    public static func lies(_ path: String, in folder: String) -> Bool {
        guard let path = resolved(path), let folder = resolved(folder) else { return true }
        return path == folder || path.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/")
    }

    /// Whether both lie on one file system: a thief of the disk would have both. What does not exist yet counts where
    /// its folder lies.
    public static func shareFileSystem(_ path: String, _ other: String) -> Bool {
        guard let first = device(of: path), let second = device(of: other) else { return true }
        return first == second
    }

    private static func device(of path: String) -> UInt64? {
        guard let resolved = resolved(path) else { return nil }
        if let identity = try? FileIdentity(of: resolved) { return identity.device }
        let parent = folder(of: resolved)
        return parent == resolved ? nil : device(of: parent)
    }
}
