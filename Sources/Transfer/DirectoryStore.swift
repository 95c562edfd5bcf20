private import Glibc
internal import Host

/// A folder of this machine: a disk, a stick, a network mount.
///
/// The folder is held open: when what is mounted there goes away, calls fail and do not go to the folder beneath.
/// Nothing in it is followed elsewhere. Whoever may write there may remove, so it is `mutable`.
public final class DirectoryStore: ObjectStore {
    private let root: OpenFolder

    /// Opens the folder; `missingTarget` when it is not there. It is never made: a stick that is not in its place must
    /// not become a folder of the same name.
    public init(path: String) throws(TransferError) {
        do throws(HostError) { root = try OpenFolder(path) } catch {
            throw error.errno == ENOENT || error.errno == ENOTDIR ? .missingTarget : Self.translated(error)
        }
    }

    public func list(_ prefix: String) throws(TransferError) -> [StoredObject] {
        var found: [StoredObject] = []
        try visit(try ObjectPrefix(prefix)) { (_, path, entry) throws(TransferError) in
            guard ObjectName.isComponent(entry.name) else { return }
            guard entry.kind == .file else { throw .planted }
            guard found.count < TransferLimits.listedObjects else { throw .tooLarge }
            found.append(StoredObject(name: path, sizeBytes: entry.sizeBytes))
        }
        return found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    public func read(_ name: String, limit: Int) throws(TransferError) -> [UInt8] {
        try within(try ObjectName(name)) { (folder, last) throws(HostError) in try folder.read(last, limit: limit) }
    }

    /// The retention date is not kept: a folder knows none.
    public func write(_ name: String, _ bytes: [UInt8], retainUntilSeconds: Int64?) throws(TransferError) {
        guard bytes.count <= TransferLimits.objectBytes else { throw .tooLarge }
        try within(try ObjectName(name), making: true) { (folder, last) throws(HostError) in
            try folder.create(last, with: bytes)
        }
    }

    public func remove(_ name: String) throws(TransferError) {
        try within(try ObjectName(name)) { (folder, last) throws(HostError) in try folder.remove(last) }
    }

    @discardableResult
    public func removeLeftovers(_ prefix: String) throws(TransferError) -> Int {
        let prefix = try ObjectPrefix(prefix)
        var removed = 0
        try visit(prefix, all: true) { (folder, path, entry) throws(TransferError) in
            guard entry.kind == .file, entry.name.hasPrefix(OpenFolder.temporaryPrefix), path.hasPrefix(prefix.folder)
            else { return }
            do throws(HostError) { try folder.remove(entry.name) } catch { throw Self.translated(error) }
            removed += 1
        }
        return removed
    }

    public func probe() throws(TransferError) -> StoreFacts {
        do throws(HostError) {
            let free = try root.freeBytes()
            return StoreFacts(protection: .mutable(reason: .folder), clockMilliseconds: nil, freeBytes: free)
        } catch {
            throw Self.translated(error)
        }
    }

    // MARK: - Folders within the folder

    /// Goes to the folder of a name and does something with its last component there.
    private func within<R>(
        _ name: ObjectName, making: Bool = false,
        _ body: (borrowing OpenFolder, String) throws(HostError) -> R
    ) throws(TransferError) -> R {
        func go(_ folder: borrowing OpenFolder, _ components: ArraySlice<String>) throws(HostError) -> R {
            guard let first = components.first else { preconditionFailure("a name has a component") }
            if components.count == 1 { return try body(folder, first) }
            let next = making ? try folder.folder(making: first) : try folder.folder(first)
            return try go(next, components.dropFirst())
        }
        do throws(HostError) { return try go(root, name.components[...]) } catch { throw Self.translated(error) }
    }

    /// Calls `body` for what is no folder in the folders that a prefix may mean, with its path in the target.
    ///
    /// - Parameter all: also what no object can be called; otherwise only what begins with the prefix, and links that
    ///   stand where its folders would.
    private func visit(
        _ prefix: ObjectPrefix, all: Bool = false,
        _ body: (borrowing OpenFolder, String, OpenFolder.Entry) throws(TransferError) -> Void
    ) throws(TransferError) {
        func go(_ folder: borrowing OpenFolder, _ path: String, depth: Int) throws(TransferError) {
            for entry in try Self.entries(of: folder) {
                let path = path + entry.name
                if entry.kind == .folder {
                    guard ObjectName.isComponent(entry.name), prefix.mayMatch(in: path + "/") else { continue }
                    guard depth < TransferLimits.nameComponents else { throw .planted }
                    let next: OpenFolder
                    do throws(HostError) { next = try folder.folder(entry.name) } catch { throw Self.translated(error) }
                    try go(next, path + "/", depth: depth + 1)
                } else if all || prefix.matches(path)
                    || (entry.kind == .other && prefix.mayMatch(in: path + "/"))
                {
                    try body(folder, path, entry)
                }
            }
        }
        try go(root, "", depth: 1)
    }

    private static func entries(of folder: borrowing OpenFolder) throws(TransferError) -> [OpenFolder.Entry] {
        do throws(HostError) { return try folder.entries() } catch { throw translated(error) }
    }

    private static func translated(_ error: HostError) -> TransferError {
        if error.isFullDisk { return .full }
        return switch error.errno {
        case EEXIST: .exists
        case ENOENT: .notFound
        case EFBIG: .tooLarge
        case EILSEQ: .altered
        // A link, a file where a folder belongs, a folder or pipe where a file does.
        case ELOOP, ENOTDIR, EISDIR, EINVAL: .planted
        case EACCES, EPERM, EROFS: .refused(.permission)
        // The stick was pulled, the server of the mount forgot us.
        case ENODEV, ENXIO, ESTALE, ENOTCONN, ESHUTDOWN: .missingTarget
        default: .file(errno: error.errno)
        }
    }
}
