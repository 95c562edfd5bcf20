import Foundation

/// The known-answer files that are too large for the repository. `COFFER_VECTORS` names their directory; without it
/// they are looked for beside the package.
enum Vectors {
    static let directory: String = {
        if let path = ProcessInfo.processInfo.environment["COFFER_VECTORS"] { return path }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/vectors").path
    }()

    /// Whether the file is there; says so when it is not, because a silently skipped test proves nothing.
    static func has(_ name: String) -> Bool {
        let path = directory + "/" + name
        guard !FileManager.default.fileExists(atPath: path) else { return true }
        print("SKIPPED: \(path) is absent; set COFFER_VECTORS to the directory of the vectors")
        return false
    }
}
