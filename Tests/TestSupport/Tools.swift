import Foundation

/// A program that runs and ends.
package enum Tool {
    package struct Failed: Error { package let command: [String] }

    package static func run(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(command: [program] + arguments) }
    }
}

package enum Python {
    /// Any Python 3: what is started with it needs nothing else.
    package static let plain = "/usr/bin/python3"

    /// The Python that has moto: `COFFER_PYTHON`, or the one that `make python-deps` sets up.
    package static let withMoto: String? = {
        let candidates = [
            ProcessInfo.processInfo.environment["COFFER_PYTHON"], packageRoot + "/.build-venv/bin/python3",
        ]
        for case .some(let candidate) in candidates where FileManager.default.isExecutableFile(atPath: candidate) {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: candidate)
            process.arguments = ["-c", "import importlib.util as u, sys; sys.exit(not u.find_spec('moto'))"]
            guard (try? process.run()) != nil else { continue }
            process.waitUntilExit()
            if process.terminationStatus == 0 { return candidate }
        }
        print("skipped: no python3 here has the package moto, so S3 is not tried (make python-deps)")
        return nil
    }()

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let packageRoot = folder.deletingLastPathComponent().deletingLastPathComponent().path

    package static func script(_ name: String) -> String { folder.path + "/Servers/" + name }
}
