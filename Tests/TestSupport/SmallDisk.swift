import Foundation
import Host
import Primitives

/// A file system of a few KiB or MiB, if this process may mount one.
package final class SmallDisk: Sendable {
    package let path = FilePaths.join(NSTemporaryDirectory(), "coffer-disk-" + Hex.encode(Random.bytes(6)))

    package static let isAvailable: Bool = {
        if SmallDisk(kilobytes: 64) != nil { return true }
        print("skipped: this process may not mount a tmpfs, so a full disk is not tried")
        return false
    }()

    package init?(kilobytes: Int) {
        guard (try? Folder.create(path, mode: 0o700)) != nil,
            Self.run("/bin/mount", ["-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", path])
        else { return nil }
    }

    deinit {
        _ = Self.run("/bin/umount", [path])
        try? FileManager.default.removeItem(atPath: path)
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
