import Foundation
import Primitives

@testable import Archive

/// `count` bytes that look random and are the same in every run.
func noise(_ count: Int) -> [UInt8] {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    return (0..<count).map { _ in
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return UInt8(truncatingIfNeeded: state >> 32)
    }
}

/// `bytes` in pieces of `size`, the last one shorter.
func pieces(of bytes: [UInt8], _ size: Int) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
}

extension AgeIdentity {
    /// The identity of the format's own document: 32 bytes of 0x42.
    static let example = AgeIdentity(secret: SecretBytes(copying: [UInt8](repeating: 0x42, count: 32)))

    func textForFile() -> String { String(decoding: text().exposeBytes(), as: UTF8.self) }
}

/// What an operation throws.
func ageError<Value>(_ body: () throws(AgeError) -> Value) -> AgeError? {
    do throws(AgeError) {
        _ = try body()
        return nil
    } catch {
        return error
    }
}

/// Programs that are not ours, and a folder for the files they share with us.
struct ForeignProgram: Sendable {
    let path: String

    /// Nil when it is not installed; says so, because a test that is skipped silently proves nothing.
    init?(_ name: String) {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        guard
            let found = folders.map({ "\($0)/\(name)" }).first(where: FileManager.default.isExecutableFile(atPath:))
        else {
            print("SKIPPED: \(name) is not installed (.ci/packages)")
            return nil
        }
        path = found
    }

    /// Runs it to its end; what it says comes back with its exit code.
    func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}

/// A folder that goes with the value.
final class ScratchFolder {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("coffer-age-\(UUID().uuidString)").path

    init() throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func write(_ bytes: [UInt8], to name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name)))) }
}
