import Foundation
import Host
import Primitives

/// A file system of a few KiB or MiB, if this process may mount one.
package final class SmallDisk: Sendable {
    package let path: String

    package static let isAvailable: Bool = {
        if SmallDisk(kilobytes: 64) != nil { return true }
        print("skipped: this process may not mount a tmpfs, so a full disk is not tried")
        return false
    }()

    /// - Parameter place: the folder to mount it on, made if it is missing; one of its own when nil.
    package init?(kilobytes: Int, at place: String? = nil) {
        path = place ?? FilePaths.join(NSTemporaryDirectory(), "coffer-disk-" + Hex.encode(Random.bytes(6)))
        guard (try? Folder.createAll(path, mode: 0o700)) != nil,
            Self.run("/bin/mount", ["-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", path])
        else { return nil }
    }

    deinit {
        // Whoever still has a file open there must not keep the folder from being removed.
        _ = Self.run("/bin/umount", ["--lazy", path])
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Gives it another size; what lies there stays.
    @discardableResult
    package func resize(kilobytes: Int) -> Bool {
        Self.run("/bin/mount", ["-o", "remount,size=\(kilobytes)k", path])
    }

    private static func run(_ tool: String, _ arguments: [String]) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
