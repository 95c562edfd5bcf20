import Host
import Primitives

/// The files of an export as they are found: listed, hashed, read. Nothing here believes them.
struct ExportFiles {
    private let directory: String
    /// Paths of regular files below the folder.
    let paths: Set<String>
    /// Links, devices and the like: an export has none.
    let strange: [String]

    init(_ directory: String) throws(HostError) {
        self.directory = directory
        var paths: Set<String> = []
        var strange: [String] = []
        var folders = [""]
        while let folder = folders.popLast() {
            for name in try Folder.names(in: folder.isEmpty ? directory : FilePaths.join(directory, folder)) {
                let path = folder.isEmpty ? name : folder + "/" + name
                let identity = try FileIdentity(of: FilePaths.join(directory, path))
                switch identity.mode & 0o170_000 {
                case 0o040_000 where path.utf8.count < 256: folders.append(path)
                case 0o100_000: paths.insert(path)
                default: strange.append(path)
                }
            }
        }
        self.paths = paths
        self.strange = strange
    }

    /// The whole of a file; nil when it is missing, longer than `limit` or cannot be read.
    func read(_ path: String, limit: Int = LogLimits.fileBytes) -> [UInt8]? {
        guard paths.contains(path) else { return nil }
        return try? DurableFile.read(FilePaths.join(directory, path), limit: limit)
    }

    func lines(_ path: String, limit: Int) -> LineReader? {
        guard paths.contains(path) else { return nil }
        return try? LineReader(FilePaths.join(directory, path), limit: limit)
    }

    /// Hexadecimal SHA-256 of a file of any length.
    func hash(_ path: String) -> String? {
        guard paths.contains(path), let file = try? FileReader(FilePaths.join(directory, path)) else { return nil }
        var hash = SHA256.Stream()
        while let piece = try? file.read(upTo: 1 << 16) {
            if piece.isEmpty { return Hex.encode(hash.finish()) }
            hash.update(piece)
        }
        return nil
    }
}

/// Lines of a file, one after the other, in constant memory.
final class LineReader {
    enum Line {
        case line([UInt8])
        /// Longer than the limit, or without a line feed at the end of the file. Nothing more is read.
        case malformed
        case end
    }

    private let file: FileReader
    private let limit: Int
    private var buffer: [UInt8] = []
    private var start = 0
    private var broken = false

    init(_ path: String, limit: Int) throws(HostError) {
        file = try FileReader(path)
        self.limit = limit
    }

    func next() -> Line {
        if broken { return .end }
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                defer { start = end + 1 }
                guard end - start <= limit else { return fail() }
                return .line(Array(buffer[start..<end]))
            }
            guard buffer.count - start <= limit, let piece = try? file.read(upTo: 1 << 16) else { return fail() }
            if piece.isEmpty { return start == buffer.count ? .end : fail() }
            buffer.removeFirst(start)
            searched = buffer.count
            start = 0
            buffer += piece
        }
    }

    private func fail() -> Line {
        broken = true
        return .malformed
    }
}
