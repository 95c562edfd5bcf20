import Glibc
import Host
import Primitives

/// The folder an export is written to. It bears a temporary name until `publish`; whatever fails before leaves nothing.
final class ExportFolder {
    private let target: String
    private let working: String
    private var published = false
    /// SHA-256 of every finished file, by path.
    private(set) var hashes: [String: String] = [:]

    /// Fails with EEXIST when `target` is there.
    init(_ target: String) throws(HostError) {
        guard !Folder.exists(target) else { throw HostError(operation: "mkdir", path: target, errno: EEXIST) }
        self.target = target
        working = target + ".partial-" + Hex.encode(Random.bytes(6))
        try Folder.create(working, mode: 0o700)
    }

    deinit {
        if !published { Self.remove(working) }
    }

    /// A new file below the folder; folders on the way are made.
    func open(_ path: String) throws(HostError) -> ExportFile {
        let full = FilePaths.join(working, path)
        try Folder.createAll(FilePaths.folder(of: full), mode: 0o700)
        return try ExportFile(path: path, creating: full)
    }

    func close(_ file: ExportFile) throws(HostError) {
        hashes[file.path] = try file.finish()
    }

    func write(_ path: String, _ bytes: [UInt8]) throws(HostError) {
        let file = try open(path)
        try file.append(bytes)
        try close(file)
    }

    func read(_ path: String, limit: Int) throws(HostError) -> [UInt8] {
        try DurableFile.read(FilePaths.join(working, path), limit: limit)
    }

    /// Gives the folder its name.
    func publish() throws(HostError) {
        guard unsafe rename(working, target) == 0 else {
            throw HostError(operation: "rename", path: target, errno: errno)
        }
        published = true
    }

    private static func remove(_ path: String) {
        for name in (try? Folder.names(in: path)) ?? [] {
            let below = FilePaths.join(path, name)
            if unsafe unlink(below) != 0 { remove(below) }
        }
        _ = unsafe rmdir(path)
    }
}

/// A file of an export while it is written: buffered, and hashed on the way.
final class ExportFile {
    private static let bufferBytes = 64 * 1024

    let path: String
    private let file: FileWriter
    private var hash = SHA256.Stream()
    private var buffer: [UInt8] = []

    init(path: String, creating full: String) throws(HostError) {
        self.path = path
        file = try FileWriter(creating: full)
    }

    func append(_ bytes: [UInt8]) throws(HostError) {
        buffer += bytes
        if buffer.count >= Self.bufferBytes { try flush() }
    }

    /// The hexadecimal SHA-256 of the whole file, which takes nothing more after this.
    func finish() throws(HostError) -> String {
        try flush()
        return Hex.encode(hash.finish())
    }

    private func flush() throws(HostError) {
        guard !buffer.isEmpty else { return }
        hash.update(buffer)
        try file.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }
}
