import Foundation
import Testing

/// Known-answer data of other projects. It lies beside the checkout, not in it; `COFFER_VECTORS` names another place.
enum Vectors {
    static let root: String = {
        if let path = ProcessInfo.processInfo.environment["COFFER_VECTORS"] { return path }
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { url.deleteLastPathComponent() }
        return url.deletingLastPathComponent().appendingPathComponent("shared/vectors").path
    }()

    /// Whether `folder` is there; says so on the console when it is not, because the tests that need it are skipped.
    static func has(_ folder: String) -> Bool {
        let there = FileManager.default.fileExists(atPath: root + "/" + folder)
        if !there { print("SKIPPED: no vectors in \(root)/\(folder); set COFFER_VECTORS") }
        return there
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: root + "/" + path)))
    }

    static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

    /// Paths of the files under `folder` with this ending, relative to the root, sorted.
    static func files(under folder: String, ending: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: root + "/" + folder)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(ending) }.sorted().map { folder + "/" + $0 }
    }
}
