internal import Archive
public import Host
import Primitives
import Storage

/// Where a run's archives wait for the operator to carry them away: sealed packs and signed manifests, nothing that could
/// be read here. A run that was cut short is thrown away at the next one; one that is complete stays until its end.
public struct BackupSpool: Sendable {
    let folder: String
    private let vault: String

    /// The spool of the vault in `folder`; nothing is made yet.
    public init(vault folder: String) {
        vault = folder
        self.folder = FilePaths.join(folder, "spool/backup")
    }

    private var pending: String { FilePaths.join(folder, "set") }
    private var packs: String { FilePaths.join(pending, "p") }
    /// A copy of a database while it is taken apart.
    var scratch: String { FilePaths.join(folder, "scratch.db") }

    func tablePath(_ part: ArchivePart, isPending: Bool) -> String {
        FilePaths.join(isPending ? pending : folder, "table." + part.rawValue)
    }

    private static func manifestName(_ part: ArchivePart) -> String { part.rawValue + ".json" }

    // MARK: - Making a set

    /// Throws away what another run left, and makes room for a new one.
    func begin() throws(HostError) {
        discard()
        try Folder.createAll(packs, mode: 0o700)
    }

    /// Throws away the set, whether it is complete or not.
    public func discard() {
        Folder.removeAll(pending)
        for suffix in ["", "-journal", "-wal", "-shm"] { try? DurableFile.remove(scratch + suffix) }
    }

    /// Makes sure that so many bytes fit beside what the log needs to go on: archives must not stop the shop. A spool on a
    /// disk of its own may fill that.
    func requireRoom(for bytes: Int64) throws(HostError) {
        guard try FileIdentity(of: folder).device == FileIdentity(of: vault).device else { return }
        guard try Folder.freeBytes(at: folder) - bytes >= LogWriterOptions().reserveBytes else {
            throw HostError(operation: "statvfs", path: folder, errno: 28)  // ENOSPC
        }
    }

    func store(_ file: [UInt8]) throws(HostError) -> ArchivePack {
        try requireRoom(for: Int64(file.count))
        let pack = ArchivePack(of: file)
        let path = FilePaths.join(packs, pack.name)
        if !Folder.exists(path) { try DurableFile.create(path, with: file) }
        return pack
    }

    /// The log's manifest goes last: with it the set is complete.
    func store(_ manifest: SignedManifest) throws(HostError) {
        let path = FilePaths.join(pending, Self.manifestName(manifest.manifest.part))
        try DurableFile.replace(path, with: manifest.file)
    }

    /// The first of some sequences that were never given before: not here, and not before `last`, which a target has. A run
    /// that comes to nothing may have been seen by a target, so its numbers are not given again.
    func takeSequences(_ count: Int, after last: UInt64) throws(HostError) -> UInt64 {
        let path = FilePaths.join(folder, "sequence")
        let known = (try? DurableFile.read(path, limit: 32)).flatMap { UInt64(String(decoding: $0, as: UTF8.self)) }
        let first = max(known ?? 0, last) + 1
        guard first <= ArchiveNames.largestSequence else {
            throw HostError(operation: "sequence", path: path, errno: 75)  // EOVERFLOW
        }
        try DurableFile.replace(path, with: Array(String(first + UInt64(count) - 1).utf8))
        return first
    }

    // MARK: - Reading a set

    /// The manifests of a complete set, in the order of a run; nil when there is none.
    public func manifests() -> [[UInt8]]? {
        var files: [[UInt8]] = []
        for part in ArchivePart.allCases {
            let path = FilePaths.join(pending, Self.manifestName(part))
            guard let file = try? DurableFile.read(path, limit: ArchiveManifest.largestBytes) else { return nil }
            files.append(file)
        }
        return files
    }

    /// Some bytes of an object, and the size of all of it.
    public struct Piece: Sendable {
        public let size: UInt64
        public let data: [UInt8]

        public init(size: UInt64, data: [UInt8]) { (self.size, self.data) = (size, data) }
    }

    /// At most so many bytes of a pack of the set; none behind its end, nil for a name that it has not.
    public func pack(_ name: String, from offset: UInt64, most: Int) -> Piece? {
        guard Hex.decode(name)?.count == 32, name == name.lowercased() else { return nil }
        do throws(HostError) {
            let file = try FileReader(FilePaths.join(packs, name))
            let size = UInt64(file.sizeBytes)
            guard offset < size else { return Piece(size: size, data: []) }
            try file.skip(to: Int64(offset))
            return Piece(size: size, data: try file.read(upTo: Int(min(UInt64(most), size - offset))))
        } catch { return nil }
    }

    /// The set has arrived: what its full archives say of pages holds from now on, and the rest goes.
    public func finish() throws(HostError) {
        for part in [ArchivePart.vault, .log] {
            let table = tablePath(part, isPending: true)
            if Folder.exists(table) { try Folder.rename(table, to: tablePath(part, isPending: false)) }
        }
        discard()
    }
}
