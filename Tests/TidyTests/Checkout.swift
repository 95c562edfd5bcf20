import Foundation

/// The files of this checkout as git lists them: tracked ones, and new ones that are not ignored.
enum Checkout {
    static let root: URL = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// A file and its text; nil where the bytes are no UTF-8.
    struct File: Sendable {
        let path: String
        let text: String?
        let isTracked: Bool
        /// Empty unless the file is Swift.
        let swift: SwiftLines

        var lines: [Substring] { text?.split(separator: "\n", omittingEmptySubsequences: false) ?? [] }
    }

    static let files: [File] = {
        let tracked = Set(git("ls-files"))
        return (tracked.union(git("ls-files", "--others", "--exclude-standard"))).sorted().compactMap { path in
            // A file that git knows but somebody has just removed.
            guard let data = try? Data(contentsOf: root.appending(path: path)) else { return nil }
            let text = String(bytes: data, encoding: .utf8)
            let swift = SwiftLines(path.hasSuffix(".swift") ? text ?? "" : "")
            return File(path: path, text: text, isTracked: tracked.contains(path), swift: swift)
        }
    }()

    static func files(under folder: String, endingIn endings: [String]) -> [File] {
        files.filter { file in
            file.path.hasPrefix(folder) && endings.contains { file.path.hasSuffix("." + $0) }
        }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private static func git(_ arguments: String...) -> [String] {
        let result = Command.run("git", ["-C", root.path] + arguments + ["-z"])
        return result.output.split(separator: "\0").map(String.init)
    }
}

/// A program run to its end.
enum Command {
    static func run(_ program: String, _ arguments: [String]) -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        do { try process.run() } catch { return (127, "\(error)") }
        let data = (try? output.fileHandleForReading.readToEnd()) ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}

/// Something a scanner objects to. It prints as `path:line: what`.
struct Finding: Equatable, CustomStringConvertible {
    let path: String
    let line: Int
    let what: String

    var description: String { "\(path):\(line): \(what)" }
}
