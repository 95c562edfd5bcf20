import Foundation
import Testing

/// A library of C that stands between a program and what it calls.
struct PreloadLibrary {
    private static let compiler = "/usr/bin/cc"
    static var canBeMade: Bool { FileManager.default.isExecutableFile(atPath: compiler) }

    let environment: [String: String]
    /// What to start a program with.
    var wrapper: [String] { ["/usr/bin/env"] + environment.map { $0.key + "=" + $0.value } }

    /// Compiles it in the sandbox.
    ///
    /// - Parameter plan: a variable of the environment that the library reads, and its value.
    init(_ name: String, _ source: String, _ sandbox: Sandbox, plan: (variable: String, value: String)) throws {
        let library = "\(sandbox.folder)/\(name).so"
        let file = try sandbox.write("\(name).c", source)
        let made = try sandbox.run(Self.compiler, ["-shared", "-fPIC", "-O1", "-o", library, file])
        try #require(made.code == 0, "\(made.errorText)")
        environment = ["LD_PRELOAD": library, plan.variable: plan.value]
    }
}
