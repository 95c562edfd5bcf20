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

    static func decode<T: Decodable>(_ type: T.Type, from name: String) throws -> T {
        try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: directory + "/" + name)))
    }
}

enum Environment {
    static let runsSlowTests: Bool = {
        let runs = ProcessInfo.processInfo.environment["COFFER_SLOW_TESTS"] != nil
        if !runs { print("SKIPPED: passphrase hashing at real cost; set COFFER_SLOW_TESTS=1") }
        return runs
    }()
}
