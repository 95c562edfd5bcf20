import Foundation

/// Programs that are not ours.
enum Shell {
    struct Result {
        let status: Int32
        let output: String
    }

    /// The path of a program, nil when it is not installed; the tests that need it say so and are skipped.
    static func find(_ program: String) -> String? {
        let paths = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":").map(String.init) ?? []
        let found = paths.map { $0 + "/" + program }.first { FileManager.default.isExecutableFile(atPath: $0) }
        if found == nil { print("SKIPPED: \(program) is not installed") }
        return found
    }

    static func run(
        _ program: String, _ arguments: [String], in folder: String? = nil, environment: [String: String] = [:]
    ) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(status: process.terminationStatus, output: String(decoding: data, as: UTF8.self))
    }

    static func link(_ target: String, as path: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    }
}
