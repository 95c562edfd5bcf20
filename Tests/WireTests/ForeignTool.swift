import Foundation
import Primitives

/// Programs of others that judge our signatures. Tests that need one are skipped, with the reason printed, where it is
/// not installed.
enum ForeignTool {
    struct Outcome {
        let status: Int32
        let output: [UInt8]
    }

    /// The Python that can import `http_message_signatures`: `COFFER_PYTHON`, the one that `make python-deps` sets up, or
    /// the first of the path.
    static let python: String? = {
        let candidates = [
            ProcessInfo.processInfo.environment["COFFER_PYTHON"], packageRoot + "/.build-venv/bin/python3",
            path(of: "python3"),
        ]
        for case .some(let candidate) in candidates where FileManager.default.isExecutableFile(atPath: candidate) {
            if (try? run(candidate, [script, "check"], input: []))?.status == 0 { return candidate }
        }
        print("skipped: no python3 here has the package http-message-signatures (make python-deps)")
        return nil
    }()

    static let openssl: String? = {
        if let found = path(of: "openssl") { return found }
        print("skipped: openssl is not installed")
        return nil
    }()

    static let packageRoot: String = {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
    }()

    static let script = packageRoot + "/Tests/PyVerify/http_signatures.py"

    static func run(_ program: String, _ arguments: [String], input: [UInt8]) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let (stdin, stdout) = (Pipe(), Pipe())
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = FileHandle.nullDevice
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: Data(input))
        try stdin.fileHandleForWriting.close()
        let output = stdout.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: [UInt8](output))
    }

    private static func path(of name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
