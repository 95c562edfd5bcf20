import Foundation
import Glibc
import Host
import Primitives

/// A folder of a test's own, removed when it goes.
package final class ScratchFolder: Sendable {
    package let path: String

    package init() throws {
        path = NSTemporaryDirectory() + "coffer-transfer-" + Hex.encode(Random.bytes(6))
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    package func file(_ name: String) -> String { path + "/" + name }

    package func write(_ name: String, _ bytes: [UInt8], mode: Int = 0o600) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file(name))
    }

    /// Every file and link below, sorted.
    package func everything() -> [String] {
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return names.filter { (try? FileIdentity(of: file($0)))?.isFolder == false }.sorted()
    }
}

private extension FileIdentity {
    var isFolder: Bool { mode & S_IFMT == S_IFDIR }
}
