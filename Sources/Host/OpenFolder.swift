internal import CHost
private import Glibc
private import Primitives

/// A folder held open. Names are looked up in it one at a time and symbolic links are not followed, so that nothing
/// outside of it can be reached, whatever somebody puts there meanwhile. A file system that is unmounted or pulled makes
/// the calls fail; they do not go to the folder it was mounted on.
///
/// A name holds no slash and is neither empty, `.` nor `..`: the callers check theirs, and a wrong one traps.
public struct OpenFolder: ~Copyable {
    /// One name in a folder.
    public struct Entry: Hashable, Sendable {
        public enum Kind: Hashable, Sendable {
            case file, folder
            /// A symbolic link, a pipe, a socket, a device.
            case other
        }

        public let name: String
        public let kind: Kind
        /// Of a file; zero otherwise.
        public let sizeBytes: Int64
    }

    private let descriptor: Descriptor

    /// Opens the folder at `path`. Links on the way there are followed: whoever names the folder means them.
    public init(_ path: String) throws(HostError) { descriptor = try Descriptor(path, O_RDONLY | O_DIRECTORY) }

    private init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

    /// Opens a folder in this one. ENOTDIR when something else has the name, a symbolic link included.
    public borrowing func folder(_ name: String) throws(HostError) -> OpenFolder {
        OpenFolder(try Descriptor(checked(name), in: descriptor, O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
    }

    /// Opens a folder in this one and makes it, durably, if nothing has the name.
    public borrowing func folder(making name: String, mode: UInt32 = 0o700) throws(HostError) -> OpenFolder {
        if unsafe mkdirat(descriptor.number, checked(name), mode_t(mode)) == 0 {
            try descriptor.sync()
        } else if errno != EEXIST {
            throw HostError.last("mkdir", name)
        }
        return try folder(name)
    }

    /// What lies in the folder, by name, without `.` and `..`. What vanishes during the call is left out.
    public borrowing func entries() throws(HostError) -> [Entry] {
        // A descriptor of its own: fdopendir(3) takes it over, and its position is shared with every copy.
        let number = unsafe coffer_open_at(descriptor.number, ".", O_RDONLY | O_DIRECTORY, 0)
        guard number >= 0 else { throw HostError.last("open", ".") }
        guard let stream = unsafe fdopendir(number) else {
            close(number)
            throw HostError.last("opendir", ".")
        }
        defer { unsafe _ = closedir(stream) }
        var found: [Entry] = []
        errno = 0
        while let item = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &item.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != "..", let entry = try entry(name) { found.append(entry) }
            errno = 0
        }
        // A stick that was pulled ends the loop like an end of the folder does.
        guard errno == 0 else { throw HostError.last("readdir", ".") }
        return found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private borrowing func entry(_ name: String) throws(HostError) -> Entry? {
        var status = stat()
        guard unsafe fstatat(descriptor.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            guard errno == ENOENT else { throw HostError.last("stat", name) }
            return nil
        }
        return switch status.st_mode & S_IFMT {
        case S_IFREG: Entry(name: name, kind: .file, sizeBytes: Int64(status.st_size))
        case S_IFDIR: Entry(name: name, kind: .folder, sizeBytes: 0)
        default: Entry(name: name, kind: .other, sizeBytes: 0)
        }
    }

    /// The bytes of a file; EFBIG past `limit`, ELOOP when the name is a symbolic link, EINVAL when it is no regular
    /// file.
    public borrowing func read(_ name: String, limit: Int) throws(HostError) -> [UInt8] {
        // Without O_NONBLOCK a pipe would be waited for.
        let file = try Descriptor(checked(name), in: descriptor, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        var status = stat()
        guard unsafe fstat(file.number, &status) == 0 else { throw HostError.last("fstat", name) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw HostError(operation: "open", path: name, errno: EINVAL) }
        guard status.st_size <= limit else { throw HostError(operation: "read", path: name, errno: EFBIG) }
        return try file.readAll(limit: limit)
    }

    /// The beginning of the names that `create` gives to files that are not complete.
    public static let temporaryPrefix = ".tmp-"

    /// Makes a file durably, in one step: under a temporary name, synced, read back from the device, then renamed.
    /// EEXIST when something has the name, EILSEQ when the device gives back something else. A failed attempt leaves
    /// nothing, a killed one a file whose name begins with `temporaryPrefix`.
    public borrowing func create(_ name: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(HostError) {
        let name = checked(name)
        guard try entry(name) == nil else { throw HostError(operation: "create", path: name, errno: EEXIST) }
        let temporary = Self.temporaryPrefix + Hex.encode(Random.bytes(8))
        do throws(HostError) {
            try write(temporary, bytes, mode)
            guard unsafe coffer_rename_new(descriptor.number, temporary, name) == 0 else {
                throw HostError.last("rename", name)
            }
        } catch {
            unsafe unlinkat(descriptor.number, temporary, 0)
            throw error
        }
        try descriptor.sync()
    }

    private borrowing func write(_ name: String, _ bytes: [UInt8], _ mode: UInt32) throws(HostError) {
        let file = try Descriptor(name, in: descriptor, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: mode)
        try file.write(bytes)
        try file.sync()
        // Sticks exist that take any number of bytes and keep the first few. What is cached proves nothing, so the cache
        // is dropped first, where the file system lets it.
        posix_fadvise(file.number, 0, 0, POSIX_FADV_DONTNEED)
        guard lseek(file.number, 0, SEEK_SET) == 0 else { throw HostError.last("lseek", name) }
        let kept = try file.readAll(limit: bytes.count + 1)
        guard kept.hasSameBytes(as: bytes) else { throw HostError(operation: "verify", path: name, errno: EILSEQ) }
    }

    /// Removes a file durably; ENOENT when it is not there, EISDIR when it is a folder.
    public borrowing func remove(_ name: String) throws(HostError) {
        guard unsafe unlinkat(descriptor.number, checked(name), 0) == 0 else { throw HostError.last("unlink", name) }
        try descriptor.sync()
    }

    /// Bytes that may still be written on the folder's file system.
    public borrowing func freeBytes() throws(HostError) -> Int64 {
        let bytes = coffer_free_bytes_at(descriptor.number)
        guard bytes >= 0 else { throw HostError.last("statvfs", nil) }
        return bytes
    }

    private func checked(_ name: String) -> String {
        precondition(
            !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(0x2F) && !name.utf8.contains(0),
            "a name of a folder is one component")
        return name
    }
}
